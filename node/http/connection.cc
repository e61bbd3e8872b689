#include "node/http/connection.h"

#include <algorithm>
#include <utility>

#include "node/http/host_port.h"
#include "node/http/uri.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kTurnAwayMs = 1000;

bool IsHarmlessId(std::string_view id) {
  static constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:=;";
  return !id.empty() && id.size() <= 128 && id.find_first_not_of(kAllowed) == id.npos;
}

// What does not reach a handler although the connection may go on.
std::optional<Refusal> SplitTarget(Request& request) {
  const auto question = std::min(request.target.find('?'), request.target.size());
  request.path = request.target.substr(0, question);
  if (!CheckPath(request.path)) return Refusal{400, "Malformed path"};
  if (question == request.target.size()) return std::nullopt;
  auto query = ParseQuery(std::string_view(request.target).substr(question + 1));
  if (!query) return Refusal{400, "Malformed query"};
  request.query = *std::move(query);
  return std::nullopt;
}

}  // namespace

Connection::Connection(SocketStream& stream, ConnectionRegistry::Entry& entry,
                       const ConnectionSettings& settings, const AnswerFunction& answer)
    : stream_(stream),
      entry_(entry),
      settings_(settings),
      answer_(answer),
      peer_(PeerOf(stream.fd())) {}

void Connection::Run() {
  for (bool first = true; AwaitFirstByte(first) && ServeOne() == Next::Continue; first = false) {
  }
  entry_.SetIdle(true);                   // nobody waits for the rest
  const auto& limits = settings_.limits;  // the few threads that turn away are not for lingering
  const auto linger_ms = settings_.turned_away ? limits.linger_silence_ms : limits.linger_ms;
  stream_.Close(linger_ms, limits.linger_silence_ms);
}

// Also skips the empty lines that some clients send after a body.
Status Connection::AwaitFirstByte(bool first) {
  const auto& limits = settings_.limits;
  const auto patience_ms = settings_.turned_away ? kTurnAwayMs
                           : first               ? limits.header_timeout_ms
                                                 : limits.idle_timeout_ms;
  const auto deadline_ms = settings_.clock.MonotonicMs() + patience_ms;
  for (;;) {
    stream_.Consume(LeadingLineEnds(stream_.buffered()));
    const bool half_line_end = stream_.buffered() == "\r";
    if (!stream_.buffered().empty() && !half_line_end) return Ok();
    entry_.SetIdle(true);
    const auto filled = stream_.Fill(deadline_ms);
    entry_.SetIdle(false);
    TRY(filled);
  }
}

Connection::Next Connection::ServeOne() {
  const auto patience_ms = settings_.turned_away ? kTurnAwayMs : settings_.limits.header_timeout_ms;
  const auto deadline_ms = settings_.clock.MonotonicMs() + patience_ms;
  std::size_t scanned = 0;
  for (;;) {
    const auto input = stream_.buffered();
    const auto end = FindHeadEnd(input, scanned);
    if (end != input.npos) {
      auto parsed = ParseRequestHead(input.substr(0, end), settings_.limits);
      if (const auto* refusal = std::get_if<Refusal>(&parsed)) return Refuse(*refusal);
      stream_.Consume(end);
      return Answer(std::get<RequestHead>(std::move(parsed)));
    }
    if (const auto refusal = RefuseEarly(input, settings_.limits)) return Refuse(*refusal);
    scanned = input.size();
    const auto filled = stream_.Fill(deadline_ms);
    if (filled) continue;
    if (filled.error().code() != Errc::Unavailable) return Next::Close;
    return Refuse({408, "The request took too long"});
  }
}

Connection::Next Connection::Answer(RequestHead head) {
  WireBody body(stream_, head);
  Exchange exchange{stream_, {}, {}, head.is_http10, {}};
  Request& request = exchange.request;
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  request.headers = std::move(head.headers);
  request.peer_address = peer_.host;
  request.peer_port = peer_.port;
  request.is_tls = settings_.is_tls;
  request.id = ChooseId(request.headers);
  request.body = &body;
  exchange.refusal =
      settings_.turned_away ? Refusal{503, "Too many connections"} : SplitTarget(request);
  bool closing = false;
  exchange.must_close = [&] {
    closing = !head.keep_alive || settings_.turned_away || settings_.stopping.load() ||
              !body.Drainable(settings_.limits.drain_bytes);
    return closing;
  };
  if (!answer_(exchange) || closing) return Next::Close;
  return body.Drain() ? Next::Continue : Next::Close;
}

// Answers what is not a request; what follows on the connection is not read.
Connection::Next Connection::Refuse(const Refusal& refusal) {
  Exchange exchange{stream_, {}, refusal, false, [] { return true; }};
  exchange.request.method = "GET";
  exchange.request.id = ChooseId({});
  answer_(exchange);
  return Next::Close;
}

// The client's own, or a random one per connection with a count.
std::string Connection::ChooseId(const HeaderList& headers) {
  for (const auto* name : {"X-Request-Id", "X-Amzn-Trace-Id"}) {
    const auto id = headers.Find(name);
    if (id && IsHarmlessId(*id)) return std::string(*id);
  }
  if (id_.empty()) {
    std::array<std::uint8_t, 10> raw;
    settings_.random.Fill(raw);
    id_ = ToHex(raw) + "-";
  }
  return id_ + std::to_string(++ids_given_);
}

}  // namespace banyan::node
