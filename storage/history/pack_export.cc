#include "storage/history/pack_export.h"

#include <algorithm>

#include "storage/history/git_delta.h"
#include "storage/history/history_mark.h"
#include "storage/history/lfs.h"

namespace banyan::storage {
namespace {

constexpr int kMaxTags = 8;                        // one around the other
constexpr int kMaxFolders = 64;                    // one in the other, as everywhere
constexpr std::size_t kMaxTreeBytes = 32u << 20;   // of trees that are kept in memory
constexpr std::size_t kMaxTextBytes = 256u << 10;  // larger files are packed whole

// The entry of a name, in a folder's older version.
const TreeEntry* Find(const std::vector<TreeEntry>& entries, std::size_t& at,
                      const TreeEntry& wanted) {
  while (at < entries.size() && TreeOrder(entries[at], wanted)) ++at;
  const bool same = at < entries.size() && !TreeOrder(wanted, entries[at]);
  return same ? &entries[at] : nullptr;
}

}  // namespace

bool PackExport::Has(const GitOid& oid) const {
  if (parts_.writer.Has(oid)) return true;
  return std::any_of(parts_.known.begin(), parts_.known.end(),
                     [&](const PackIndex& index) { return index.Has(oid); });
}

Status PackExport::Add(const Ref& ref) {
  TRY(AddTags(ref));
  return AddCommits(ref.commit);
}

Status PackExport::AddTags(const Ref& ref) {
  GitOid at = ref.target;
  for (int depth = 0; at != ref.commit; ++depth) {
    if (depth == kMaxTags) return Error(Errc::Corrupt, ref.name + ": tags of tags without end");
    const auto data = TRY(parts_.history.objects().ReadAs(at, GitObjectType::Tag));
    if (!Has(at)) TRY(parts_.writer.Add(at, GitObjectType::Tag, data));
    at = TRY(ParseTagTarget(data));
  }
  return Ok();
}

// Parents first, so that the version before a tree is in the pack when its delta is made.
Status PackExport::AddCommits(const GitOid& tip) {
  std::vector<GitOid> waiting = {tip};
  while (!waiting.empty()) {
    if (parts_.depth == Depth::All && !absent_.empty()) return Ok();
    const GitOid commit = waiting.back();
    if (Has(commit)) {
      waiting.pop_back();
      continue;
    }
    const Bytes data = TRY(parts_.history.objects().ReadAs(commit, GitObjectType::Commit));
    const auto links = TRY(ParseCommitLinks(data));
    const auto before = waiting.size();
    for (const auto& parent : links.parents) {
      if (!Has(parent)) waiting.push_back(parent);
    }
    if (waiting.size() > before && parts_.depth == Depth::Tips) {
      waiting.resize(before);
      shallow_.push_back(commit);
    }
    if (waiting.size() > before) continue;
    waiting.pop_back();
    TRY(parts_.go_on());
    TRY(AddTreeOf(commit, links));
    TRY(parts_.writer.Add(commit, GitObjectType::Commit, data));
  }
  return Ok();
}

Status PackExport::AddTreeOf(const GitOid& commit, const CommitLinks& links) {
  commit_ = commit;
  with_manifest_.reset();
  std::optional<GitOid> before;
  if (!links.parents.empty() && Has(links.parents[0])) {
    before = TRY(ReadCommitLinks(parts_.history.connection(), links.parents[0])).tree;
  }
  return AddTree(before, links.tree, "", 0);
}

Status PackExport::AddTree(const std::optional<GitOid>& before, const GitOid& after,
                           const std::string& prefix, int depth) {
  if (Has(after)) return Ok();
  if (depth > kMaxFolders) return Error(Errc::Corrupt, prefix + ": folders are nested too deeply");
  const Tree data = TRY(ReadTree(after));
  const Tree old = before ? TRY(ReadTree(*before)) : std::make_shared<const Bytes>();
  const auto entries = TRY(ParseTree(*data));
  const auto old_entries = TRY(ParseTree(*old));
  std::size_t at = 0;
  for (const auto& entry : entries) {
    const TreeEntry* other = Find(old_entries, at, entry);
    if (other != nullptr && *other == entry) continue;  // it came with its parent
    const auto base = other != nullptr ? std::optional(other->oid) : std::nullopt;
    if (entry.IsFolder()) {
      TRY(AddTree(base, entry.oid, prefix + entry.name + "/", depth + 1));
    } else if (entry.mode != kModeSubmodule) {
      TRY(AddBlob(base, entry, prefix + entry.name));
    }
  }
  if (Has(after)) return Ok();  // a folder in itself's place, under another name
  std::optional<Bytes> delta;
  const bool has_base = before && parts_.writer.CanBeBase(*before);
  if (has_base) delta = MakeGitDelta(TreePieces(*old), TreePieces(*data));
  if (delta) return parts_.writer.AddDelta(after, *before, *delta);
  return parts_.writer.Add(after, GitObjectType::Tree, *data);
}

Status PackExport::AddBlob(const std::optional<GitOid>& before, const TreeEntry& entry,
                           const std::string& path) {
  if (Has(entry.oid)) return Ok();
  const auto data = parts_.history.objects().ReadAs(entry.oid, GitObjectType::Blob);
  if (data) return WriteText(before, entry.oid, *data);
  if (data.error().code() == Errc::NotFound) return NoteAbsent(entry.oid, path);
  return data.error();
}

Status PackExport::WriteText(const std::optional<GitOid>& before, const GitOid& oid,
                             const Bytes& data) {
  std::optional<Bytes> delta;
  if (before && data.size() <= kMaxTextBytes && parts_.writer.CanBeBase(*before)) {
    const auto header = TRY(parts_.history.objects().ReadHeader(*before));
    if (header.type == GitObjectType::Blob && header.size_bytes <= kMaxTextBytes) {
      const auto old = TRY(parts_.history.objects().ReadAs(*before, GitObjectType::Blob));
      delta = MakeGitDelta(LinePieces(old), LinePieces(data));
    }
  }
  if (delta) return parts_.writer.AddDelta(oid, *before, *delta);
  return parts_.writer.Add(oid, GitObjectType::Blob, data);
}

// A pointer is its text, whether the file is here or not; what else is not here is for others to
// bring.
Status PackExport::NoteAbsent(const GitOid& oid, const std::string& path) {
  if (!with_manifest_) {
    with_manifest_ = TRY(FindRevision(parts_.history.connection(), parts_.repository, commit_));
    if (!with_manifest_) {
      return Error(Errc::Corrupt, "commit " + commit_.ToString() + " is no revision");
    }
    TRY(parts_.history.LoadManifest(*with_manifest_));
  }
  const auto entry = TRY(parts_.history.FindFile(*with_manifest_, path));
  if (!entry || entry->oid != oid) {
    return Error(Errc::Corrupt, path + ": blob " + oid.ToString() + " is missing");
  }
  if (entry->IsPointer()) {
    const auto text = PointerText({entry->sha256, entry->size_bytes});
    return parts_.writer.Add(oid, GitObjectType::Blob, AsBytes(text));
  }
  if (absent_.size() < kMaxAbsent) absent_.push_back({path, *entry});
  return Ok();
}

Result<PackExport::Tree> PackExport::ReadTree(const GitOid& oid) {
  const auto found = trees_.find(oid);
  if (found != trees_.end()) return found->second;
  auto data = TRY(parts_.history.objects().ReadAs(oid, GitObjectType::Tree));
  if (tree_bytes_ + data.size() > kMaxTreeBytes) {
    trees_.clear();
    tree_bytes_ = 0;
  }
  tree_bytes_ += data.size();
  Tree tree = std::make_shared<const Bytes>(std::move(data));
  trees_.emplace(oid, tree);
  return tree;
}

}  // namespace banyan::storage
