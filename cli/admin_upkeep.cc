// admin gc, scrub, backup, restore, stats, doctor.
#include "cli/admin_command.h"
#include "cli/commands.h"
#include "cli/text.h"
#include "node/units.h"
#include "storage/base/json.h"
#include "storage/content/backup.h"

namespace banyan::cli {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string Count(const Json& report, const char* member) {
  return FormatCount(Figure(report, member));
}
std::string Size(const Json& report, const char* member) {
  return FormatBytes(Figure(report, member)) + " (" + Count(report, member) + ")";
}

class Gc final : public AdminCommand {
 public:
  Gc() : AdminCommand("admin gc", "give the space of deleted files back") {
    Flag("--dry-run", dry_run_, "change nothing, tell what would be freed now");
    Option("--grace", "TIME", grace_, "keep files that no commit names for so long (7d)");
    Option("--history-grace", "TIME", history_grace_,
           "keep commits that no branch or tag reaches for so long (30d)");
    Explain(
        "Commits that no branch or tag reaches are kept for a while, then go. Files that no commit "
        "names wait in quarantine; then their chunks go, unless another file has them. Uploads, "
        "commits and downloads go on meanwhile. A running node does this by itself, as often as "
        "storage.collect_every says.");
    Shows("admin gc --dry-run", "exact figures, nothing changed");
    Shows("admin gc --grace 0", "without waiting, as far as commits are gone");
    Shows("admin gc --grace 0 --history-grace 0", "what was deleted cannot be brought back");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    Json wish{{"dry_run", dry_run_}};
    if (!grace_.empty()) wish["grace_ms"] = TRY(node::ParseDuration(grace_)).ms;
    if (!history_grace_.empty()) {
      wish["history_grace_ms"] = TRY(node::ParseDuration(history_grace_)).ms;
    }
    const auto report = TRY(port.Call("gc", wish));
    return session.output().Print(
        report, Fields{{dry_run_ ? "would free" : "freed", Size(report, "freed_bytes")},
                       {"in the catalog", Size(report, "catalog_freed_bytes")},
                       {"commits out of reach", Count(report, "revisions_unreachable")},
                       {"commits deleted", Count(report, "revisions_deleted")},
                       {"files into quarantine", Count(report, "files_quarantined")},
                       {"files deleted", Count(report, "files_deleted")},
                       {"uploads expired", Count(report, "sessions_expired")},
                       {"packs removed", Count(report, "packs_removed")},
                       {"packs rewritten", Count(report, "packs_rewritten")},
                       {"dead but kept", Size(report, "dead_kept_bytes")}});
  }

  bool dry_run_ = false;
  std::string grace_;
  std::string history_grace_;
};

class Scrub final : public AdminCommand {
 public:
  Scrub()
      : AdminCommand("admin scrub", "re-read everything that is stored and compare the hashes") {
    Option("--rate", "SIZE", rate_, "read at most so much a second, such as 20MB");
    Option("--after", "PACK", after_, "go on where one that ended early says it was");
    Explain("Fails with code 9 when something is damaged, and names the files. Changes nothing.");
    Shows("admin scrub --rate 20MB", "gently, beside the daily work");
  }

 private:
  // By their SHA-256, with the repositories that have them.
  static std::string DamagedFiles(const Json& files) {
    std::string text;
    for (const auto& file : files) {
      text += (text.empty() ? "" : "; ") + FindString(file, "sha256").value_or("");
      std::string before = " in ";
      const Json names = file.value("repositories", Json::array());
      for (const auto& name : names) {
        text += std::exchange(before, ", ") + name.get<std::string>();
      }
    }
    return text;
  }

  Status Perform(Session& session, AdminPort& port) override {
    Json wish = Json::object();
    if (!rate_.empty()) wish["bytes_per_second"] = TRY(node::ParseByteSize(rate_)).bytes;
    if (after_) wish["after"] = *after_;
    const auto report = TRY(port.Call("scrub", wish));
    const auto damaged = report.value("damaged", Json::array()).size();
    const Json files = report.value("damaged_files", Json::array());
    TRY(session.output().Print(report, Fields{{"read", Size(report, "stored_bytes")},
                                              {"packs", Count(report, "packs")},
                                              {"chunks", Count(report, "chunks")},
                                              {"damaged chunks", FormatCount(damaged)},
                                              {"damaged files", DamagedFiles(files)}}));
    if (damaged > 0 && files.empty()) {
      session.output().Note("No file uses what is damaged: `banyan admin gc` frees it");
    }
    if (!files.empty()) {
      return Error(Errc::Corrupt,
                   std::to_string(damaged) +
                       " chunks are damaged: push the named repositories that are this node's own "
                       "again from a good copy with --repair, which heals all that hold the same "
                       "files; mirrored ones are fetched again from peers, at once with `banyan "
                       "sync`; or restore a backup");
    }
    if (FindBool(report, "complete").value_or(true)) return Ok();
    return Error(Errc::Cancelled, "ended before everything was read: go on with --after " +
                                      std::to_string(FindInt(report, "last_pack").value_or(0)));
  }

  std::string rate_;
  std::optional<std::uint64_t> after_;
};

class Backup final : public AdminCommand {
 public:
  Backup() : AdminCommand("admin backup", "copy the node to a directory, while it runs") {
    Takes("TARGET", target_, "a directory on the node's machine").offers = Offers::Folders;
    Explain(
        "The copy is the node as it was at one moment. Into the same directory again, content that "
        "is there is not copied again; the catalog is, and the last few megabytes that the node "
        "still collects into a file of their own.");
    Shows("admin backup /mnt/disk/banyan", "to another disk");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto report = TRY(port.Call("backup", Json{{"target", target_}}));
    return session.output().Print(report,
                                  Fields{{"backup", FindString(report, "target").value_or("")},
                                         {"copied", Size(report, "bytes_copied")},
                                         {"packs copied", Count(report, "packs_copied")},
                                         {"packs kept", Count(report, "packs_kept")}});
  }

  std::string target_;
};

class Restore final : public Command {
 public:
  Restore() : Command("admin restore", "make a data directory from a backup") {
    Takes("BACKUP", source_, "what `banyan admin backup` made").offers = Offers::Folders;
    Takes("DIR", target_, "the new data directory; must be absent or empty").offers =
        Offers::Folders;
    Explain(
        "What the node's log had said since the backup is asked of its peers before it says "
        "anything more. Without a peer that has it, see `banyan federation go-on`.");
    Shows("admin restore /mnt/disk/banyan /srv/banyan", "then serve it, and scrub it once");
  }

  Status Run(Session& session) override {
    TRY(storage::Restore(session.environment().file_system, source_, target_));
    return session.output().Print(
        Json{{"restored", target_}},
        "Restored " + target_ + "; check it with `banyan admin scrub --data " + target_ + "`");
  }

 private:
  std::string source_;
  std::string target_;
};

class Stats final : public AdminCommand {
 public:
  Stats() : AdminCommand("admin stats", "show how much this node holds") {
    Shows("admin stats --json", "for a program");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto stats = TRY(port.Call("stats", Json::object()));
    return session.output().Print(
        stats, Fields{{"models", Count(stats, "models")},
                      {"datasets", Count(stats, "datasets")},
                      {"of them private", Count(stats, "private_repositories")},
                      {"revisions", Count(stats, "revisions")},
                      {"users", Count(stats, "users")},
                      {"organisations", Count(stats, "organisations")},
                      {"downloads", Count(stats, "downloads")},
                      {"files", Count(stats, "files") + ", " + Size(stats, "file_bytes")},
                      {"stored", Size(stats, "stored_bytes")},
                      {"catalog", Size(stats, "catalog_bytes")},
                      {"in quarantine", Count(stats, "quarantined_files") + " files"},
                      {"open uploads", Count(stats, "open_uploads")},
                      {"free", Size(stats, "free_bytes")}});
  }
};

class Doctor final : public AdminCommand {
 public:
  Doctor() : AdminCommand("admin doctor", "examine a node, and say what to do where it is unwell") {
    Explain("Fails with code 9 when something is wrong. `banyan admin scrub` looks deeper.");
    Shows("admin doctor --data /srv/banyan", "also of a node that does not start");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto report = TRY(port.Call("doctor", Json::object()));
    Table table({{"VERDICT"}, {"WHAT"}, {"FINDING"}});
    for (const auto& finding : report.value("findings", Json::array())) {
      table.Add({FindString(finding, "verdict").value_or(""),
                 FindString(finding, "what").value_or(""),
                 FindString(finding, "text").value_or("")});
    }
    TRY(session.output().Print(report, table));
    if (FindBool(report, "healthy").value_or(false)) return Ok();
    return Error(Errc::Corrupt, "the node is unwell: see above");
  }
};

}  // namespace

std::unique_ptr<Command> MakeAdminGc() { return std::make_unique<Gc>(); }
std::unique_ptr<Command> MakeAdminScrub() { return std::make_unique<Scrub>(); }
std::unique_ptr<Command> MakeAdminBackup() { return std::make_unique<Backup>(); }
std::unique_ptr<Command> MakeAdminRestore() { return std::make_unique<Restore>(); }
std::unique_ptr<Command> MakeAdminStats() { return std::make_unique<Stats>(); }
std::unique_ptr<Command> MakeAdminDoctor() { return std::make_unique<Doctor>(); }

}  // namespace banyan::cli
