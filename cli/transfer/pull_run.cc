#include "cli/transfer/pull_run.h"

#include <algorithm>
#include <map>
#include <set>

#include "cli/transfer/first_few.h"
#include "cli/transfer/hub_cache.h"
#include "cli/transfer/local_files.h"
#include "cli/transfer/remote_manifest.h"
#include "federation/transfer/parallel.h"
#include "storage/history/manifest.h"

namespace banyan::cli {
namespace {

constexpr std::int64_t kLockPauseMs = 100;

Error WouldOverwrite(const std::string& place, const std::vector<std::string>& paths) {
  return Error(Errc::Conflict,
               "files in " + place +
                   " were changed there, or are not of a pull of this repository: " +
                   FirstFew(paths) + ": move them away, or replace them with --overwrite");
}

// Why another node does not serve for what was pinned; empty when it does.
std::string Objection(const Result<RemoteRevision>& found, const RemoteRevision& pinned) {
  if (!found) return found.error().message();
  if (!found->repository.IsSameAs(pinned.repository)) {
    return "its " + pinned.id + " is another repository";
  }
  if (found->manifest != pinned.manifest) return "its manifest of this commit is another one";
  return "";
}

}  // namespace

Status PullRun::Pin(const PullRequest& request) {
  id_ = request.id;
  const std::string revision = request.revision.empty() ? "HEAD" : request.revision;
  std::size_t first = nodes_.size();
  Status last = Error(Errc::Unavailable, "no node to ask");
  for (std::size_t i = 0; i < nodes_.size() && first == nodes_.size(); ++i) {
    auto found = nodes_[i]->FindRevision(request.id, revision);
    if (!found) {
      last = federation::AtNode(std::move(found.error()), *nodes_[i]);
      continue;
    }
    report_.revision = *std::move(found);
    first = i;
  }
  if (first == nodes_.size()) return last;
  std::vector<RemoteContent*> agreed = {nodes_[first]};
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (i == first) continue;
    const auto found = nodes_[i]->FindRevision(request.id, report_.revision.commit.ToString());
    const auto objection = Objection(found, report_.revision);
    if (objection.empty()) {
      agreed.push_back(nodes_[i]);
    } else {
      report_.remarks.push_back(nodes_[i]->Name() + " is not used: " + objection);
    }
  }
  nodes_ = std::move(agreed);
  const KnownRepositories::Known now{report_.revision.repository, nodes_.front()->Name()};
  if (request.accept_new_id) known_.Replace(request.id, now);
  TRY(known_.Check(request.id, now));
  if (!request.dry_run) Remember();
  return Ok();
}

// That is for later pulls; this one can do without.
void PullRun::Remember() {
  if (!remembers_) return;
  const Status saved = known_.Save(clock_);
  if (saved) return;
  remembers_ = false;
  report_.remarks.push_back(
      "this pull is not remembered, so another repository under the same "
      "name would not be noticed: " +
      saved.error().message());
}

Result<std::vector<PullFile>> PullRun::Plan(const PullRequest& request) {
  federation::FetchNodes nodes(clock_, {nodes_.begin(), nodes_.end()}, cancelled_, request.rounds);
  const Sha256& root = report_.revision.manifest;
  RemoteManifest tree([&](const Sha256& id) -> Result<Bytes> {
    Bytes bytes;
    TRY(nodes.Try([&](federation::ContentSource& node) -> Status {
      bytes = TRY(node.FetchObject(root, id));
      if (HashSha256(bytes) == id) return Ok();
      return Error(Errc::Corrupt, "a node of the manifest does not hash to its name");
    }));
    return bytes;
  });
  std::vector<PullFile> files;
  TRY(storage::WalkManifest(
      tree, root, "", [&](const std::string& path, const storage::ManifestEntry& entry) -> Status {
        if (entry.IsSubmodule() || !request.filter.Wants(path)) return Ok();
        TRY(storage::ValidatePath(path).Context("the manifest names an unsafe path"));
        files.push_back({path, entry});
        report_.bytes += entry.size_bytes;
        return Ok();
      }));
  report_.files = files.size();
  return files;
}

Result<std::unique_ptr<PullTarget>> PullRun::WaitForTarget(const MakeTarget& make_target) {
  for (;;) {
    auto target = make_target(report_.revision);
    if (target || target.error().code() != Errc::Unavailable) return target;
    if (cancelled_) return std::move(target.error());
    clock_.SleepMs(kLockPauseMs);
  }
}

Result<std::vector<PullFile>> PullRun::LookForAbsent(const PullRequest& request, PullTarget& target,
                                                     const std::vector<PullFile>& files) {
  std::vector<PullFile> absent;
  std::vector<std::string> foreign;
  for (const PullFile& file : files) {
    if (cancelled_) return Error(Errc::Cancelled, "interrupted");
    const auto state = TRY(target.Look(file));
    if (state == PullTarget::State::Foreign) foreign.push_back(file.path);
    if (state == PullTarget::State::Present) {
      if (!request.dry_run) TRY(target.Show(file));
      ++report_.present_files;
      report_.present_bytes += file.entry.size_bytes;
    } else {
      absent.push_back(file);
    }
  }
  if (!foreign.empty() && !request.overwrite) return WouldOverwrite(target.Place(), foreign);
  return absent;
}

Result<WholeFiles::Outcome> PullRun::CopyWhole(PullTarget& target, const PullFile& file,
                                               WholeFiles& whole) {
  const std::string part = TRY(target.PartPath(file));
  const auto copied = TRY(whole.Copy(file.entry, part));
  const bool is_found = copied == WholeFiles::Outcome::Found;
  if (is_found || !fs_.Stat(part)) TRY(RemoveJournal(part));
  if (!is_found) return copied;
  progress_.counters.reused_bytes += file.entry.size_bytes;
  ++progress_.files_done;
  return copied;
}

// Of a part that is complete, or not there any more.
Status PullRun::RemoveJournal(const std::string& part) {
  const Status removed = fs_.Remove(FileFetch::JournalPath(part));
  return removed || removed.error().code() == Errc::NotFound ? Ok() : removed;
}

// All are copied before any is placed: what is placed may replace what others are copied from. Of
// several paths with the same content the others follow when the first is in place.
Status PullRun::AdoptWhole(PullTarget& target, const PullRequest& request,
                           std::vector<PullFile>& absent) {
  WholeFiles whole(fs_, cancelled_);
  target.OfferWhole(whole);
  for (const std::string& cache : request.caches) whole.ClaimBlobs(cache);
  for (const std::string& place : request.adopt) TRY(whole.Bring(place));
  std::vector<PullFile> left;
  std::vector<PullFile> copied;
  std::vector<PullFile> again;
  std::set<Sha256> contents;
  for (const PullFile& file : absent) {
    if (cancelled_) return Error(Errc::Cancelled, "interrupted");
    if (contents.count(file.entry.sha256) > 0) {
      again.push_back(file);
      continue;
    }
    const auto found =
        request.dry_run ? TRY(whole.Find(file.entry)) : TRY(CopyWhole(target, file, whole));
    if (found == WholeFiles::Outcome::Found) contents.insert(file.entry.sha256);
    (found == WholeFiles::Outcome::Found ? copied : left).push_back(file);
  }
  absent = std::move(left);
  if (request.dry_run) return Ok();
  for (const PullFile& file : copied) {
    const std::string part = TRY(target.PartPath(file));
    TRY(target.Place(file, part));
  }
  target.OfferWhole(whole);
  for (const PullFile& file : again) {
    if (TRY(CopyWhole(target, file, whole)) == WholeFiles::Outcome::NotFound) {
      absent.push_back(file);
      continue;
    }
    const std::string part = TRY(target.PartPath(file));
    TRY(target.Place(file, part));
  }
  return Ok();
}

Status PullRun::Measure(PullTarget& target, const PullFile& file, federation::FetchNodes& nodes,
                        LocalChunks& local) {
  const FetchIdentity identity{{file.entry.hash, file.entry.size_bytes, file.entry.chunk_count},
                               file.entry.sha256};
  FileFetch fetch(fs_, nodes, local, progress_.counters, {});
  to_fetch_bytes_ += TRY(fetch.Missing(identity, TRY(target.PartPath(file))).Context(file.path));
  return Ok();
}

// By its hash nobody has the file: a mirror may fetch it when it is asked by name, or say who has
// it.
Status PullRun::AskByName(const PullFile& file) {
  Status last = Error(Errc::Unavailable, "no node to ask");
  for (auto* node : nodes_) {
    if (cancelled_) return Error(Errc::Cancelled, "interrupted");
    Status asked = node->AskByName(id_, report_.revision.commit, file.path);
    if (asked) return asked;
    last = federation::AtNode(std::move(asked.error()), *node);
  }
  return last;
}

Status PullRun::FetchOne(PullTarget& target, const PullFile& file, federation::FetchNodes& nodes,
                         LocalChunks& local) {
  const std::string part = TRY(target.PartPath(file));
  const FetchIdentity identity{{file.entry.hash, file.entry.size_bytes, file.entry.chunk_count},
                               file.entry.sha256};
  Status fetched = FileFetch(fs_, nodes, local, progress_.counters, {}).Run(identity, part);
  if (!fetched && fetched.error().code() == Errc::NotFound) {
    TRY(AskByName(file).Context(file.path));
    fetched = FileFetch(fs_, nodes, local, progress_.counters, {}).Run(identity, part);
  }
  TRY(std::move(fetched).Context(file.path));
  TRY(target.Place(file, part));
  ++progress_.files_done;
  return RemoveJournal(part);
}

// Files that may hold chunks of absent ones; what was brought by hand is taken for one whatever it
// is called.
Status PullRun::AddSources(const PullRequest& request, PullTarget& target,
                           const std::vector<PullFile>& absent, LocalChunks& local) {
  auto sources = target.Sources(absent);
  for (const std::string& cache : request.caches) {
    auto more = CachedSources(fs_, cache, request.id);
    sources.insert(sources.end(), more.begin(), more.end());
  }
  for (const auto& file : ChooseSources(absent, std::move(sources))) local.AddFile(file);
  target.AddUnfinished(absent, local);
  for (const std::string& place : request.adopt) {
    for (const LocalFile& file : TRY(ListLocalFiles(fs_, place))) local.AddFile(file.path);
  }
  return Ok();
}

// Of several paths with the same content one is fetched; it is the source of the others.
Status PullRun::FetchAll(const PullRequest& request, PullTarget& target,
                         const std::vector<PullFile>& files, LocalChunks& local) {
  std::map<Sha256, std::vector<const PullFile*>> by_content;
  for (const PullFile& file : files) by_content[file.entry.sha256].push_back(&file);
  std::vector<const std::vector<const PullFile*>*> jobs;
  for (const auto& [sha256, same] : by_content) jobs.push_back(&same);
  std::sort(jobs.begin(), jobs.end(),
            [](const auto* a, const auto* b) { return a->front()->path < b->front()->path; });
  federation::FetchNodes nodes(clock_, {nodes_.begin(), nodes_.end()}, cancelled_, request.rounds);
  return federation::ForEachInParallel(jobs.size(), request.files_at_once,
                                       [&](std::size_t i) -> Status {
                                         if (request.dry_run)
                                           return Measure(target, *jobs[i]->front(), nodes, local);
                                         for (const PullFile* file : *jobs[i]) {
                                           TRY(FetchOne(target, *file, nodes, local));
                                           if (jobs[i]->size() > 1)
                                             local.AddFile(target.PathOf(*file));
                                         }
                                         return Ok();
                                       });
}

Result<PullReport> PullRun::Run(const PullRequest& request, const MakeTarget& make_target) {
  TRY(Pin(request));
  const auto files = TRY(Plan(request));
  progress_.total_bytes = report_.bytes;
  auto target = TRY(WaitForTarget(make_target));
  report_.place = target->Place();
  auto absent = TRY(LookForAbsent(request, *target, files));
  if (!request.dry_run) TRY(target->Expect(report_.revision, absent));
  progress_.present_bytes = report_.present_bytes;
  TRY(AdoptWhole(*target, request, absent));
  LocalChunks local(fs_);
  TRY(AddSources(request, *target, absent, local));
  TRY(FetchAll(request, *target, absent, local));
  report_.to_fetch_bytes = to_fetch_bytes_;
  if (request.dry_run) return report_;
  const auto remarks = TRY(target->Finish(report_.revision, request.revision));
  report_.remarks.insert(report_.remarks.end(), remarks.begin(), remarks.end());
  Remember();
  return report_;
}

}  // namespace banyan::cli
