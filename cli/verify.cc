// verify: is a folder what the node says a revision is?
#include "cli/commands.h"
#include "cli/http_remote.h"
#include "cli/progress.h"
#include "cli/repository_address.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/transfer/folder_check.h"
#include "cli/transfer/remote_manifest.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

class Verify final : public Command {
 public:
  Verify() : Command("verify", "compare a folder with a revision, byte for byte") {
    Takes("FOLDER", folder_, "what was pulled, or brought by hand").offers = Offers::Folders;
    Takes("REPO", repository_, "NAMESPACE/NAME[@REVISION]");
    Flag("--strict", strict_, "files that the revision does not have are a difference too");
    Explain(
        "Hashes every file and compares it with the node's manifest, which is proven against its "
        "own root. Prints what is missing, changed or extra, and fails with code 9 when the folder "
        "is not the revision.");
    Shows("verify tiny/ alice/tiny@v1.0", "is this really v1.0?");
    Shows("verify /media/usb/words datasets/alice/words --strict", "nothing more, nothing less");
  }

  Status Run(Session& session) override;

 private:
  Result<FolderReport> Check(Session& session, const std::vector<PullFile>& files) const;
  Status Print(Session& session, const RemoteRevision& revision, const FolderReport& report) const;

  std::string folder_;
  std::string repository_;
  bool strict_ = false;
};

Status Verify::Run(Session& session) {
  const auto address = TRY(ParseRepositoryAddress(repository_));
  HttpRemote remote(*TRY(session.Node()));
  const auto revision =
      TRY(remote.FindRevision(address.id, address.revision.empty() ? "HEAD" : address.revision));
  const auto files = TRY(ListManifest(remote, revision.manifest));
  const auto report = TRY(Check(session, files));
  TRY(Print(session, revision, report));
  if (report.IsSame() && (!strict_ || report.extra.empty())) return Ok();
  return Error(Errc::Corrupt, folder_ + " is not " + address.ToString() + ": " +
                                  std::to_string(report.missing.size()) + " missing, " +
                                  std::to_string(report.changed.size()) + " changed, " +
                                  std::to_string(report.extra.size()) + " extra");
}

Result<FolderReport> Verify::Check(Session& session, const std::vector<PullFile>& files) const {
  std::uint64_t total_bytes = 0;
  for (const auto& file : files) total_bytes += file.entry.size_bytes;
  std::atomic<std::uint64_t> read_bytes = 0;
  const Progress progress(session.environment().clock, session.output(), "Checking", [&] {
    return TransferFigures{.total_bytes = total_bytes, .moved_bytes = read_bytes};
  });
  return CheckFolder(session.environment().file_system, folder_, files, [&](std::uint64_t bytes) {
    read_bytes += bytes;
    return session.CheckInterrupt();
  });
}

Status Verify::Print(Session& session, const RemoteRevision& revision,
                     const FolderReport& report) const {
  auto& output = session.output();
  const Json value{{"id", revision.id},
                   {"commit", revision.commit.ToString()},
                   {"manifest", revision.manifest.ToString()},
                   {"files", report.same_files},
                   {"bytes", report.same_bytes},
                   {"missing", report.missing},
                   {"changed", report.changed},
                   {"extra", report.extra}};
  if (!output.json()) {
    for (const auto& path : report.missing) TRY(output.Line("missing  " + path));
    for (const auto& path : report.changed) TRY(output.Line("changed  " + path));
    for (const auto& path : report.extra) TRY(output.Line("extra    " + path));
  }
  return output.Print(value, FormatCount(report.same_files) + " files, " +
                                 FormatBytes(report.same_bytes) + ", are those of commit " +
                                 revision.commit.ToString().substr(0, 12));
}

}  // namespace

std::unique_ptr<Command> MakeVerify() { return std::make_unique<Verify>(); }

}  // namespace banyan::cli
