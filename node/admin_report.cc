// stats: how much there is. doctor: whether all is well, and what to do where it is not.
#include <set>

#include "federation/log_check.h"
#include "federation/own_origin.h"
#include "node/admin_functions.h"
#include "node/own_log.h"
#include "storage/base/json.h"
#include "storage/catalog/tokens.h"
#include "storage/content/recipe.h"
#include "storage/content/scrub_pass.h"

namespace banyan::node {
namespace {

constexpr std::uint64_t kLittleBytes = 2'000'000'000;

Result<std::int64_t> Number(storage::Connection& connection, const char* sql) {
  auto rows = connection.Query(sql);
  const bool found = rows.Next();
  TRY(Status(rows.status()));
  return found ? rows.Int(0) : 0;
}

// Of the regular files in one directory.
Result<std::uint64_t> DirectoryBytes(FileSystem& fs, const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& name : TRY(fs.List(directory))) {
    const auto stat = fs.Stat(directory + "/" + name);
    if (stat && !stat->is_directory) bytes += stat->size_bytes;
  }
  return bytes;
}

std::uint64_t FileBytes(FileSystem& fs, const std::string& path) {
  const auto stat = fs.Stat(path);
  return stat ? stat->size_bytes : 0;  // a pack may be sealed or removed at any moment
}

std::uint64_t PackBytes(FileSystem& fs, storage::PackStore& packs) {
  std::uint64_t bytes = 0;
  for (const auto id : packs.SealedIds()) {
    bytes += FileBytes(fs, storage::PathsOf(packs.directory(), id).sealed);
  }
  for (const auto id : packs.OpenIds()) {
    const auto paths = storage::PathsOf(packs.directory(), id);
    bytes += FileBytes(fs, paths.table) + FileBytes(fs, paths.data);
  }
  return bytes;
}

// The outcome of one examination, for the operator to read.
class Findings {
 public:
  void Good(std::string_view what, const std::string& text) { Add(what, "good", text); }
  void Look(std::string_view what, const std::string& text) { Add(what, "look", text); }
  void Bad(std::string_view what, const std::string& text) {
    Add(what, "bad", text);
    healthy_ = false;
  }
  Json Take() { return Json{{"healthy", healthy_}, {"findings", std::move(list_)}}; }

 private:
  void Add(std::string_view what, const char* verdict, const std::string& text) {
    list_.push_back({{"what", std::string(what)}, {"verdict", verdict}, {"text", text}});
  }
  Json list_ = Json::array();
  bool healthy_ = true;
};

Status ExamineDisk(const AdminContext& context, Findings& findings) {
  const auto stat = TRY(context.fs.Stat(context.directory));
  if (stat.is_private) {
    findings.Good("directory", "only the node's user can look into it");
  } else {
    findings.Look("directory", "other users may look into it: run chmod 700 " + context.directory);
  }
  const auto free_bytes = TRY(context.fs.FreeBytes(context.directory));
  const auto text = std::to_string(free_bytes) + " bytes are free";
  if (free_bytes > kLittleBytes) {
    findings.Good("space", text);
  } else {
    findings.Bad("space", text + ": make room, or uploads will be refused");
  }
  return Ok();
}

Status ExamineCatalog(storage::Connection& connection, Findings& findings) {
  auto rows = connection.Query("PRAGMA quick_check(10)");
  std::string problems;
  while (rows.Next()) problems += (problems.empty() ? "" : "; ") + rows.Text(0);
  TRY(Status(rows.status()));
  if (problems == "ok") {
    findings.Good("catalog", "its pages and indexes are sound");
  } else {
    findings.Bad("catalog", problems + ": restore a backup");
  }
  const auto orphans = TRY(Number(connection, "SELECT count(*) FROM pragma_foreign_key_check"));
  if (orphans > 0) {
    findings.Bad("references", std::to_string(orphans) +
                                   " rows name what is not there: restore a "
                                   "backup, and report this as a fault");
  }
  return Ok();
}

// Every pack that a file needs must be there; scrub looks into them.
Status ExaminePacks(const AdminContext& context, storage::Connection& connection,
                    Findings& findings) {
  auto& packs = *context.content.core().packs;
  std::set<storage::PackId> held;
  for (const auto id : packs.SealedIds()) held.insert(id);
  for (const auto id : packs.OpenIds()) held.insert(id);
  std::set<storage::PackId> missing;
  std::uint64_t broken_files = 0;
  auto rows = connection.Query(
      "SELECT recipe FROM file UNION ALL"
      " SELECT recipe FROM repository_file WHERE recipe IS NOT NULL");
  while (rows.Next()) {
    if (context.cancelled) return Error(Errc::Cancelled, "interrupted");
    const auto recipe = TRY(storage::ParseRecipe(rows.Blob(0)));
    bool broken = false;
    for (const auto& term : recipe.terms) {
      if (held.contains(term.pack)) continue;
      missing.insert(term.pack);
      broken = true;
    }
    broken_files += broken ? 1 : 0;
  }
  TRY(Status(rows.status()));
  if (missing.empty()) {
    findings.Good("packs", "all packs that files need are there (" + std::to_string(held.size()) +
                               "); `banyan admin scrub` re-reads them");
  } else {
    findings.Bad("packs", std::to_string(missing.size()) + " packs are missing, needed by " +
                              std::to_string(broken_files) + " files: restore a backup");
  }
  return Ok();
}

// What scrubs found, until a scrub finds it whole.
Status ExamineDamage(storage::Connection& connection, Findings& findings) {
  const auto files = TRY(Number(connection, "SELECT count(*) FROM file WHERE damaged = 1"));
  if (files > 0) {
    findings.Bad("damage", std::to_string(files) +
                               " files were found damaged: `banyan admin scrub` names their "
                               "repositories. `banyan push --repair` sends those of this node's "
                               "own anew; mirrored ones are fetched anew from peers, at once with "
                               "`banyan sync`");
  } else {
    findings.Good("damage", "no file is known to be damaged");
  }
  return Ok();
}

void Judge(const federation::LogCheck& check, Restored restored, Findings& findings) {
  if (check.wrong_files > 0) {
    findings.Bad("log", std::to_string(check.wrong_files) +
                            " of its files are not as the catalog has them, " + check.wrong_file +
                            " first: start the node again, which makes them anew");
  } else if (check.signed_entries > 0) {
    findings.Good("log", std::to_string(check.signed_entries) +
                             " signed entries, and their tiles, are as the catalog has them");
  } else if (restored == Restored::Yes) {
    findings.Look("log",
                  "it was put back from a backup: it is signed again when a peer shows what it "
                  "had said since, or after `banyan federation go-on`");
  } else {
    findings.Good("log", "nothing of it is signed yet");
  }
}

// Errors that are not of the log say nothing of it.
void JudgeUnread(const Error& error, Findings& findings) {
  const auto code = error.code();
  if (code == Errc::Corrupt || code == Errc::Invalid || code == Errc::Conflict) {
    findings.Bad("log", error.message() + ": nothing more is signed; restore a backup");
  } else if (code == Errc::Unavailable) {
    findings.Look("log", "it was not looked at: " + error.message() + ": ask again");
  } else {
    findings.Bad("log", "it could not be read: " + error.message());
  }
}

// The own log, all of it: peers stop believing a node that shows two histories.
Status ExamineLog(const AdminContext& context, storage::Connection& connection,
                  Findings& findings) {
  const auto problem = context.own_log == nullptr ? "" : context.own_log->Problem();
  if (!problem.empty()) {
    findings.Bad("log", "it is stopped: " + problem);
    return Ok();
  }
  const auto log = TRY(federation::FindOwnLog(connection));
  const auto directory = context.directory + "/log";
  if (!log && context.fs.Stat(directory)) {
    findings.Bad("log", "the catalog has none, but one was signed here: it is an older copy");
  } else if (!log) {
    findings.Good("log", "it was not begun yet");
  }
  if (!log) return Ok();
  const auto check = federation::CheckLogFiles(connection, context.fs,
                                               directory + "/" + std::to_string(log->epoch), *log,
                                               context.cancelled);
  if (!check && check.error().code() == Errc::Cancelled) return check.error();
  if (check) {
    Judge(*check, TRY(LookRestored(context.fs, context.database(), context.directory)), findings);
  } else {
    JudgeUnread(check.error(), findings);
  }
  return Ok();
}

// When all was read last, and how far the reading has come that goes on.
Status ExamineScrub(storage::Connection& connection, Findings& findings) {
  const auto pass = TRY(storage::ReadScrubPass(connection));
  const auto outcome = [](std::uint64_t bytes, std::uint64_t chunks) {
    const auto damaged = chunks == 0 ? "none" : std::to_string(chunks) + " chunks";
    return std::to_string(bytes) + " bytes, " + damaged + " damaged";
  };
  std::string now;
  if (pass.IsUnderWay()) {
    now = "; a reading began at " + ToIsoTime(*pass.begun_ms) + " and is through " +
          outcome(pass.stored_bytes, pass.damaged_chunks);
  }
  if (!pass.last) {
    findings.Look("scrub",
                  "what is stored was not read to the end yet: storage.scrub_rate has the node do "
                  "it in time, `banyan admin scrub` does it now" +
                      now);
    return Ok();
  }
  findings.Good("scrub", "what is stored was read to the end last at " +
                             ToIsoTime(pass.last->ended_ms) + ": " +
                             outcome(pass.last->stored_bytes, pass.last->damaged_chunks) + now);
  return Ok();
}

Status ExamineOperators(const AdminContext& context, storage::Connection& connection,
                        Findings& findings) {
  auto rows = connection.Query(
      "SELECT count(DISTINCT namespace.id) FROM namespace JOIN token ON token.user = namespace.id "
      "WHERE is_admin = 1 AND role = 2 AND (expires_ms IS NULL OR expires_ms > ?)",
      context.clock.NowMs());
  const auto operators = rows.Next() ? rows.Int(0) : 0;
  TRY(Status(rows.status()));
  if (operators == 0) {
    findings.Bad("operators",
                 "nobody can administer this node over the network: stop it and run `banyan admin "
                 "tokens create --data DIR`");
  } else {
    findings.Good("operators", std::to_string(operators) + " with a valid token");
  }
  if (context.fs.Stat(context.directory + "/admin.token")) {
    findings.Look("admin.token",
                  "the first operator's token still lies in the data directory: "
                  "remove the file once you are logged in");
  }
  return Ok();
}

}  // namespace

Result<Json> ShowStats(const AdminContext& context, const Json&) {
  auto lease = TRY(context.database().Read());
  Json stats = Json::object();
  const std::pair<const char*, const char*> figures[] = {
      {"users", "SELECT count(*) FROM namespace WHERE kind = 0"},
      {"organisations", "SELECT count(*) FROM namespace WHERE kind = 1"},
      {"models", "SELECT count(*) FROM repository WHERE kind = 0"},
      {"datasets", "SELECT count(*) FROM repository WHERE kind = 1"},
      {"private_repositories", "SELECT count(*) FROM repository WHERE private = 1"},
      {"revisions", "SELECT count(*) FROM revision"},
      {"downloads", "SELECT coalesce(sum(downloads), 0) FROM repository"},
      {"files", "SELECT count(*) FROM file"},
      {"file_bytes", "SELECT coalesce(sum(size), 0) FROM file"},
      {"quarantined_files", "SELECT count(*) FROM file WHERE unreferenced_ms IS NOT NULL"},
      {"charged_bytes", "SELECT coalesce(sum(used_bytes), 0) FROM namespace"},
      {"open_uploads", "SELECT count(*) FROM upload_session WHERE used_ms > 0"},
  };
  for (const auto& [name, sql] : figures) stats[name] = TRY(Number(*lease, sql));
  auto& packs = *context.content.core().packs;
  stats["packs"] = packs.SealedIds().size() + packs.OpenIds().size();
  stats["stored_bytes"] = PackBytes(context.fs, packs);
  stats["catalog_bytes"] = TRY(DirectoryBytes(context.fs, context.directory));
  stats["free_bytes"] = TRY(context.fs.FreeBytes(context.directory));
  return stats;
}

Result<Json> Diagnose(const AdminContext& context, const Json&) {
  Findings findings;
  auto lease = TRY(context.database().Read());
  TRY(ExamineDisk(context, findings));
  TRY(ExamineCatalog(*lease, findings));
  TRY(ExaminePacks(context, *lease, findings));
  TRY(ExamineDamage(*lease, findings));
  TRY(ExamineLog(context, *lease, findings));
  TRY(ExamineScrub(*lease, findings));
  TRY(ExamineOperators(context, *lease, findings));
  return findings.Take();
}

}  // namespace banyan::node
