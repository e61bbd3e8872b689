#include "storage/history/received_history.h"

#include "storage/history/git_library.h"
#include "storage/history/history_mark.h"
#include "storage/history/received_trees.h"

namespace banyan::storage {
namespace {

constexpr int kMaxTagDepth = 8;
constexpr std::uint64_t kCommitsBetweenLooks = 1024;  // of those that are only counted

class Receiver {
 public:
  Receiver(GitObjects& objects, std::int64_t repository, const ReceiveOptions& options)
      : objects_(objects),
        repository_(repository),
        options_(options),
        nodes_(objects.connection()),
        trees_(objects, repository, options) {}

  Result<RefUpdate> AddRef(const ReceivedRef& ref) {
    RefUpdate update{ref.name, ref.before, ref.after, GitOid()};
    if (!ref.after) return update;
    update.commit = TRY(Peel(ref));
    TRY(AddCommits(update.commit));
    return update;
  }

  HistoryChange Take() {
    HistoryChange change;
    objects_.pending().KeepOnly(trees_.needed());
    change.objects = objects_.TakePending();
    change.nodes = nodes_.TakePending();
    change.revisions = std::move(revisions_);
    return change;
  }

 private:
  // Follows annotated tags to the commit.
  Result<GitOid> Peel(const ReceivedRef& ref) {
    GitOid at = *ref.after;
    for (int depth = 0; depth < kMaxTagDepth; ++depth) {
      const auto* object = objects_.pending().FindObject(at);
      if (object != nullptr && object->type == GitObjectType::Tag) {
        trees_.Need(at);
        at = TRY(TagTarget(at));
        continue;
      }
      if (object != nullptr && object->type == GitObjectType::Commit) return at;
      const auto revision = TRY(FindRevision(objects_.connection(), repository_, at));
      if (revision) return at;
      const auto known = TRY(KnownTag(at));
      if (!known) return NotReceived(ref.name + ":", at);
      return *known;
    }
    return Error(Errc::Invalid, ref.name + ": tags of tags are nested too deeply");
  }

  // Of a received tag object that libgit2, which knows what else stands in one, can read too.
  Result<GitOid> TagTarget(const GitOid& oid) {
    const git_oid id = ToGit(oid);
    git_tag* raw = nullptr;
    if (const int code = git_tag_lookup(&raw, objects_.repository(), &id)) {
      return objects_.Failure(code, "reading tag " + oid.ToString());
    }
    const GitTag tag(raw);
    const auto target = ParseTagTarget(objects_.pending().FindObject(oid)->Data());
    if (target) return *target;
    return Error(Errc::Invalid, "tag " + oid.ToString() + ": " + target.error().message() +
                                    ": make it anew with git tag, of a commit");
  }

  // A tag object that a ref of this repository has already.
  Result<std::optional<GitOid>> KnownTag(const GitOid& oid) {
    for (const auto& ref : TRY(ListRefs(objects_.connection(), repository_))) {
      if (ref.target == oid) return std::optional(ref.commit);
    }
    return std::optional<GitOid>();
  }

  Result<std::optional<Revision>> Known(const GitOid& commit) {
    const auto found = new_.find(commit);
    if (found != new_.end()) return std::optional(revisions_[found->second]);
    return FindRevision(objects_.connection(), repository_, commit);
  }

  // All new commits down from here, parents first.
  Status AddCommits(const GitOid& tip) {
    std::vector<GitOid> waiting = {tip};
    while (!waiting.empty()) {
      const GitOid commit = waiting.back();
      const auto known = TRY(Known(commit));
      if (known) {
        waiting.pop_back();
        continue;
      }
      const auto* object = objects_.pending().FindObject(commit);
      if (object == nullptr || object->type != GitObjectType::Commit) {
        return NotReceived("commit", commit);
      }
      const auto record = TRY(ParseCommit(objects_, commit));
      const std::size_t before = waiting.size();
      for (const auto& parent : record.parents) {
        const auto parent_known = TRY(Known(parent));
        if (!parent_known) waiting.push_back(parent);
      }
      if (waiting.size() > before) continue;
      waiting.pop_back();
      TRY(AddRevision(record));
    }
    return Ok();
  }

  Status AddRevision(const CommitRecord& record) {
    TRY(options_.RequireGoingOn());
    // Collection reads commits more strictly than libgit2.
    const auto links = TRY(ParseCommitLinks(objects_.pending().FindObject(record.oid)->Data()));
    if (links != CommitLinks{record.tree, record.parents}) {
      return Error(Errc::Invalid, "commit " + record.oid.ToString() + " has a malformed header");
    }
    std::optional<Revision> base;
    std::optional<GitOid> base_tree;
    std::vector<Sha256> parents;
    for (const auto& parent : record.parents) {
      const auto known = TRY(Known(parent));
      TRY(LoadManifest(objects_, nodes_, *known));
      parents.push_back(known->manifest);
      if (!base) base = known;
    }
    if (base) base_tree = TRY(ParseCommit(objects_, base->commit)).tree;
    trees_.Begin(nodes_, std::move(parents));
    const auto changes = TRY(CompareTrees(objects_, base_tree, record.tree, trees_));
    const CountedManifest before = base
                                       ? CountedManifest{base->manifest, {base->bytes, base->files}}
                                       : CountedManifest{TRY(EmptyTree(nodes_)), {}};
    const auto after = TRY(UpdateManifest(nodes_, before, changes));
    if (!options_.mirrored && nodes_.held_bytes() > options_.most_manifest_bytes) {
      return Error(Errc::TooLarge,
                   "the lists of files of these commits take more than " +
                       std::to_string(options_.most_manifest_bytes) +
                       " bytes: push them in parts, as with git push origin <commit>:<branch>");
    }
    Revision revision;
    revision.commit = record.oid;
    revision.manifest = after.root;
    revision.bytes = after.totals.bytes;
    revision.files = after.totals.files;
    revision.ancestors = TRY(CountAncestors(record, base));
    trees_.Need(record.oid);
    trees_.Need(record.tree);
    new_.emplace(record.oid, revisions_.size());
    revisions_.push_back(revision);
    return Ok();
  }

  // Those of the first parent, and what the other parents add.
  Result<std::uint64_t> CountAncestors(const CommitRecord& record,
                                       const std::optional<Revision>& base) {
    if (record.parents.size() <= 1) return base ? base->ancestors + 1 : 1;
    git_revwalk* raw = nullptr;
    if (const int code = git_revwalk_new(&raw, objects_.repository())) {
      return objects_.Failure(code, "counting commits");
    }
    const GitRevwalk walk(raw);
    git_oid id = ToGit(record.oid);
    int code = git_revwalk_push(raw, &id);
    id = ToGit(record.parents[0]);
    if (code == 0) code = git_revwalk_hide(raw, &id);
    std::uint64_t count = base->ancestors;
    while (code == 0 && (code = git_revwalk_next(&id, raw)) == 0) {
      if (++count % kCommitsBetweenLooks == 0) TRY(options_.RequireGoingOn());
    }
    if (code != GIT_ITEROVER) return objects_.Failure(code, "counting commits");
    return count;
  }

  GitObjects& objects_;
  const std::int64_t repository_;
  const ReceiveOptions& options_;
  CatalogNodes nodes_;
  ReceivedTrees trees_;
  std::vector<Revision> revisions_;
  std::map<GitOid, std::size_t> new_;  // index into revisions_
};

}  // namespace

Result<HistoryChange> VerifyReceived(GitObjects& objects, std::int64_t repository,
                                     const std::vector<ReceivedRef>& refs,
                                     const ReceiveOptions& options) {
  Receiver receiver(objects, repository, options);
  std::vector<RefUpdate> updates;
  for (const auto& ref : refs) updates.push_back(TRY(receiver.AddRef(ref)));
  HistoryChange change = receiver.Take();
  change.refs = std::move(updates);
  return change;
}

Result<Descent> CompareCommits(GitObjects& objects, const GitOid& before, const GitOid& after) {
  if (before == after) return Descent::Descends;
  const git_oid old_id = ToGit(before);
  const git_oid new_id = ToGit(after);
  const int answer = git_graph_descendant_of(objects.repository(), &new_id, &old_id);
  if (answer < 0) return objects.Failure(answer, "comparing commits");
  return answer == 1 ? Descent::Descends : Descent::Diverges;
}

}  // namespace banyan::storage
