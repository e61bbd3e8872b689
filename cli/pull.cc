// pull: a repository, or a part of it, from one or several nodes.
#include "cli/commands.h"
#include "cli/http_remote.h"
#include "cli/login_file.h"
#include "cli/progress.h"
#include "cli/repository_address.h"
#include "cli/repository_list.h"
#include "cli/session.h"
#include "cli/transfer/pull_run.h"

#include "cli/text.h"
#include "cli/user_directories.h"
#include "node/units.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

class Pull final : public Command {
 public:
  Pull() : Command("pull", "fetch a repository: verified, resumable, only what is not here yet") {
    Takes("REPO", repository_, "NAMESPACE/NAME, datasets/NAMESPACE/NAME, each with @REVISION");
    Option("--dest", "DIR", destination_, "put the files there; else into Banyan's cache").offers =
        Offers::Folders;
    Flag("--hf-cache", hf_cache_, "put them into the cache of Hugging Face clients");
    Option("--include", "GLOB", include_, "only files that match; may be given several times");
    Option("--exclude", "GLOB", exclude_, "not files that match");
    Option("--adopt", "PATH", adopt_,
           "take content from files brought by hand, whatever they are "
           "called")
        .offers = Offers::Files;
    Option("--limit-rate", "RATE", limit_rate_,
           "at most so many bytes a second, such as \"500 kB\"");
    Flag("--dry-run", dry_run_, "say how much would be fetched, exactly; fetch only lists");
    Flag("--overwrite", overwrite_,
         "with --dest: replace files that were changed there, or are of another repository");
    Flag("--accept-new-id", accept_new_id_,
         "the name now stands for another repository, and that "
         "is right");
    TakesSeveralNodes();
    Explain(
        "Every chunk is hashed as it arrives and every file before it gets its name, so it does "
        "not matter who sends them. What is on this machine already is not fetched again: whole "
        "files of the destination, of --adopt, and of Banyan's cache and that of Hugging Face "
        "clients, whatever repository has them; and the unchanged parts of files that changed. "
        "Those are looked for in all of --adopt, and in one or two files of the destination and of "
        "this repository's revisions in the caches: those that had the same path, else the same "
        "name, else the same ending and about the same size. An interrupted pull goes on where it "
        "stopped: run it again.\n\n"
        "With --node several times the first node that answers says what the revision is. The "
        "others are asked for the rest when a node fails, and only those that have the same "
        "revision of the same repository. --token and BANYAN_TOKEN are for the first one: for "
        "the others `banyan login` keeps tokens.\n\n"
        "The first pull of a name notes which repository it is: as which its publisher's log has "
        "it, which mirrors say too, or its id at that node as long as no log tells of it. When "
        "the name stands for another one later, the pull stops. That is what nodes say; a node "
        "that lies about it can still send no other content than the manifest's.\n\n"
        "In a folder (--dest) a pull replaces what an earlier one put there and nobody changed "
        "since. Where it would replace anything else it stops before it fetches, and names the "
        "files. What the repository no longer has stays in the folder.\n\n"
        "Without --dest the files go into $BANYAN_CACHE, or ~/.cache/banyan/hub, which has the "
        "shape that huggingface_hub reads: set HF_HUB_CACHE to it.");
    Shows("pull alice/tiny --dest tiny", "the default branch into a folder");
    Shows("pull alice/tiny@v1 --include '*.safetensors'", "some files of a tag, into the cache");
    Shows("pull alice/big --node hub.example.org --node http://10.0.0.7:8440 --limit-rate 200kB",
          "slowly, from the second node when the first one fails");
  }

  Status Run(Session& session) override;

 private:
  Status Connect(Session& session);
  static std::vector<std::string> Caches(const Environment& environment);
  Status Report(Session& session, const RepositoryAddress& address, const PullReport& report,
                const PullProgress& progress);

  std::string repository_;
  std::optional<std::string> destination_;
  bool hf_cache_ = false;
  std::vector<std::string> include_;
  std::vector<std::string> exclude_;
  std::vector<std::string> adopt_;
  std::string limit_rate_;
  bool dry_run_ = false;
  bool overwrite_ = false;
  bool accept_new_id_ = false;

  std::vector<std::unique_ptr<ApiClient>> clients_;
  std::vector<std::unique_ptr<HttpRemote>> remotes_;
};

Status Pull::Connect(Session& session) {
  std::uint64_t rate = 0;
  if (!limit_rate_.empty())
    rate = TRY(node::ParseByteSize(limit_rate_).Context("--limit-rate")).bytes;
  auto& environment = session.environment();
  const auto first =
      TRY(FindCredentials(environment, {session.options().Node(), session.options().token}));
  clients_.push_back(session.Connect(first, rate));
  const auto& nodes = session.options().nodes;
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const auto further = TRY(FindCredentials(environment, {nodes[i], "", true}));
    clients_.push_back(session.Connect(further, rate));
  }
  for (const auto& client : clients_) remotes_.push_back(std::make_unique<HttpRemote>(*client));
  return Ok();
}

// Where files may lie that need not be fetched; a machine without a home has none.
std::vector<std::string> Pull::Caches(const Environment& environment) {
  std::vector<std::string> caches;
  for (const auto& place : {BanyanCache(environment), HuggingFaceCache(environment)}) {
    if (place) caches.push_back(*place);
  }
  return caches;
}

Status Pull::Run(Session& session) {
  if (destination_ && hf_cache_) {
    return Error(Errc::Invalid, "--dest and --hf-cache exclude each other: choose one");
  }
  if (destination_ && destination_->empty()) {
    return Error(Errc::Invalid, "the name after --dest is empty: write . for this folder");
  }
  if (overwrite_ && !destination_) {
    return Error(Errc::Invalid, "--overwrite is for a folder: name it with --dest");
  }
  const auto address = TRY(ParseRepositoryAddress(repository_));
  TRY(Connect(session));
  auto& environment = session.environment();
  FileSystem& fs = environment.file_system;
  auto known = TRY(KnownRepositories::Load(fs, KnownRepositoriesPath(environment).value_or("")));
  std::string cache;
  if (!destination_)
    cache = TRY(hf_cache_ ? HuggingFaceCache(environment) : BanyanCache(environment));
  PullRequest request;
  request.id = address.id;
  request.revision = address.revision;
  request.filter = {include_, exclude_};
  request.adopt = adopt_;
  request.caches = Caches(environment);
  request.dry_run = dry_run_;
  request.accept_new_id = accept_new_id_;
  request.overwrite = overwrite_;
  std::vector<RemoteContent*> nodes;
  for (const auto& remote : remotes_) nodes.push_back(remote.get());
  PullProgress progress;
  PullRun run(environment.clock, fs, nodes, known, environment.interrupt.flag(), progress);
  auto report = [&] {
    const auto& counters = progress.counters;
    Progress line(environment.clock, session.output(), "Pulling", [&] {
      return TransferFigures{progress.total_bytes,   counters.fetched_bytes,
                             counters.resumed_bytes, progress.present_bytes + counters.reused_bytes,
                             progress.files_done,    0};
    });
    return run.Run(request, [&](const RemoteRevision& revision) {
      if (!destination_) return CacheTarget(fs, cache, address.id, revision.commit, known);
      return FolderTarget(fs, {*destination_, overwrite_, accept_new_id_}, revision);
    });
  }();
  if (!report) return std::move(report.error());
  if (report->files == 0 && !include_.empty()) {
    return Error(Errc::NotFound, "no file of " + address.ToString() + " matches --include");
  }
  return Report(session, address, *report, progress);
}

Status Pull::Report(Session& session, const RepositoryAddress& address, const PullReport& report,
                    const PullProgress& progress) {
  for (const std::string& remark : report.remarks) session.output().Note(remark);
  const auto& counters = progress.counters;
  const auto& published = report.revision.repository.published;
  const Json value = {{"repository", address.id.Path()},
                      {"repository_id", report.revision.repository.uid.ToString()},
                      {"published", published ? Json(published->ToString()) : Json()},
                      {"commit", report.revision.commit.ToString()},
                      {"licence", report.revision.licence},
                      {"place", report.place},
                      {"dry_run", dry_run_},
                      {"files", report.files},
                      {"bytes", report.bytes},
                      {"present_bytes", report.present_bytes},
                      {"to_fetch_bytes", report.to_fetch_bytes},
                      {"fetched_bytes", counters.fetched_bytes.load()},
                      {"wire_bytes", counters.wire_bytes.load()},
                      {"reused_bytes", counters.reused_bytes.load()},
                      {"resumed_bytes", counters.resumed_bytes.load()}};
  std::vector<std::pair<std::string, std::string>> fields = {
      {"repository", address.ToString()},
      {"commit", report.revision.commit.ToString()},
      {"licence", LicenceText(report.revision.licence)},
      {"files", FormatCount(report.files) + ", " + FormatBytes(report.bytes)}};
  if (dry_run_) {
    fields.emplace_back("would fetch", FormatBytes(report.to_fetch_bytes));
  } else {
    fields.emplace_back("fetched", FormatBytes(counters.fetched_bytes) + " (" +
                                       FormatBytes(counters.wire_bytes) + " on the wire)");
    fields.emplace_back("found here", FormatBytes(report.present_bytes + counters.reused_bytes));
    if (counters.resumed_bytes > 0) {
      fields.emplace_back("resumed", FormatBytes(counters.resumed_bytes));
    }
  }
  fields.emplace_back("place", report.place);
  return session.output().Print(value, fields);
}

}  // namespace

std::unique_ptr<Command> MakePull() { return std::make_unique<Pull>(); }

}  // namespace banyan::cli
