// bundle export, bundle import.
#include <cstdint>
#include <filesystem>

#include "cli/admin_command.h"
#include "cli/commands.h"
#include "cli/federation_status.h"
#include "cli/text.h"
#include "federation/bundle/bundle_sink.h"
#include "node/units.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

// The operation runs in the node, which has another working directory.
std::string WholePath(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error).lexically_normal();
  return error ? path : whole.string();
}

// An earlier bundle or a checkpoint's file; SIZE or EPOCH:SIZE stays as it is.
std::string SinceOf(const std::string& text) {
  return text.find_first_not_of("0123456789:") == text.npos ? text : WholePath(text);
}

// "1 file", "2 files".
std::string Counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return FormatCount(count) + " " + (count == 1 ? one : many);
}

std::string Files(const Json& report, const char* member) {
  return Counted(Figure(report, member), "file", "files");
}

// What a folder lacked before; an archive is always written anew.
std::string NewsOf(const Json& report, const std::string& target) {
  if (target.ends_with(federation::kArchiveEnding)) return "";
  const auto new_bytes = Figure(report, "new_bytes");
  if (new_bytes == 0) return "; nothing of it is new";
  return "; new of it: " + Files(report, "new_files") + " and " + FormatBytes(new_bytes);
}

std::string PartsOf(const Json& report) {
  const auto parts = Figure(report, "parts");
  return parts > 1 ? " in " + FormatCount(parts) + " parts" : "";
}

class BundleExport final : public AdminCommand {
 public:
  BundleExport() : AdminCommand("bundle export", "write repositories to a disk to be carried") {
    Takes("TARGET", target_, "a folder, or an archive NAME.banyan, on the node's machine").offers =
        Offers::Files;
    Option("--repository", "KIND/NAMESPACE/NAME", repositories_,
           "only these, with * in it; may be repeated");
    Option("--since", "BUNDLE|HEAD", since_,
           "leave out what that earlier bundle has, or what a log said up to that head")
        .offers = Offers::Files;
    Option("--split", "SIZE", split_,
           "of each part of an archive (default: 4 GB, which every disk takes)");
    Explain(
        "A bundle has the signed logs with every takedown, and the files of what is public here, "
        "mirrored or the node's own. Whoever imports it checks all of it as if it came from a "
        "peer. Into a folder again, only what is new is written, and nothing is taken out of it. "
        "Everybody may read it whom the umask of the node lets. A HEAD is the file of a "
        "checkpoint, of any log that is here, or SIZE or EPOCH:SIZE of this node's log: `banyan "
        "federation status` shows at the other end how many entries of it are there. A HEAD "
        "presumes that all content up to it of the selected repositories is there, too: where it "
        "is not, name the last bundle that was carried there.\n\n"
        "A part has whole pieces of files, which are of about 57 MB, rarely of more: with a "
        "smaller --split a part with one alone is larger than that.");
    Shows("bundle export /media/stick/hub", "all that is public here");
    Shows("bundle export lab.banyan --repository 'models/lab/*'", "some of it, as one archive");
    Shows("bundle export news.banyan --since 1200", "what came after the log's 1,200th entry");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    Json wish{{"target", WholePath(target_)}, {"repositories", repositories_}};
    std::uint64_t part_bytes = UINT64_MAX;  // the node's default is larger than any piece
    if (!since_.empty()) wish["since"] = SinceOf(since_);
    if (!split_.empty()) part_bytes = TRY(node::ParseByteSize(split_)).bytes;
    if (!split_.empty()) wish["part_bytes"] = part_bytes;
    const auto report = TRY(port.Call("bundle/export", wish));
    if (Figure(report, "absent_files") > 0) {
      session.output().Note(Files(report, "absent_files") +
                            " of mirrors are not here, so the bundle lacks them");
    }
    const auto largest_bytes = Figure(report, "largest_part_bytes");
    if (largest_bytes > part_bytes) {
      session.output().Note("The largest part has " + FormatBytes(largest_bytes) +
                            ": pieces of files are not split");
    }
    return session.output().Print(
        report, target_ + " has " +
                    Counted(Figure(report, "repositories"), "repository", "repositories") + ", " +
                    Files(report, "files") + " and " + FormatBytes(Figure(report, "bytes")) +
                    PartsOf(report) + NewsOf(report, target_));
  }

  std::string target_;
  std::vector<std::string> repositories_;
  std::string since_;
  std::string split_;
};

class BundleImport final : public AdminCommand {
 public:
  BundleImport()
      : AdminCommand("bundle import", "take in what somebody carried here", Needs::RunningNode) {
    Takes("BUNDLE", source_, "the folder or archive, on the node's machine").offers = Offers::Files;
    Flag("--follow", follow_, "follow all whose logs it has");
    Explain(
        "Only what the node follows is taken, within its quotas, and everything is verified. "
        "Broken off, it goes on where it was.");
    Shows("bundle import /media/stick/hub", "what is followed already");
    Shows("bundle import lab.banyan --follow", "on a node that has never seen anybody");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const Json wish{{"source", WholePath(source_)}, {"follow", follow_}};
    return PrintFederation(session, TRY(port.Call("bundle/import", wish)));
  }

  std::string source_;
  bool follow_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeBundleExport() { return std::make_unique<BundleExport>(); }
std::unique_ptr<Command> MakeBundleImport() { return std::make_unique<BundleImport>(); }

}  // namespace banyan::cli
