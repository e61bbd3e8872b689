#include "cli/api_error.h"

#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kMessageBytesMax = 1000;

Errc CodeOf(int status) {
  switch (status) {
    case 401:
    case 403: return Errc::Denied;
    case 451: return Errc::Withheld;
    case 404:
    case 410: return Errc::NotFound;
    case 409:
    case 412: return Errc::Conflict;
    case 413: return Errc::TooLarge;
    case 507: return Errc::NoSpace;
    case 408:
    case 429: return Errc::Unavailable;
    default: return status >= 500 ? Errc::Unavailable : Errc::Invalid;
  }
}

}  // namespace

std::string MessageOf(const node::ApiAnswer& answer) {
  std::string message;
  if (const auto json = ParseJson(answer.body); json) {
    message = FindString(*json, "error").value_or("");
  }
  if (message.empty()) message = answer.headers.Find("X-Error-Message").value_or("");
  return Printable(message.substr(0, kMessageBytesMax));
}

Error ErrorOfAnswer(const node::ApiAnswer& answer, const NodeUrl& node, bool has_token) {
  const auto code = CodeOf(answer.status);
  const auto message = MessageOf(answer);
  if (answer.status == 401) {
    return Error(code, has_token ? node.ToString() +
                                       " does not accept this token: get a new one and run "
                                       "`banyan login`"
                                 : node.ToString() +
                                       " wants to know who you are: run `banyan login`, or set "
                                       "BANYAN_TOKEN");
  }
  if (message.empty()) {
    return Error(code, node.ToString() + " answered with status " + std::to_string(answer.status) +
                           " and no reason: is it a Banyan node?");
  }
  if (answer.headers.Find("X-Error-Code") == "Corrupt") return Error(Errc::Corrupt, message);
  if (code == Errc::NotFound && !has_token) {
    return Error(code, message + " (you are not logged in: see `banyan help login`)");
  }
  if (answer.status == 429 || answer.status == 503)
    return Error(code, message + ": try again later");
  return Error(code, message);
}

Error ErrorOfOutcome(const node::HttpOutcome& outcome, const NodeUrl& node) {
  switch (outcome.end) {
    case node::HttpOutcome::End::Stopped: ENSURE(outcome.stop.has_value()); return *outcome.stop;
    case node::HttpOutcome::End::Unreached:
      return Error(Errc::Unavailable,
                   "no node answers at " + node.ToString() + " (" + Printable(outcome.problem) +
                       "): is it running? Start one with `banyan serve`, or name another with "
                       "--node");
    case node::HttpOutcome::End::Broken:
      return Error(Errc::Io, "the connection to " + node.ToString() + " broke (" +
                                 Printable(outcome.problem) + "): try again");
    case node::HttpOutcome::End::Refused:
      return Error(Errc::Io,
                   "cannot talk to " + node.ToString() + ": " + Printable(outcome.problem));
    case node::HttpOutcome::End::Answered: break;
  }
  return ErrorOfAnswer(outcome.answer, node, false);
}

}  // namespace banyan::cli
