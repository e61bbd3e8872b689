#include "node/http/http_error.h"

#include "storage/base/json.h"
#include "storage/base/logging.h"

namespace banyan::node {

int HttpStatusOf(Errc code) {
  switch (code) {
    case Errc::NotFound: return 404;
    case Errc::Corrupt: return 500;
    case Errc::Invalid: return 400;
    case Errc::Denied: return 403;
    case Errc::Withheld: return 451;
    case Errc::Conflict: return 409;
    case Errc::TooLarge: return 413;
    case Errc::NoSpace: return 507;
    case Errc::Unavailable: return 503;
    case Errc::Io: return 500;
    case Errc::Cancelled: return 503;
  }
  return 500;
}

std::string FailureText(const Response& response) {
  const auto json = ParseJson(response.body);
  return json ? FindString(*json, "error").value_or("") : "";
}

std::string HeaderSafe(std::string_view text) {
  std::string out(text.substr(0, 512));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return out;
}

void Fail(Response& response, int status, std::string_view message, std::string_view code) {
  response.status = status;
  response.SetText("application/json; charset=utf-8",
                   DumpJson(Json{{"error", std::string(message)}}));
  response.headers.Set("X-Error-Message", HeaderSafe(message));
  response.headers.Remove("X-Error-Code");
  if (!code.empty()) response.headers.Set("X-Error-Code", code);
  if (status == 503 && !response.headers.Has("Retry-After")) {
    response.headers.Set("Retry-After", "5");
  }
}

void Fail(Response& response, const Error& error, std::string_view code) {
  const int status = HttpStatusOf(error.code());
  if (status != 500) return Fail(response, status, error.message(), code);
  log::Error("node", "event=request_failed error=\"{}\"", error.message());
  Fail(response, status, "This node failed to answer; its operator finds the cause in the log.",
       code);
}

}  // namespace banyan::node
