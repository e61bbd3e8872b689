#include "node/log_api.h"

#include "federation/format/checkpoint.h"
#include "federation/format/entry_bundle.h"
#include "federation/format/note.h"
#include "node/http/http_error.h"
#include "node/hub_answer.h"
#include "storage/base/version.h"

namespace banyan::node {
namespace {

constexpr std::string_view kBinary = "application/octet-stream";
constexpr std::string_view kText = "text/plain; charset=utf-8";
// Private: a node may admit members only, and a shared cache in front of it must not.
constexpr std::string_view kImmutable = "private, max-age=31536000, immutable";
constexpr std::string_view kFresh = "no-cache";

// Strangers to a node that admits only those who signed in are asked to.
using LogHandler = void (*)(OwnLog::Open& log, Request& request, Response& response);

bool Names(const OwnLog::Open& log, const Request& request) {
  return request.Param("node") == log.origin.node.ToString();
}

void AnswerAbsent(Response& response) { Fail(response, 404, "this node has no such log"); }

void GetInfo(OwnLog::Open& log, Request&, Response& response) {
  response.headers.Set("Cache-Control", kFresh);
  response.SetJson(
      {{"version", 0},
       {"software", "banyan " + std::string(Version())},
       {"node", log.origin.node.ToString()},
       {"epoch", log.origin.log.epoch},
       {"size", log.files->published().size},
       {"limits",
        {{"entry_bytes", federation::kMaxEntryBytes}, {"note_bytes", federation::kMaxNoteBytes}}}});
}

void AnswerFile(OwnLog::Open& log, const std::string& path, Request& request, Response& response) {
  const bool is_here =
      Names(log, request) && request.Param("epoch") == std::to_string(log.origin.log.epoch);
  const auto bytes = is_here ? log.files->Read(path) : Error(Errc::NotFound, "another log");
  if (!bytes && bytes.error().code() == Errc::NotFound) return AnswerAbsent(response);
  if (!bytes) return Fail(response, bytes.error());
  const bool is_head = path == "checkpoint";
  response.headers.Set("Cache-Control", is_head ? kFresh : kImmutable);
  response.headers.Set("Content-Type", is_head ? kText : kBinary);
  response.body = std::string(AsText(*bytes));
}

void GetCheckpoint(OwnLog::Open& log, Request& request, Response& response) {
  AnswerFile(log, "checkpoint", request, response);
}

void GetTile(OwnLog::Open& log, Request& request, Response& response) {
  AnswerFile(log, "tile/" + request.Param("path"), request, response);
}

// The current epoch is the only one so far.
void GetEpochs(OwnLog::Open& log, Request& request, Response& response) {
  if (!Names(log, request)) return AnswerAbsent(response);
  const auto note = log.files->Read("checkpoint");
  if (!note) return Fail(response, note.error());
  response.headers.Set("Cache-Control", kFresh);
  response.SetText(kText, "epoch " + std::to_string(log.origin.log.epoch) + " " +
                              std::to_string(note->size()) + "\n" + std::string(AsText(*note)));
}

}  // namespace

void AddLogRoutes(Router& router, OwnLog& log, const Config& config) {
  const auto add = [&](std::string_view pattern, LogHandler handler) {
    router.Add("GET", pattern, [&log, &config, handler](Request& request, Response& response) {
      if (request.caller.IsAnonymous() && !config.access_anonymous) {
        return AnswerSignIn(response, "Sign in to read from this node");
      }
      auto* const open = log.Look();
      if (open != nullptr) return handler(*open, request, response);
      Fail(response, 503,
           "the log is not open yet, or stopped: its operator finds the reason in what the node "
           "logged");
    });
  };
  add("/fed/info", GetInfo);
  add("/fed/:node/epochs", GetEpochs);
  add("/fed/:node/:epoch/checkpoint", GetCheckpoint);
  add("/fed/:node/:epoch/tile/*path", GetTile);
}

}  // namespace banyan::node
