#include "federation/commit_tree.h"

#include <map>
#include <vector>

#include "storage/history/history_mark.h"

namespace banyan::federation {
namespace {

using storage::GitObjectType;

Error Malformed() { return Error(Errc::Corrupt, "commit tree entry: malformed"); }

class Walk {
 public:
  Walk(storage::History& history, std::int64_t repository)
      : history_(history), repository_(repository) {}

  Status Run() {
    for (const auto& ref : TRY(storage::ListRefs(history_.connection(), repository_))) {
      const bool is_listed =
          ref.name.starts_with("refs/heads/") || ref.name.starts_with("refs/tags/");
      if (is_listed) waiting_.push_back(ref.target);
    }
    while (!waiting_.empty()) {
      const GitOid oid = waiting_.back();
      waiting_.pop_back();
      if (!found.contains(oid)) TRY(Add(oid));
    }
    return Ok();
  }
  std::map<GitOid, CommitTreeEntry> found;

 private:
  Status Add(const GitOid& oid) {
    const auto object = TRY(history_.objects().Read(oid));
    CommitTreeEntry entry{object.type, HashSha256(object.data), {}};
    if (object.type == GitObjectType::Tag) {
      waiting_.push_back(TRY(storage::ParseTagTarget(object.data)));
    } else if (object.type == GitObjectType::Commit) {
      const auto revision = TRY(storage::FindRevision(history_.connection(), repository_, oid));
      if (!revision) return Error(Errc::Corrupt, oid.ToString() + " is no revision");
      entry.manifest = revision->manifest;
      for (const auto& parent : TRY(storage::ParseCommitLinks(object.data)).parents) {
        waiting_.push_back(parent);
      }
    } else {
      return Error(Errc::Corrupt, oid.ToString() + " is neither a commit nor a tag");
    }
    found.emplace(oid, entry);
    return Ok();
  }

  storage::History& history_;
  const std::int64_t repository_;
  std::vector<GitOid> waiting_;
};

}  // namespace

std::string EncodeCommitTreeEntry(const CommitTreeEntry& entry) {
  ByteWriter out;
  out.U8(static_cast<std::uint8_t>(entry.type));
  out.Raw(entry.body.bytes());
  if (entry.manifest) out.Raw(entry.manifest->bytes());
  return std::string(AsText(out.bytes()));
}

Result<CommitTreeEntry> ParseCommitTreeEntry(std::string_view value) {
  ByteReader in(AsBytes(value));
  const auto type = static_cast<GitObjectType>(in.U8());
  const auto body = in.Raw(Sha256::kSize);
  const bool is_commit = type == GitObjectType::Commit;
  const auto manifest = in.Raw(is_commit ? Sha256::kSize : 0);
  if (!in.AtEnd() || !(is_commit || type == GitObjectType::Tag)) return Malformed();
  CommitTreeEntry entry{type, Sha256::FromRaw(body), {}};
  if (is_commit) entry.manifest = Sha256::FromRaw(manifest);
  return entry;
}

Result<Sha256> BuildCommitTree(storage::History& history, std::int64_t repository) {
  Walk walk(history, repository);
  TRY(walk.Run());
  std::vector<storage::SearchChange> changes;
  for (const auto& [oid, entry] : walk.found) {
    changes.push_back({std::string(AsText(oid.bytes())), EncodeCommitTreeEntry(entry)});
  }
  const Sha256 empty = TRY(storage::EmptyTree(history.nodes()));
  return storage::UpdateTree(history.nodes(), empty, changes);
}

}  // namespace banyan::federation
