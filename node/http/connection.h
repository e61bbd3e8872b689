#pragma once
// One client's connection from its first byte to its end: reads heads, hands each request to be
// answered in order, and decides after each whether the connection can go on.
//
//   wait for a head ──▶ answer ──▶ skip the unread rest ──▶ wait for a head ...
//                          │ must close, or too slow, or malformed
//                          ▼
//                  close with linger

#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "node/http/connection_registry.h"
#include "node/http/http_server.h"
#include "node/http/request_head.h"
#include "node/http/socket_stream.h"
#include "node/http/wire_body.h"
#include "storage/base/random.h"

namespace banyan::node {

// One request on its way to being answered.
struct Exchange {
  SocketStream& stream;
  Request request;
  std::optional<Refusal> refusal;  // set: answer this without asking the dispatcher
  bool is_http10 = false;
  // Asked after the handler ran and before the answer's head is made: send "Connection: close"?
  std::function<bool()> must_close;
};

// Writes the complete answer to exchange.stream. False when it could not be sent completely.
using AnswerFunction = std::function<bool(Exchange&)>;

struct ConnectionSettings {
  const HttpLimits& limits;
  Clock& clock;
  Random& random;
  const std::atomic<bool>& stopping;
  bool is_tls = false;
  bool turned_away = false;  // too many connections: the one answer is 503
};

class Connection {
 public:
  // All references outlive the connection.
  Connection(SocketStream& stream, ConnectionRegistry::Entry& entry,
             const ConnectionSettings& settings, const AnswerFunction& answer);
  // Returns when the connection is at its end; the caller closes the stream.
  void Run();

 private:
  enum class Next { Continue, Close };

  Status AwaitFirstByte(bool first);
  Next ServeOne();
  Next Answer(RequestHead head);
  Next Refuse(const Refusal& refusal);
  std::string ChooseId(const HeaderList& headers);

  SocketStream& stream_;
  ConnectionRegistry::Entry& entry_;
  const ConnectionSettings& settings_;
  const AnswerFunction& answer_;
  const HostPort peer_;
  std::string id_;
  std::uint64_t ids_given_ = 0;
};

}  // namespace banyan::node
