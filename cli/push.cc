// push: a folder as one new commit of a repository.
#include "cli/commands.h"
#include "cli/http_remote.h"
#include "cli/http_upload.h"
#include "cli/login_file.h"
#include "cli/progress.h"
#include "cli/repository_address.h"
#include "cli/session.h"
#include "cli/transfer/push_run.h"

#include "cli/text.h"
#include "cli/user_directories.h"
#include "node/units.h"

namespace banyan::cli {
namespace {

class Push final : public Command {
 public:
  Push() : Command("push", "send a folder as one commit: only what the node lacks, resumable") {
    Takes("DIR", folder_, "what to send; .git, .banyan and hidden caches stay out").offers =
        Offers::Folders;
    Takes("REPO", repository_, "NAMESPACE/NAME, or datasets/NAMESPACE/NAME");
    Option("--branch", "NAME", branch_, "the branch to commit to; main if not given");
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
    Flag("--private", private_, "with --create: only its namespace can see it");
    Option("--limit-rate", "RATE", limit_rate_,
           "at most so many bytes a second, such as \"500 kB\"");
    Explain(
        "Files are hashed and cut into chunks here; the node says which it lacks, and only those "
        "travel, several batches at once. Nothing is visible before the one commit at the end. An "
        "interrupted push, on either side, goes on where it stopped: run it again.");
    Shows("push ./tiny alice/tiny -m 'first weights'", "send a folder");
    Shows("push ./tiny alice/tiny --create --private", "to a new private repository");
  }

  Status Run(Session& session) override;

 private:
  Status RequireBranch(ApiClient& client, const RepositoryAddress& address) const;
  std::string StatePath(Session& session, const std::string& node,
                        const RepositoryAddress& address) const;
  Status RequireSensible(const std::vector<ScannedFile>& files) const;
  Status CreateRepository(ApiClient& client, const RepositoryAddress& address) const;
  Status Report(Session& session, const RepositoryAddress& address, const PushReport& report,
                const PushProgress& progress) const;

  std::string folder_;
  std::string repository_;
  std::string branch_ = "main";
  std::string message_ = "Push with banyan";
  std::vector<std::string> include_;
  std::vector<std::string> exclude_;
  bool follow_links_ = false;
  bool delete_ = false;
  bool repair_ = false;
  bool create_ = false;
  bool private_ = false;
  std::string limit_rate_;
};

Status Push::CreateRepository(ApiClient& client, const RepositoryAddress& address) const {
  const Json wish = {{"name", address.id.name},
                     {"organization", address.id.owner},
                     {"type", std::string(storage::Singular(address.id.kind))},
                     {"visibility", private_ ? "private" : "public"}};
  const auto made = client.SendJson("POST", "/api/repos/create", wish);
  return made || made.error().code() == Errc::Conflict ? Ok() : Status(made.error());
}

// Before hours of hashing: is there something to push to?
Status Push::RequireBranch(ApiClient& client, const RepositoryAddress& address) const {
  const auto branch = HttpRemote(client).FindRevision(address.id, "refs/heads/" + branch_);
  if (branch) return Ok();
  if (branch.error().code() != Errc::NotFound) return branch.error();
  const auto refs = client.Get(address.ApiPath() + "/refs");
  if (!refs && refs.error().code() == Errc::NotFound) {
    return Error(Errc::NotFound,
                 refs.error().message() + ": to make " + address.ToString() + ", add --create");
  }
  if (!refs) return refs.error();
  if (refs->value("branches", Json::array()).empty()) return Ok();  // the first push makes it
  return Error(Errc::NotFound, address.ToString() + " has no branch " + branch_ +
                                   ": make it with `banyan branch create " + address.ToString() +
                                   " " + branch_ + "`");
}

// What an interrupted push goes on with is kept there; empty, with a remark, when nothing can be.
std::string Push::StatePath(Session& session, const std::string& node,
                            const RepositoryAddress& address) const {
  auto& environment = session.environment();
  auto& fs = environment.file_system;
  const auto try_it = [&]() -> Result<std::string> {
    auto path = TRY(PushStatePath(environment, node, folder_, address.ToString() + "@" + branch_));
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
Status Push::RequireSensible(const std::vector<ScannedFile>& files) const {
  if (files.empty() && !include_.empty()) {
    return Error(Errc::Invalid, "no file in " + folder_ + " matches --include");
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

Status Push::Run(Session& session) {
  const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
  auto& environment = session.environment();
  std::uint64_t rate = 0;
  if (!limit_rate_.empty())
    rate = TRY(node::ParseByteSize(limit_rate_).Context("--limit-rate")).bytes;
  const auto who =
      TRY(FindCredentials(environment, {session.options().node, session.options().token}));
  const auto client = session.Connect(who, rate);
  if (create_) TRY(CreateRepository(*client, address));
  TRY(RequireBranch(*client, address));
  const std::string state = StatePath(session, who.node.ToString(), address);
  ScanRequest scan{folder_, {include_, exclude_}, state.empty() ? "" : state + ".hashes"};
  scan.follow_links = follow_links_;
  PushRequest request;
  request.id = address.id;
  request.branch = branch_;
  request.message = message_;
  request.delete_absent = delete_;
  request.filter = scan.filter;
  request.repair = repair_;
  request.state_path = state;
  HttpRemote content(*client);
  HttpUpload upload(*client);
  PushProgress progress;
  const auto& cancelled = environment.interrupt.flag();
  PushRun run(environment.clock, environment.file_system, content, upload, cancelled, progress);
  auto report = [&]() -> Result<PushReport> {
    Progress line(environment.clock, session.output(), "Pushing", [&] {
      return TransferFigures{
          progress.total_bytes, progress.sent_bytes, 0, progress.known_bytes, 0, 0};
    });
    const auto files =
        TRY(ScanFolder(environment.file_system, scan, cancelled, progress.hashed_bytes));
    TRY(RequireSensible(files));
    return run.Run(request, files);
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
                      {"changed_bytes", progress.total_bytes.load()},
                      {"known_bytes", progress.known_bytes.load()},
                      {"sent_bytes", progress.sent_bytes.load()},
                      {"wire_bytes", progress.wire_bytes.load()}};
  if (!report.commit && repair_) {
    return session.output().Print(
        value, "nothing differs; the node took " + FormatBytes(progress.sent_bytes) + " anew");
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
