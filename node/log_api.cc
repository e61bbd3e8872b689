#include "node/log_api.h"

#include <algorithm>

#include "federation/cosignatures.h"
#include "federation/follow/followed_log.h"
#include "federation/format/entry_bundle.h"
#include "federation/format/note.h"
#include "federation/head_rows.h"
#include "federation/known_keys.h"
#include "federation/origin_rows.h"
#include "federation/row_files.h"
#include "node/http/content_coding.h"
#include "node/http/http_error.h"
#include "node/hub_answer.h"
#include "storage/base/json.h"
#include "storage/base/version.h"

namespace banyan::node {
namespace {

constexpr std::string_view kBinary = "application/octet-stream";
constexpr std::string_view kText = "text/plain; charset=utf-8";
// Private: a node may admit members only, and a shared cache in front of it must not.
constexpr std::string_view kImmutable = "private, max-age=31536000, immutable";
constexpr std::string_view kFresh = "no-cache";

void AnswerAbsent(Response& response) { Fail(response, 404, "this node has no such log"); }

void AnswerClosed(Response& response) {
  Fail(response, 503,
       "the log is not open yet, or stopped: its operator finds the reason in what the node "
       "logged");
}

class LogApi {
 public:
  LogApi(Hub& hub, OwnLog& log, std::function<void()> sign_due)
      : hub_(hub), log_(log), sign_due_(std::move(sign_due)) {}

  void GetInfo(Request&, Response& response) {
    const auto log = log_.Look();
    if (!log) return AnswerClosed(response);
    const auto introduction = ReadIntroduction(log->origin.log);
    if (!introduction) return Fail(response, introduction.error());
    response.headers.Set("Cache-Control", kFresh);
    response.SetJson({{"version", 0},
                      {"software", "banyan " + std::string(Version())},
                      {"node", log->origin.node.ToString()},
                      {"epoch", log->origin.log.epoch},
                      {"size", log->files->published().size},
                      {"introduction", *introduction},
                      {"limits",
                       {{"entry_bytes", federation::kMaxEntryBytes},
                        {"note_bytes", federation::kMaxNoteBytes}}}});
  }

  void GetHeads(Request& request, Response& response) {
    federation::JournalPlace since;
    if (const auto text = request.Query("since")) {
      auto place = federation::JournalPlace::Parse(*text);
      if (!place) return Fail(response, std::move(place.error()).Context("since"));
      since = *std::move(place);
    }
    sign_due_();
    auto page = ReadHeads(since);
    if (!page) return Fail(response, page.error());
    response.headers.Set("Cache-Control", kFresh);
    if (!*page) {
      response.status = 204;
    } else {
      response.SetText(kText, (*page)->ToString());
    }
  }

  void GetCheckpoint(Request& request, Response& response) {
    AnswerFile("checkpoint", request, response);
  }

  void GetFork(Request& request, Response& response) {
    const auto evidence = ReadEvidence(request);
    if (!evidence) return Fail(response, evidence.error());
    if (!*evidence) return AnswerAbsent(response);
    response.headers.Set("Cache-Control", kFresh);
    response.SetText(kText, (*evidence)->ToString());
  }

  void GetTile(Request& request, Response& response) {
    AnswerFile("tile/" + request.Param("path"), request, response);
  }

  void GetEpochs(Request& request, Response& response) {
    const auto epochs = ReadEpochs(request);
    if (!epochs) return Fail(response, epochs.error());
    if (epochs->empty()) return AnswerAbsent(response);
    response.headers.Set("Cache-Control", kFresh);
    response.SetText(kText, federation::EpochsPage{*epochs}.ToString());
  }

 private:
  Result<std::optional<federation::HeadsPage>> ReadHeads(const federation::JournalPlace& since) {
    auto lease = TRY(hub_.database.Read());
    return federation::ReadHeads(*lease, since, hub_.clock.NowMs());
  }

  Result<std::string> ReadIntroduction(federation::LogId log) {
    auto lease = TRY(hub_.database.Read());
    return federation::IntroductionOf(*lease, log);
  }

  Result<std::vector<federation::EpochHead>> ReadEpochs(const Request& request) {
    const auto node = federation::NodeId::Parse(request.Param("node"));
    if (!node) return std::vector<federation::EpochHead>();
    auto lease = TRY(hub_.database.Read());
    const auto origin = TRY(federation::FindOrigin(*lease, *node));
    if (!origin) return std::vector<federation::EpochHead>();
    return federation::ListEpochs(*lease, origin->row);
  }

  Result<std::optional<federation::ForkEvidence>> ReadEvidence(const Request& request) {
    const std::optional<federation::ForkEvidence> absent;
    const auto name = NameIn(request);
    if (!name) return absent;
    auto lease = TRY(hub_.database.Read());
    const auto origin = TRY(federation::FindOrigin(*lease, name->node));
    if (!origin) return absent;
    return federation::FindEvidence(*lease, {origin->row, name->epoch});
  }

  // By node and epoch, or by the hash of both, as other logs' tools call it. NotFound: no such log.
  Result<federation::LogName> NameIn(const Request& request) {
    const bool is_by_hash =
        std::ranges::any_of(request.params, [](const auto& param) { return param.name == "hash"; });
    if (!is_by_hash) {
      return federation::LogName::Parse("banyan/" + request.Param("node") + "/" +
                                        request.Param("epoch"));
    }
    auto lease = TRY(hub_.database.Read());
    return federation::FindLogName(*lease, TRY(Sha256::Parse(request.Param("hash"))));
  }

  // The own log's files are on the disk, another's are made from its rows.
  Result<Bytes> ReadFile(const Request& request, const std::string& path) {
    const Error absent(Errc::NotFound, "another log");
    const auto name = NameIn(request);
    if (!name) return absent;
    const auto own = log_.Look();
    if (own && own->origin.Line() == name->ToString()) return ReadOwnFile(*own, path);
    auto lease = TRY(hub_.database.Read());
    const auto origin = TRY(federation::FindOrigin(*lease, name->node));
    if (!origin) return absent;
    if (origin->is_own && !own) return Error(Errc::Unavailable, "it is not open");
    return federation::ReadRowFile(*lease, {origin->row, name->epoch}, path);
  }

  // Before anything of it was signed, the log is not open to others either.
  Result<Bytes> ReadOwnFile(const OwnLog::Open& own, const std::string& path) {
    if (own.files->published().size == 0) return Error(Errc::Unavailable, "nothing is signed yet");
    auto bytes = TRY(own.files->Read(path));
    if (path != "checkpoint") return bytes;
    auto lease = TRY(hub_.database.Read());
    const auto note =
        TRY(federation::AddCosignatures(*lease, own.origin.log, std::string(AsText(bytes))));
    return Bytes(note.begin(), note.end());
  }

  void AnswerFile(const std::string& path, Request& request, Response& response) {
    const auto bytes = ReadFile(request, path);
    if (!bytes && bytes.error().code() == Errc::NotFound) return AnswerAbsent(response);
    if (!bytes && bytes.error().code() == Errc::Unavailable) return AnswerClosed(response);
    if (!bytes) return Fail(response, bytes.error());
    const bool is_head = path == "checkpoint";
    response.headers.Set("Cache-Control", is_head ? kFresh : kImmutable);
    response.headers.Set("Content-Type", is_head ? kText : kBinary);
    response.body = std::string(AsText(*bytes));
    if (path.starts_with("tile/entries/")) CodeBody(request, response);
  }

  Hub& hub_;
  OwnLog& log_;
  const std::function<void()> sign_due_;
};

}  // namespace

void AddLogRoutes(Router& router, Hub& hub, OwnLog& log, std::function<void()> sign_due) {
  const auto api = std::make_shared<LogApi>(hub, log, std::move(sign_due));
  const auto add = [&](std::string_view pattern, void (LogApi::*handler)(Request&, Response&)) {
    router.Add("GET", pattern, [api, &hub, handler](Request& request, Response& response) {
      const bool is_guest = request.caller.IsAnonymous() && !request.is_reader;
      if (is_guest && !hub.config.access_anonymous) {
        return AnswerSignIn(response, "Sign in to read from this node");
      }
      ((*api).*handler)(request, response);
    });
  };
  add("/fed/info", &LogApi::GetInfo);
  add("/fed/heads", &LogApi::GetHeads);
  add("/fed/:node/epochs", &LogApi::GetEpochs);
  add("/fed/:node/:epoch/checkpoint", &LogApi::GetCheckpoint);
  add("/fed/:node/:epoch/fork", &LogApi::GetFork);
  add("/fed/log/:hash/checkpoint", &LogApi::GetCheckpoint);
  add("/fed/log/:hash/tile/*path", &LogApi::GetTile);
  add("/fed/:node/:epoch/tile/*path", &LogApi::GetTile);
}

}  // namespace banyan::node
