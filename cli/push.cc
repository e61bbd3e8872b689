// push: a folder as one new commit of a repository.
#include <algorithm>
#include <functional>
#include <optional>

#include "cli/card_check.h"
#include "cli/commands.h"
#include "cli/http_remote.h"
#include "cli/http_upload.h"
#include "cli/login_file.h"
#include "cli/new_repository.h"
#include "cli/progress.h"
#include "cli/repository_address.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/transfer/first_few.h"
#include "cli/transfer/push_run.h"
#include "cli/user_directories.h"
#include "node/units.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::uint64_t kMaxCardBytes = 4u << 20;  // a node reads no larger one

class Push final : public Command {
 public:
  Push() : Command("push", "send a folder as one commit: only what the node lacks, resumable") {
    Takes("DIR", folder_, "what to send; .git, .banyan and hidden caches stay out").offers =
        Offers::Folders;
    Takes("REPO", repository_, "NAMESPACE/NAME, or datasets/NAMESPACE/NAME");
    Option("--branch", "NAME", asked_branch_,
           "the branch to commit to; the default one if not given");
    Option("-m,--message", "TEXT", message_, "of the commit");
    Option("--include", "GLOB", include_, "only files that match; may be given several times");
    Option("--exclude", "GLOB", exclude_, "not files that match");
    Flag("--follow-links", follow_links_, "send what links lead to outside the folder too");
    Flag("--delete", delete_,
         "remove files that the branch has and the folder has not, of those that the filters "
         "name");
    Flag("--repair", repair_,
         "offer the files that do not differ too: a node that found damage on its disk takes "
         "what it lost");
    Flag("--create", create_, "make the repository if it does not exist");
    Flag("--force-card", force_card_, "send a README.md whose front matter the node cannot read");
    Flag("--private", private_, "with --create: only its namespace can see it");
    Option("--limit-rate", "RATE", limit_rate_,
           "at most so many bytes a second, such as \"500 kB\"");
    Explain(
        "Files are hashed and cut into chunks here; the node says which it lacks, and only those "
        "travel, several batches at once. Nothing is visible before the one commit at the end. An "
        "interrupted push, on either side, goes on where it stopped: run it again.\n\n"
        "Folder and card are checked before anything is made or sent. What --create made goes "
        "again when the node refuses the content; it stays when the push can go on later.");
    Shows("push ./tiny alice/tiny -m 'first weights'", "send a folder");
    Shows("push ./tiny alice/tiny --create --private", "to a new private repository");
  }

  Status Run(Session& session) override;

 private:
  enum class Place { There, ToBeMade };
  using Files = std::vector<ScannedFile>;
  Status ChooseBranch(ApiClient& client, const RepositoryAddress& address);
  Result<Place> FindPlace(ApiClient& client, const RepositoryAddress& address) const;
  std::string StatePath(Session& session, const RepositoryAddress& address) const;
  PushRequest Wish(const RepositoryAddress& address, const std::string& state) const;
  Result<Files> Scan(Session& session, const std::string& state, PushProgress& progress) const;
  Status RequireSensible(const Files& files, Place place) const;
  Status CheckCard(Session& session, ApiClient& client, const RepositoryAddress& address,
                   const Files& files) const;
  Result<PushReport> SendToNew(Session& session, ApiClient& client,
                               const RepositoryAddress& address,
                               const std::function<Result<PushReport>()>& send) const;
  Status Report(Session& session, const RepositoryAddress& address, const PushReport& report,
                const PushProgress& progress) const;

  std::string folder_;
  std::string repository_;
  std::optional<std::string> asked_branch_;
  std::string branch_;
  std::string message_ = "Push with banyan";
  std::vector<std::string> include_;
  std::vector<std::string> exclude_;
  bool follow_links_ = false;
  bool delete_ = false;
  bool repair_ = false;
  bool create_ = false;
  bool private_ = false;
  bool force_card_ = false;
  std::string limit_rate_;
};

Status Push::ChooseBranch(ApiClient& client, const RepositoryAddress& address) {
  branch_ =
      asked_branch_ ? *asked_branch_ : TRY(HttpRemote(client).FindBranchToCommitTo(address.id));
  return storage::ValidateRefName(branch_).Context("--branch \"" + branch_ + "\"");
}

// Before hours of hashing: is there something to push to?
Result<Push::Place> Push::FindPlace(ApiClient& client, const RepositoryAddress& address) const {
  const auto branch = HttpRemote(client).FindRevision(address.id, "refs/heads/" + branch_);
  if (branch) return Place::There;
  if (branch.error().code() != Errc::NotFound) return branch.error();
  const auto refs = client.Get(address.ApiPath() + "/refs");
  if (!refs && refs.error().code() == Errc::NotFound) {
    if (create_) return Place::ToBeMade;
    return Error(Errc::NotFound,
                 refs.error().message() + ": to make " + address.ToString() + ", add --create");
  }
  if (!refs) return refs.error();
  const Json* branches = FindMember(*refs, "branches");
  if (branches == nullptr || branches->empty()) return Place::There;  // the push makes it
  return Error(Errc::NotFound, address.ToString() + " has no branch " + branch_ +
                                   ": make it with `banyan branch create " + address.ToString() +
                                   " " + branch_ + "`");
}

// What an interrupted push goes on with is kept there; empty, with a remark, when nothing can be.
std::string Push::StatePath(Session& session, const RepositoryAddress& address) const {
  auto& environment = session.environment();
  auto& fs = environment.file_system;
  const auto try_it = [&]() -> Result<std::string> {
    auto path = TRY(PushStatePath(environment, folder_, address.ToString() + "@" + branch_));
    TRY(fs.CreateDirectories(ParentDirectory(path)));
    TRY(WriteFileDurably(fs, path + ".try", {}));
    TRY(fs.Remove(path + ".try"));
    return path;
  };
  auto path = try_it();
  if (path) return *path;
  session.output().Note("this push is not remembered, so one after an interruption begins anew: " +
                        path.error().message());
  return "";
}

// An unmounted disk or a mistyped pattern must not look like a wish.
Status Push::RequireSensible(const Files& files, Place place) const {
  if (files.empty() && !include_.empty()) {
    return Error(Errc::Invalid, "no file in " + folder_ + " matches --include");
  }
  if (files.empty() && place == Place::ToBeMade) {
    return Error(Errc::Invalid, folder_ +
                                    " holds no file to push: nothing was made; `banyan "
                                    "create` makes an empty repository");
  }
  if (!delete_) return Ok();
  if (files.empty()) {
    return Error(Errc::Invalid, folder_ +
                                    " holds no file to push: --delete would leave nothing on "
                                    "the branch; `banyan rm` deletes files");
  }
  if (files.front().local.path != folder_) return Ok();
  return Error(Errc::Invalid, folder_ + " is a file: --delete compares a folder with the branch");
}

PushRequest Push::Wish(const RepositoryAddress& address, const std::string& state) const {
  PushRequest request;
  request.id = address.id;
  request.branch = branch_;
  request.message = message_;
  request.delete_absent = delete_;
  request.filter = {include_, exclude_};
  request.repair = repair_;
  request.state_path = state;
  return request;
}

// With one remark about what cannot be sent.
Result<Push::Files> Push::Scan(Session& session, const std::string& state,
                               PushProgress& progress) const {
  auto& environment = session.environment();
  std::vector<std::string> left_out;
  ScanRequest scan{folder_, {include_, exclude_}, state.empty() ? "" : state + ".hashes"};
  scan.now_ms = environment.clock.NowMs();
  scan.follow_links = follow_links_;
  scan.on_left_out = [&](const std::string& relative, std::string_view what) {
    left_out.push_back("\"" + relative + "\" (" + std::string(what) + ")");
  };
  auto files = ScanFolder(environment.file_system, scan, environment.interrupt.flag(),
                          progress.hashed_bytes);
  if (left_out.empty()) return files;
  std::sort(left_out.begin(), left_out.end());
  session.output().Note("left out, for only files can be sent: " + FirstFew(left_out));
  return files;
}

// Whose card cannot be read has no licence, for all who look for one.
Status Push::CheckCard(Session& session, ApiClient& client, const RepositoryAddress& address,
                       const Files& files) const {
  const auto card = std::find_if(files.begin(), files.end(), [](const ScannedFile& file) {
    return file.local.relative == "README.md";
  });
  if (card == files.end()) return Ok();
  const auto content = ReadFile(session.environment().file_system, card->local.path, kMaxCardBytes);
  if (!content) return content.error().code() == Errc::TooLarge ? Ok() : Status(content.error());
  const auto opinion = TRY(AskAboutCard(client, address.id.kind, std::string(AsText(*content))));
  if (!opinion.warnings.empty()) {
    session.output().Note("README.md: " + FirstFew(opinion.warnings, "; "));
  }
  if (opinion.errors.empty()) return Ok();
  const std::string errors = FirstFew(opinion.errors, "; ");
  if (!force_card_) {
    return Error(Errc::Invalid,
                 "README.md: " + errors + ": mend it, or send it as it is with --force-card");
  }
  session.output().Note("README.md: " + errors);
  return Ok();
}

Result<PushReport> Push::SendToNew(Session& session, ApiClient& client,
                                   const RepositoryAddress& address,
                                   const std::function<Result<PushReport>()>& send) const {
  auto repository = TRY(RepositoryOfPush::Ensure(
      client, address, private_ ? Visibility::Private : Visibility::Public));
  const auto try_it = [&]() -> Result<PushReport> {
    TRY(FindPlace(client, address));
    return send();
  };
  auto report = try_it();
  if (report) return report;
  if (repository.Withdraw(report.error()) == RepositoryOfPush::Remains::WhatWasMade) {
    session.output().Note(address.ToString() +
                          " was made for this push and stays: run it again to go on");
  }
  return report;
}

Status Push::Run(Session& session) {
  const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
  auto& environment = session.environment();
  std::uint64_t rate = 0;
  if (!limit_rate_.empty())
    rate = TRY(node::ParseByteSize(limit_rate_).Context("--limit-rate")).bytes;
  const auto who =
      TRY(FindCredentials(environment, {session.options().Node(), session.options().token}));
  const auto client = session.Connect(who, rate);
  TRY(ChooseBranch(*client, address));
  const auto place = TRY(FindPlace(*client, address));
  if (place == Place::ToBeMade) TRY(RequireWritingToken(*client));
  const std::string state = StatePath(session, address);
  HttpRemote content(*client);
  HttpUpload upload(*client);
  PushProgress progress;
  PushRun run(environment.clock, environment.file_system, content, upload,
              environment.interrupt.flag(), progress);
  auto report = [&]() -> Result<PushReport> {
    Progress line(environment.clock, session.output(), "Pushing", [&] {
      return TransferFigures{
          progress.total_bytes, progress.sent_bytes, 0, progress.known_bytes, 0, 0};
    });
    const auto files = TRY(Scan(session, state, progress));
    TRY(RequireSensible(files, place));
    TRY(CheckCard(session, *client, address, files));
    const auto send = [&] { return run.Run(Wish(address, state), files); };
    return place == Place::There ? send() : SendToNew(session, *client, address, send);
  }();
  if (!report) return std::move(report.error());
  return Report(session, address, *report, progress);
}

Status Push::Report(Session& session, const RepositoryAddress& address, const PushReport& report,
                    const PushProgress& progress) const {
  const Json value = {{"repository", address.id.Path()},
                      {"branch", branch_},
                      {"commit", report.commit ? Json(report.commit->ToString()) : Json()},
                      {"changed_files", report.changed_files},
                      {"deleted_files", report.deleted_files},
                      {"kept_files", report.kept_files},
                      {"changed_bytes", progress.total_bytes.load()},
                      {"known_bytes", progress.known_bytes.load()},
                      {"sent_bytes", progress.sent_bytes.load()},
                      {"wire_bytes", progress.wire_bytes.load()}};
  if (!report.commit && repair_) {
    return session.output().Print(
        value, "nothing differs; the node took " + FormatBytes(progress.sent_bytes) + " anew");
  }
  if (!report.commit && report.kept_files > 0) {
    return session.output().Print(
        value, "nothing differs of what the folder has; " + address.ToString() + " has " +
                   FormatCount(report.kept_files) + (report.kept_files == 1 ? " file" : " files") +
                   " more, kept without --delete");
  }
  if (!report.commit) {
    return session.output().Print(
        value, "nothing differs: " + address.ToString() + " is as the folder is");
  }
  return session.output().Print(
      value, {{"repository", address.ToString()},
              {"commit", report.commit->ToString()},
              {"changed", FormatCount(report.changed_files) + " files, " +
                              FormatCount(report.deleted_files) + " deleted"},
              {"content", FormatBytes(progress.total_bytes) + ", of which the node had " +
                              FormatBytes(progress.known_bytes)},
              {"sent", FormatBytes(progress.sent_bytes) + " (" + FormatBytes(progress.wire_bytes) +
                           " on the wire)"}});
}

}  // namespace

std::unique_ptr<Command> MakePush() { return std::make_unique<Push>(); }

}  // namespace banyan::cli
