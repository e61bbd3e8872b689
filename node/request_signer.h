#pragma once
// Signs what this node asks of others, with the transport key of its own log (PROTOCOL.md section
// 7). A node whose log is not open asks unsigned, as anybody may.

#include "node/client/api_request.h"
#include "node/own_log.h"

namespace banyan::node {

// Thread safe.
class RequestSigner {
 public:
  // Borrows all.
  RequestSigner(Clock& clock, Random& random, storage::Database& database, OwnLog& log)
      : clock_(clock), random_(random), database_(database), log_(log) {}

  // Whether the own log is open.
  bool IsReady() const { return log_.Look() != nullptr; }
  // As whom; nullopt while it is not open.
  std::optional<federation::NodeId> node() const;
  // Adds the headers to a request to the node at `address` (a URL, no slash at its end). Its body,
  // if any, is in request.body.
  enum class Introduces { No, Yes };  // itself, for a node that may not hold its log
  void Sign(std::string_view address, Introduces introduces, ApiRequest& request) const;
  // The headers with which an answer to a signed request says that this node gave it. `asked` is
  // the Signature of that request.
  void SignAnswer(std::string_view asked, std::string_view body, HeaderList& headers) const;

 private:
  Result<std::string> Introduction(federation::LogId log) const;
  void Introduce(federation::LogId log, HeaderList& headers) const;

  Clock& clock_;
  Random& random_;
  storage::Database& database_;
  OwnLog& log_;
};

}  // namespace banyan::node
