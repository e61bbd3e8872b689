#pragma once
// Signed exchanges with a node at an address, through libcurl. It follows no redirect, sends no
// token, and gives up on who is silent or sends less than a trickle.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "node/client/http_handle.h"
#include "node/request_signer.h"
#include "storage/base/mutex.h"

namespace banyan::node {

// Thread safe: each exchange has a connection of its own, which is kept for the next.
class PeerLink {
 public:
  // What outlives it.
  struct World {
    TransferRate& rate_limit;
    const std::atomic<bool>& is_cancelled;
    const RequestSigner& signer;
  };
  // `address` as federation::NormalizeAddress gives it. With `may_connect` it goes through no
  // proxy.
  PeerLink(std::string address, const World& world, AddressRule may_connect = {})
      : address_(std::move(address)), world_(world), may_connect_(std::move(may_connect)) {}

  const std::string& address() const { return address_; }
  // An answer below 300. Errors: by the status; Io when the connection broke, Unavailable when
  // there was none, and those of the request's sink.
  Result<ApiAnswer> Send(ApiRequest request) EXCLUDES(mutex_);
  // The body of the answer is kept; TooLarge past `max_bytes`, also of what it is decoded to.
  Result<ApiAnswer> SendForBody(ApiRequest request, std::size_t max_bytes);

 private:
  std::unique_ptr<HttpHandle> TakeHandle() EXCLUDES(mutex_);

  const std::string address_;
  const World world_;
  const AddressRule may_connect_;
  // Until the node has answered, and again when it refuses what it answers to all whom it knows: it
  // may have been started anew.
  std::atomic<bool> introduces_{true};
  Mutex mutex_;
  std::vector<std::unique_ptr<HttpHandle>> idle_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
