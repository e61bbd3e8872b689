#include "node/peer_api.h"

#include <charconv>

#include "federation/format/note.h"
#include "federation/format/request_signature.h"
#include "node/http/http_error.h"

namespace banyan::node {
namespace {

// A decimal number; nullopt for anything else.
std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::uint64_t> QueryNumber(const Request& request, std::string_view name,
                                  std::uint64_t otherwise) {
  const auto text = request.Query(name);
  const auto number = text ? Number(*text) : otherwise;
  if (number) return *number;
  return Error(Errc::Invalid, std::string(name) + ": expected a number");
}

Result<AnswerPart> ReadPart(const Request& request) {
  AnswerPart part;
  const auto status = TRY(QueryNumber(request, "status", 200));
  if (status < 200 || status > 599) return Error(Errc::Invalid, "status: expected 200 to 599");
  part.status = static_cast<int>(status);
  part.offset = TRY(QueryNumber(request, "offset", 0));
  part.size_bytes = TRY(QueryNumber(request, "size", request.body_size_bytes().value_or(0)));
  return part;
}

void AnswerCall(const PeerApiParts& parts, Request& request, Response& response) {
  if (!parts.gate.MayBring(request)) return AnswerStranger(request, response);
  const auto begins = request.QueryFlag("anew") ? WantDesk::Begins::Anew : WantDesk::Begins::On;
  const auto list = parts.desk.Call(*request.caller_node, begins);
  response.headers.Set("Cache-Control", "no-store");
  if (list.wants.empty()) {
    response.status = 204;
  } else {
    const auto text = list.Render();
    const auto asked = request.headers.Find(federation::kSignatureHeader);
    if (asked) parts.signer.SignAnswer(*asked, text, response.headers);
    response.SetText("application/json", text);
  }
}

void TakeAnswer(const PeerApiParts& parts, Request& request, Response& response) {
  if (!parts.gate.MayBring(request)) return AnswerStranger(request, response);
  const auto number = Number(request.Param("number"));
  const auto part = ReadPart(request);
  if (!part) return Fail(response, part.error());
  const auto taken = parts.desk.Take(*request.caller_node, number.value_or(0), *part, request);
  if (!taken) return Fail(response, taken.error());
  response.status = 204;
}

void TakeHint(const PeerApiParts& parts, Request& request, Response& response) {
  if (!PeerGate::MayHint(request)) return AnswerStranger(request, response);
  auto note = request.ReadAll(federation::kMaxNoteBytes);
  if (!note) return Fail(response, note.error());
  parts.follower.TakeHint(*request.caller_node, *std::move(note));
  response.status = 204;
}

}  // namespace

void AddPeerRoutes(Router& router, const PeerApiParts& parts) {
  const auto add = [&](std::string_view method, std::string_view pattern, auto handler,
                       RouteOptions options = {}) {
    router.Add(
        method, pattern,
        [parts, handler](Request& request, Response& response) {
          handler(parts, request, response);
        },
        options);
  };
  add("GET", "/fed/wants", AnswerCall);
  add("PUT", "/fed/wants/:number", TakeAnswer, {kMaxAnswerPartBytes});
  add("POST", "/fed/heads", TakeHint, {federation::kMaxNoteBytes});
}

}  // namespace banyan::node
