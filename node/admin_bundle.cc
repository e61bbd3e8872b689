// Bundles: what this node holds, on a disk that somebody carries, and back.
#include <algorithm>
#include <charconv>
#include <optional>

#include "federation/bundle/bundle_export.h"
#include "federation/follow/follows.h"
#include "federation/follow/head_claim.h"
#include "federation/follow/peers.h"
#include "federation/format/note.h"
#include "federation/mirror_state.h"
#include "federation/origin_rows.h"
#include "federation/own_origin.h"
#include "node/admin_functions.h"
#include "node/follower.h"
#include "node/own_log.h"
#include "storage/base/json.h"
#include "storage/base/repository_glob.h"

namespace banyan::node {
namespace {

using storage::Connection;

constexpr std::uint64_t kDefaultPartBytes = 4'000'000'000;  // FAT file systems end at 4 GiB
constexpr std::uint64_t kMinPartBytes = 1u << 20;
constexpr std::size_t kMaxFollowed = 100;  // of one bundle, unseen

bool IsArchive(const std::string& path) { return path.ends_with(federation::kArchiveEnding); }

Result<std::vector<std::string>> ReadPatterns(const Json& arguments) {
  std::vector<std::string> patterns;
  const Json* list = FindMember(arguments, "repositories");
  if (list == nullptr) return patterns;
  if (!list->is_array()) return Error(Errc::Invalid, "repositories: expected a list of texts");
  for (const auto& item : *list) {
    const auto pattern = item.is_string() ? item.get<std::string>() : "";
    if (!storage::IsRepositoryGlob(pattern)) {
      return Error(Errc::Invalid,
                   "repositories: expected KIND/NAMESPACE/NAME with * in it, such "
                   "as models/lab/*, not \"" +
                       pattern + "\"");
    }
    patterns.push_back(pattern);
  }
  return patterns;
}

Status RequireWholePath(const std::string& argument, const std::string& path) {
  if (path.starts_with('/')) return Ok();
  return Error(Errc::Invalid, argument + ": a whole path on the node's machine, from a slash on");
}

// "SIZE" or "EPOCH:SIZE" of the own log, whose current epoch is `epoch`.
Result<federation::KnownHead> ParseOwnHead(std::string_view text, const federation::NodeId& own,
                                           std::uint64_t epoch) {
  federation::KnownHead head{{own, epoch}, 0, {}};
  const auto colon = text.find(':');
  const auto take = [](std::string_view digits, std::uint64_t& number) {
    const auto* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end;
  };
  const bool is_epoch_fine = colon == text.npos || take(text.substr(0, colon), head.log.epoch);
  if (is_epoch_fine && take(text.substr(colon == text.npos ? 0 : colon + 1), head.size))
    return head;
  return Error(Errc::Invalid,
               "since: expected an earlier bundle, the file of a checkpoint, or SIZE or "
               "EPOCH:SIZE of this node's log, such as 1200, not \"" +
                   std::string(text) + "\"");
}

// What whoever gets the bundle has already.
Status ReadSince(const AdminContext& context, const std::string& since, std::uint64_t epoch,
                 federation::ExportRequest& request) {
  if (!since.starts_with('/')) {
    request.head = TRY(ParseOwnHead(since, request.maker, epoch));
    return Ok();
  }
  const auto stat = TRY(context.fs.Stat(since));
  if (stat.is_directory || IsArchive(since)) {
    const auto earlier = TRY(OpenCarried(context.fs, since));
    request.since = TRY(federation::ReadBundleNote(*earlier));
    return Ok();
  }
  const auto note = TRY(ReadFile(context.fs, since, federation::kMaxNoteBytes));
  const auto claim = federation::HeadClaim::Parse(std::string(AsText(note)));
  if (!claim) {
    return Error(Errc::Invalid, since + ": neither a bundle nor a checkpoint of a node's log: " +
                                    claim.error().message());
  }
  request.head = federation::KnownHead{claim->name, claim->state.size, claim->state.root};
  return Ok();
}

Result<federation::ExportRequest> ReadRequest(const AdminContext& context, const Json& arguments) {
  const auto patterns = TRY(ReadPatterns(arguments));
  const auto since = TRY(ReadText(arguments, "since"));
  std::optional<federation::NodeId> own;
  std::optional<federation::LogId> log;
  {
    auto lease = TRY(context.database().Read());
    own = TRY(federation::FindOwnNode(*lease));
    log = TRY(federation::FindOwnLog(*lease));
  }
  if (!own || !log) {
    return Error(Errc::Unavailable, "this node has no log yet: run it for a minute first");
  }
  federation::ExportRequest request{*own, patterns, {}, {}};
  if (since) TRY(ReadSince(context, *since, log->epoch, request));
  return request;
}

// The logs of the bundle that are followed, or shall be, go on from what is here.
Status RequireGoesOn(const AdminContext& context, const federation::BundleNote& note,
                     bool follows) {
  auto lease = TRY(context.database().Read());
  const auto followed = TRY(federation::ListFollowed(*lease));
  for (const auto& begin : note.since) {
    const auto origin = TRY(federation::FindOrigin(*lease, begin.origin));
    const bool is_followed =
        std::ranges::any_of(followed, [&](const auto& each) { return each.node == begin.origin; });
    if ((origin && origin->is_own) || (!follows && !is_followed)) continue;
    const federation::LogId log{origin ? origin->row : 0, begin.epoch};
    const auto size = TRY(federation::CountEntries(*lease, log));
    if (size >= begin.size) continue;
    const federation::LogName name{begin.origin, begin.epoch};
    return Error(Errc::Invalid, "the bundle goes on from " + std::to_string(begin.size) +
                                    " entries of " + name.ToString() + ", of which " +
                                    std::to_string(size) +
                                    " are here: import one first that begins earlier");
  }
  return Ok();
}

// What is followed of the bundle's origins, or shall be from now on.
Status RequireFollowed(const AdminContext& context, const federation::BundleNote& note,
                       bool follows) {
  if (follows && note.origins.size() > kMaxFollowed) {
    return Error(Errc::Invalid,
                 "the bundle names more than 100 origins: `banyan follow` those "
                 "that you want, and import it without --follow");
  }
  std::string ids;
  return context.database().Write([&](Connection& connection) -> Status {
    const auto own = TRY(federation::FindOwnNode(connection));
    bool is_any = false;
    for (const auto& origin : TRY(federation::ListFollowed(connection))) {
      is_any = is_any || std::ranges::find(note.origins, origin.node) != note.origins.end();
    }
    for (const auto& origin : note.origins) {
      if (own && origin == *own) continue;
      ids += " " + origin.ToString();
      if (!follows) continue;
      is_any = true;
      TRY(federation::AddFollow(connection, {origin, "*/*/*"}, context.clock.NowMs()));
    }
    if (is_any) return Ok();
    if (ids.empty()) return Error(Errc::Invalid, "the bundle has no log but this node's own");
    return Error(Errc::Invalid,
                 "this node follows none of the bundle's origins: `banyan follow` "
                 "one of them, or import with --follow:" +
                     ids);
  });
}

struct BundlePeer {
  federation::Peer peer;
  bool stays = false;  // a folder that the operator added
};
// The row of the bundle as a peer, as long as it is read; an archive that was left by an import
// that broke off goes on.
Result<BundlePeer> EnterPeer(const AdminContext& context, const std::string& path) {
  BundlePeer entered;
  TRY(context.database().Write([&](Connection& connection) -> Status {
    const auto address = TRY(federation::NormalizeAddress(path));
    auto found = federation::FindPeer(connection, address);
    entered.stays = found && !IsArchive(path);
    entered.peer = found ? *std::move(found)
                         : TRY(federation::AddPeer(connection, address, context.clock.NowMs()));
    return Ok();
  }));
  return entered;
}

// Why a card is not mirrored, if its origin is followed and it is wanted as far as is known: empty
// when nothing went wrong. nullopt: it is mirrored, or not wanted.
Result<std::optional<std::string>> FindProblem(Connection& connection,
                                               const federation::BundleNote::Card& card) {
  constexpr std::string_view kHasNoNames = "(c.meta_id IS NOT NULL AND c.meta IS NULL)";
  auto rows = connection.Query(
      "SELECT CASE WHEN e.position IS NULL THEN 'the log of its origin was not' WHEN " +
          std::string(kHasNoNames) +
          " THEN 'it has not the names of its repositories' ELSE m.problem END FROM origin o "
          "LEFT JOIN log_entry e ON e.origin = o.id AND e.epoch = ?2 AND e.position = ?3 "
          "LEFT JOIN repository_card c ON c.origin = o.id AND c.epoch = ?2 AND c.position = ?3 "
          "LEFT JOIN mirror m ON m.card = c.id WHERE o.node = ?1 "
          "AND o.id IN (SELECT origin FROM follow) AND (e.position IS NULL OR ((m.passed_over = 0 "
          "OR " +
          std::string(kHasNoNames) + ") AND " + std::string(federation::kIsUnfinished) + "))",
      card.origin.genesis(), card.epoch, card.position);
  std::optional<std::string> problem;
  if (rows.Next()) problem = rows.Text(0);
  TRY(rows.status());
  return problem;
}

// Of the cards that the bundle has the content of, those that are wanted are mirrored.
Status RequireTaken(const AdminContext& context, const federation::BundleNote& note) {
  auto lease = TRY(context.database().Read());
  for (const auto& card : note.cards) {
    const auto problem = TRY(FindProblem(*lease, card));
    if (!problem) continue;
    if (problem->empty()) {
      return Error(Errc::Unavailable,
                   "not all was taken: the policy's hours or budget do not allow it now; import "
                   "it again then");
    }
    return Error(Errc::Corrupt, "not all was taken: " + *problem +
                                    "; when the bundle is at fault, copy it again, or import the "
                                    "one before it first");
  }
  return Ok();
}

// A path that an archive may be written to.
Status RequireArchiveTarget(const std::string& target, const Json& arguments) {
  if (target == TRY(ReadText(arguments, "since"))) {
    return Error(Errc::Invalid, "it would replace the bundle that it is based on: name another");
  }
  const auto stem = target.substr(0, target.size() - federation::kArchiveEnding.size());
  const auto dot = stem.rfind('.');
  const bool is_part = dot != stem.npos && dot + 1 < stem.size() &&
                       stem.find_first_not_of("0123456789", dot + 1) == stem.npos;
  if (!is_part) return Ok();
  return Error(Errc::Invalid, target + " is a name for a further part of an archive: name another");
}

}  // namespace

Result<Json> ExportBundle(const AdminContext& context, const Json& arguments) {
  const auto target = TRY(NeedText(arguments, "target"));
  TRY(RequireTargetOutside(target, context.directory));
  if (IsArchive(target)) TRY(RequireArchiveTarget(target, arguments));
  const auto part_bytes = TRY(ReadNumber(arguments, "part_bytes"))
                              .value_or(static_cast<std::int64_t>(kDefaultPartBytes));
  if (static_cast<std::uint64_t>(part_bytes) < kMinPartBytes) {
    return Error(Errc::Invalid, "part_bytes: a part has at least 1 MiB");
  }
  // A node that has just started opens its log first.
  if (context.own_log != nullptr) TRY(context.own_log->Update());
  const auto request = TRY(ReadRequest(context, arguments));
  auto& fs = context.shared_fs != nullptr ? *context.shared_fs : context.fs;
  const auto sink = IsArchive(target) ? federation::MakeArchiveSink(
                                            fs, target, static_cast<std::uint64_t>(part_bytes))
                                      : federation::MakeFolderSink(fs, target);
  const auto report = TRY(federation::ExportBundle(context.database(), context.content, request,
                                                   *sink, context.cancelled));
  return Json{{"target", target},
              {"repositories", report.repositories},
              {"objects", report.objects},
              {"files", report.files},
              {"absent_files", report.absent_files},
              {"bytes", report.bytes},
              {"new_files", report.new_files},
              {"new_bytes", report.new_bytes},
              {"parts", report.parts},
              {"largest_part_bytes", report.largest_part_bytes}};
}

Result<Json> ImportBundle(const AdminContext& context, const Json& arguments) {
  const auto path = TRY(NeedText(arguments, "source"));
  if (context.follower == nullptr) {
    return Error(Errc::Unavailable, "no node runs on this directory: a running one imports");
  }
  TRY(RequireWholePath("source", path));
  const auto bundle = TRY(OpenCarried(context.fs, path));
  const auto note = TRY(federation::ReadBundleNote(*bundle));
  const bool follows = TRY(ReadAnswer(arguments, "follow")).value_or(false);
  TRY(RequireGoesOn(context, note, follows));
  TRY(RequireFollowed(context, note, follows));
  const auto entered = TRY(EnterPeer(context, path));
  context.follower->ForgetSource(entered.peer.address);
  auto status = SyncNow(context, Json::object());
  if (!status) return status;  // it goes on by itself; the next import ends it
  context.follower->ForgetSource(entered.peer.address);
  auto after = entered.peer;
  TRY(context.database().Write([&](Connection& connection) -> Status {
    after = TRY(federation::GetPeer(connection, after.row));
    return entered.stays ? Ok() : federation::RemovePeer(connection, after.row);
  }));
  if (after.failures > 0) return Error(Errc::Corrupt, path + ": " + after.problem);
  TRY(RequireTaken(context, note));
  return status;
}

}  // namespace banyan::node
