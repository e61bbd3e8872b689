#pragma once
// One HTTP exchange over libcurl, without any second try. A handle keeps its connection open for
// the next exchange. Used by one thread at a time.

#include <atomic>
#include <functional>
#include <memory>

#include "node/client/api_request.h"
#include "node/client/transfer_rate.h"

struct sockaddr;

namespace banyan::node {

// Looks at an address that a connection is about to be made to, whatever name led there; an error
// forbids it, and says why.
using AddressRule = std::function<Status(const sockaddr& address)>;

struct HttpOptions {
  std::string token;    // sent as Bearer to the addressed host only, never on to others
  std::string ca_file;  // empty: the system's
  bool bypass_proxy = false;
  AddressRule may_connect;           // empty: to any
  bool follows_redirects = true;     // at most five, never from https to http
  std::int64_t min_bytes_per_s = 1;  // less, for as long as the silence below, breaks it off
  std::int64_t connect_timeout_ms = 10'000;
  std::int64_t silence_ms = 30'000;
};

// How an exchange ended.
struct HttpOutcome {
  enum class End {
    Answered,   // `answer` is complete, whatever its status
    Unreached,  // no connection: the node has not seen the request
    Broken,     // the connection failed on the way; the node may have acted
    Refused,    // the other side cannot be trusted, or no such request can be made
    Stopped,    // by the sink, the source or an interrupt: `stop` says why
  };
  End end = End::Answered;
  ApiAnswer answer;
  std::string problem;  // for people, when not Answered
  std::optional<Error> stop;
  std::uint64_t delivered_bytes = 0;  // to the sink
};

// What an earlier try of the same request delivered already: the answer must go on exactly there
// and be of the same content, else it is Stopped with Unavailable.
struct Resumption {
  std::uint64_t skip_bytes = 0;
  std::string etag;  // empty when the node sent none
};

class HttpHandle {
 public:
  // Borrowed for the life of the handle.
  struct World {
    TransferRate& rate_limit;
    const std::atomic<bool>& is_cancelled;
  };
  explicit HttpHandle(const World& world);
  ~HttpHandle();
  HttpHandle(const HttpHandle&) = delete;
  HttpHandle& operator=(const HttpHandle&) = delete;

  // `url` is the whole address.
  HttpOutcome Exchange(const HttpOptions& options, const std::string& url,
                       const ApiRequest& request, const Resumption& resumption);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banyan::node
