#include "federation/mirror/git_rebuild.h"

#include "storage/base/repository_name.h"
#include "storage/history/history_mark.h"
#include "storage/history/work_tree.h"

namespace banyan::federation {
namespace {

using storage::GitObjectType;
using storage::ManifestEntry;

// The commits and tags that an object names.
Result<std::vector<GitOid>> TargetsOf(GitObjectType type, ByteView body) {
  if (type == GitObjectType::Commit) return TRY(storage::ParseCommitLinks(body)).parents;
  return std::vector<GitOid>{TRY(storage::ParseTagTarget(body))};
}

Status Apply(storage::WorkTree& tree, const storage::ManifestChanges& changes) {
  // A file may take the place of a folder, and a folder that of a file.
  for (const auto& [path, entry] : changes) {
    if (!entry) TRY(tree.RemoveFile(path));
  }
  for (const auto& [path, entry] : changes) {
    if (entry) TRY(tree.Put(path, entry->mode, entry->oid));
  }
  return Ok();
}

}  // namespace

Status AddBlob(GitRebuild::Blobs& blobs, const ManifestEntry& entry) {
  if (entry.IsSubmodule()) return Ok();
  ManifestEntry stated = entry;
  const auto [known, is_new] = blobs.emplace(entry.oid, entry);
  stated.mode = known->second.mode;
  if (is_new || stated == known->second) return Ok();
  return OriginContradicts("blob " + entry.oid.ToString() + " stands for two contents");
}

Status GitRebuild::Run() {
  for (const auto& [name, ref] : stated_.refs) TRY(Reach(ref.target).Context(name));
  if (reached_.size() == stated_.commits.size()) return Ok();
  return OriginContradicts("it lists commits that no branch or tag reaches");
}

// Parents first.
Status GitRebuild::Reach(const GitOid& tip) {
  std::vector<GitOid> waiting = {tip};
  while (!waiting.empty()) {
    const GitOid oid = waiting.back();
    const auto entry = stated_.commits.find(oid);
    if (entry == stated_.commits.end()) {
      return OriginContradicts(oid.ToString() + " is needed and not listed");
    }
    const auto before = waiting.size();
    if (!reached_.contains(oid)) {
      const Bytes body = TRY(ReadBody(oid, entry->second));
      for (const auto& target : TRY(TargetsOf(entry->second.type, body))) {
        if (!reached_.contains(target)) waiting.push_back(target);
      }
      if (waiting.size() > before) continue;
      TRY(Build(oid, entry->second, body).Context("commit " + oid.ToString()));
      reached_.insert(oid);
    }
    waiting.pop_back();
  }
  return Ok();
}

Result<Bytes> GitRebuild::ReadBody(const GitOid& oid, const CommitTreeEntry& entry) {
  auto object = TRY(objects_.Read(oid));
  if (object.type == entry.type && HashSha256(object.data) == entry.body) {
    return std::move(object.data);
  }
  return OriginContradicts(oid.ToString() + " is listed as another object");
}

Status GitRebuild::Build(const GitOid& oid, const CommitTreeEntry& entry, const Bytes& body) {
  if (entry.type == GitObjectType::Commit) {
    const auto known = TRY(storage::FindRevision(objects_.connection(), repository_, oid));
    if (known && known->manifest == entry.manifest) return Ok();
    if (known) return OriginContradicts("the commit had another manifest before");
    const auto links = TRY(storage::ParseCommitLinks(body));
    const GitOid made = TRY(BuildTree(entry, links.parents));
    if (made != links.tree) {
      return Error(Errc::Invalid, "its files give tree " + made.ToString() + ", it names " +
                                      links.tree.ToString() +
                                      ": an empty folder, or an unusual "
                                      "mode, which cannot be mirrored");
    }
  }
  TRY(objects_.Write(entry.type, body));
  return Ok();
}

Status GitRebuild::CountChange(std::uint64_t of_commit) {
  const auto exceeds = [](std::uint64_t most, const std::string& what) {
    return Error(Errc::TooLarge, "its commits change more than " + std::to_string(most) + what);
  };
  if (of_commit > limits_.of_commit) return exceeds(limits_.of_commit, " files at once");
  if (++changes_ > limits_.of_all) return exceeds(limits_.of_all, " files in all");
  if (blobs_.size() > limits_.blobs) return exceeds(limits_.blobs, " different files");
  return Ok();
}

Result<GitOid> GitRebuild::BuildTree(const CommitTreeEntry& entry,
                                     const std::vector<GitOid>& parents) {
  Sha256 before = TRY(storage::EmptyTree(nodes_));
  std::optional<GitOid> tree;
  if (!parents.empty()) {
    const auto& parent = stated_.commits.at(parents.front());
    if (!parent.manifest) return OriginContradicts("its parent is no commit");
    before = *parent.manifest;
    tree = TRY(storage::ParseCommitLinks(TRY(ReadBody(parents.front(), parent)))).tree;
  }
  storage::ManifestChanges changes;
  const auto add = [&](const std::string& path, const std::optional<ManifestEntry>&,
                       const std::optional<ManifestEntry>& after) -> Status {
    if (after) TRY(storage::ValidatePath(path).Context(path));
    if (after) TRY(AddBlob(blobs_, *after));
    changes.emplace(path, after);
    return CountChange(changes.size());
  };
  TRY(storage::DiffManifests(nodes_, before, *entry.manifest, add));
  storage::WorkTree work(objects_, tree);
  TRY(Apply(work, changes));
  return work.Write(storage::WorkTree::Clashes::Accept);
}

}  // namespace banyan::federation
