#pragma once
// A peer over HTTP: its tree of files, as PeerSource has it, through libcurl. It follows no
// redirect, sends no token, and gives up on who is silent or sends less than a trickle.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "federation/transfer/peer_source.h"
#include "node/client/http_handle.h"
#include "storage/base/mutex.h"

namespace banyan::node {

// Thread safe: each exchange has a connection of its own, which is kept for the next.
class HttpPeer final : public federation::PeerSource {
 public:
  // `address` as federation::NormalizeAddress gives it. `rate_limit` and `is_cancelled` outlive it.
  // With `may_connect` it goes through no proxy.
  HttpPeer(std::string address, TransferRate& rate_limit, const std::atomic<bool>& is_cancelled,
           AddressRule may_connect = {})
      : address_(std::move(address)),
        rate_limit_(rate_limit),
        is_cancelled_(is_cancelled),
        may_connect_(std::move(may_connect)) {}

  std::string Name() const override { return address_; }
  Result<Bytes> Get(const std::string& path, std::size_t max_bytes) override;
  Status Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
              const Sink& sink) override;
  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) override;

 private:
  Result<ApiAnswer> Send(const ApiRequest& request) EXCLUDES(mutex_);
  Result<Bytes> SendForBody(ApiRequest request, std::size_t max_bytes);

  const std::string address_;
  TransferRate& rate_limit_;
  const std::atomic<bool>& is_cancelled_;
  const AddressRule may_connect_;
  Mutex mutex_;
  std::vector<std::unique_ptr<HttpHandle>> idle_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
