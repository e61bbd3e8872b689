// cache list, prune, verify: what pulls keep on this machine.
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/transfer/cache_check.h"
#include "cli/transfer/cache_prune.h"
#include "cli/user_directories.h"
#include "node/units.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kShownDigits = 12;

class CacheCommand : public Command {
 protected:
  CacheCommand(std::string name, std::string summary)
      : Command(std::move(name), std::move(summary)) {
    Flag("--hf-cache", hf_cache_, "the cache of Hugging Face clients, not Banyan's own");
  }
  Result<std::string> Place(Session& session) const {
    const auto& environment = session.environment();
    return hf_cache_ ? HuggingFaceCache(environment) : BanyanCache(environment);
  }

 private:
  bool hf_cache_ = false;
};

class CacheList final : public CacheCommand {
 public:
  CacheList() : CacheCommand("cache list", "list the revisions that pulls keep on this machine") {
    Explain(
        "A revision's size is that of its files; revisions of a repository share equal files, so "
        "together they take less.");
    Shows("cache list", "what is there, and how large");
    Shows("cache list --hf-cache --json", "what Hugging Face clients keep, for a program");
  }

  Status Run(Session& session) override {
    const auto place = TRY(Place(session));
    Json list = Json::array();
    Table table({{"REPOSITORY", false, true},
                 {"COMMIT"},
                 {"REFS"},
                 {"FILES", true},
                 {"SIZE", true},
                 {"PULLED"}});
    std::uint64_t bytes = 0;
    std::uint64_t unfinished_bytes = 0;
    for (const auto& repository : TRY(ListCache(session.environment().file_system, place))) {
      bytes += repository.Bytes();
      for (const auto& [name, part] : repository.unfinished) unfinished_bytes += part.size_bytes;
      for (const auto& revision : repository.revisions)
        Add(session, repository, revision, list, table);
    }
    TRY(session.output().Print(Json{{"place", place},
                                    {"bytes", bytes},
                                    {"unfinished_bytes", unfinished_bytes},
                                    {"revisions", std::move(list)}},
                               table));
    session.output().Note(place + ": " + FormatBytes(bytes) +
                          (unfinished_bytes > 0
                               ? ", of which " + FormatBytes(unfinished_bytes) + " unfinished"
                               : ""));
    return Ok();
  }

 private:
  static void Add(Session& session, const CachedRepository& repository,
                  const CachedRevision& revision, Json& list, Table& table) {
    const auto pulled = ToIsoTime(revision.modified_ms);
    std::string refs;
    for (const auto& ref : revision.refs) refs += (refs.empty() ? "" : " ") + ref;
    list.push_back({{"repository", repository.name},
                    {"commit", revision.commit},
                    {"refs", revision.refs},
                    {"files", revision.files},
                    {"bytes", revision.bytes},
                    {"missing", revision.missing},
                    {"pulled", pulled}});
    const bool people = session.environment().terminal.OutputIsTerminal();
    table.Add({repository.name, people ? revision.commit.substr(0, kShownDigits) : revision.commit,
               refs, std::to_string(revision.files),
               people ? FormatBytes(revision.bytes) : std::to_string(revision.bytes),
               pulled.substr(0, 10)});
  }
};

class CachePrune final : public CacheCommand {
 public:
  CachePrune() : CacheCommand("cache prune", "remove revisions that no branch or tag names here") {
    MayTake("REPO", names_, "only of these repositories; nothing: of all");
    Option("--older-than", "TIME", older_than_, "only what was pulled so long ago, such as 30d");
    Flag("--referenced", referenced_, "revisions that a branch or tag names, too");
    Flag("--dry-run", dry_run_, "remove nothing, tell exactly what would be freed");
    Explain(
        "A newer pull of a branch leaves the older revision behind, which this removes. A file "
        "that a revision which stays has, too, is never removed. Unfinished downloads and strays "
        "go "
        "when they are a day old. What is removed can be pulled again.");
    Shows("cache prune --dry-run", "what would go");
    Shows("cache prune --referenced --older-than 90d", "everything not pulled for 90 days");
    Shows("cache prune alice/tiny --referenced", "one repository, altogether");
  }

  Status Run(Session& session) override {
    PruneRequest request{names_, 0, referenced_, dry_run_};
    if (!older_than_.empty()) {
      request.older_than_ms = TRY(node::ParseDuration(older_than_).Context("--older-than")).ms;
    }
    auto& environment = session.environment();
    const auto report = TRY(PruneCache(environment.file_system, TRY(Place(session)), request,
                                       environment.clock.NowMs()));
    for (const auto& name : report.busy) {
      session.output().Note(name + " was left alone: a pull is at work there");
    }
    Json revisions = Json::array();
    for (const auto& revision : report.revisions) {
      revisions.push_back({{"repository", revision.repository},
                           {"commit", revision.commit},
                           {"bytes", revision.bytes}});
      session.output().Detail((dry_run_ ? "would go: " : "gone: ") + revision.repository + "@" +
                              revision.commit);
    }
    return session.output().Print(
        Json{{"dry_run", dry_run_},
             {"revisions", std::move(revisions)},
             {"stray_files", report.stray_files},
             {"unfinished_files", report.unfinished_files},
             {"freed_bytes", report.freed_bytes},
             {"busy", report.busy}},
        {{"revisions", FormatCount(report.revisions.size())},
         {"strays", FormatCount(report.stray_files)},
         {"unfinished", FormatCount(report.unfinished_files)},
         {dry_run_ ? "would free" : "freed",
          FormatBytes(report.freed_bytes) + " (" + FormatCount(report.freed_bytes) + ")"}});
  }

 private:
  std::vector<std::string> names_;
  std::string older_than_;
  bool referenced_ = false;
  bool dry_run_ = false;
};

class CacheVerify final : public CacheCommand {
 public:
  CacheVerify() : CacheCommand("cache verify", "re-read the cache and compare the hashes") {
    MayTake("REPO", names_, "only of these repositories; nothing: of all");
    Flag("--repair", repair_, "remove damaged files, so that the next pull fetches them again");
    Explain(
        "Every file is named by the hash of its content, so this needs no node. Fails with code 9 "
        "when something is damaged and was not repaired.");
    Shows("cache verify", "is everything as it was pulled?");
    Shows("cache verify alice/tiny --repair", "then pull alice/tiny again");
  }

  Status Run(Session& session) override {
    const auto place = TRY(Place(session));
    std::atomic<std::uint64_t> read_bytes = 0;
    const auto report = [&] {
      const Progress line(session.environment().clock, session.output(), "Checking",
                          [&] { return TransferFigures{.moved_bytes = read_bytes}; });
      return CheckCache(session.environment().file_system, place, {names_, repair_},
                        [&](std::uint64_t bytes) {
                          read_bytes += bytes;
                          return session.CheckInterrupt();
                        });
    }();
    if (!report) return report.error();
    TRY(Print(session, *report));
    std::size_t wrong = report->damage.size();
    if (repair_) {  // what lacks its blob is fetched again anyway
      session.output().Note(wrong == 0 ? "Nothing to repair"
                                       : "Now pull what is named above again");
      return Ok();
    }
    if (wrong == 0) return Ok();
    return Error(Errc::Corrupt, place + ": " + FormatCount(wrong) +
                                    " files are damaged or missing: run `banyan cache verify "
                                    "--repair`, then pull again");
  }

 private:
  Status Print(Session& session, const CacheReport& report) const {
    Json damage = Json::array();
    for (const auto& file : report.damage) {
      damage.push_back({{"repository", file.repository},
                        {"blob", file.blob},
                        {"commits", file.commits},
                        {"what", file.what}});
      if (session.output().json()) continue;
      for (const auto& commit : file.commits) {
        TRY(session.output().Line("damaged  " + file.repository + "@" + commit + "  " +
                                  file.blob.substr(0, kShownDigits) +
                                  (file.blob.empty() ? "" : " ") + file.what));
      }
    }
    return session.output().Print(Json{{"files", report.blobs},
                                       {"bytes", report.bytes},
                                       {"unknown", report.unknown},
                                       {"repaired", repair_},
                                       {"damage", std::move(damage)}},
                                  FormatCount(report.blobs) + " files, " +
                                      FormatBytes(report.bytes) + ", are what they were");
  }

  std::vector<std::string> names_;
  bool repair_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCacheList() { return std::make_unique<CacheList>(); }
std::unique_ptr<Command> MakeCachePrune() { return std::make_unique<CachePrune>(); }
std::unique_ptr<Command> MakeCacheVerify() { return std::make_unique<CacheVerify>(); }

}  // namespace banyan::cli
