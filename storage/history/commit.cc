#include "storage/history/commit.h"

#include "storage/base/repository_name.h"
#include "storage/history/commit_draft.h"
#include "storage/history/history.h"

namespace banyan::storage {
namespace {

constexpr int kMaxAttempts = 20;

// The operations with all content in the store. Lives as long as the commit: it holds the pins.
class Staging {
 public:
  Staging(Connection& connection, ContentStore& store, std::int64_t repository)
      : connection_(connection), store_(store), repository_(repository) {}

  Result<StagedOperation> Stage(const CommitOperation& operation) {
    if (const auto* add = std::get_if<AddUploaded>(&operation)) {
      return StagedOperation(StagedFile{add->path, add->file, nullptr, add->as_pointer, {}});
    }
    if (const auto* add = std::get_if<AddInline>(&operation)) return StageInline(*add);
    if (const auto* file = std::get_if<DeleteFile>(&operation)) return StagedOperation(*file);
    return StagedOperation(std::get<DeleteFolder>(operation));
  }

  Result<StagedOperation> StageInline(const AddInline& add) {
    if (add.bytes.size() > kMaxGitBlobBytes) {
      return Error(Errc::TooLarge, add.path + ": files above 10 MiB are uploaded through LFS");
    }
    if (const auto pointer = ParsePointer(AsText(add.bytes))) return StagePointer(add, *pointer);
    auto stored = TRY(store_.PutBytes(add.bytes, repository_));
    pins_.push_back(std::move(stored.pin));
    return StagedOperation(StagedFile{add.path, stored.content, &add.bytes, false, {}});
  }

  // From a revision of the branch's own repository, as it was at `base` when none is named.
  Result<StagedOperation> StageCopy(const CopyFile& copy, History& history,
                                    const std::optional<Revision>& base) {
    std::optional<Revision> from = base;
    if (!copy.from_revision.empty()) {
      from = TRY(ResolveRevision(connection_, repository_, copy.from_revision)).revision;
    }
    std::optional<ManifestEntry> entry;
    if (from) entry = TRY(history.FindFile(*from, copy.from_path));
    if (!entry || entry->IsSubmodule()) {
      return Error(Errc::NotFound, copy.from_path + ": A file with this name doesn't exist");
    }
    const auto file =
        TRY(FindHeldFile(connection_, repository_, entry->sha256, Holding::Committed));
    if (!file) return Error(Errc::Unavailable, copy.from_path + ": its content is not held here");
    return StagedOperation(StagedFile{copy.path, *file, nullptr, entry->IsPointer(), entry->mode});
  }

  // For a change that outlives the staging.
  void MovePins(PendingObjects& objects) {
    for (auto& pin : pins_) objects.AddPin(std::move(pin));
    pins_.clear();
  }

 private:
  Result<StagedOperation> StagePointer(const AddInline& add, const LfsPointer& pointer) {
    const auto file =
        TRY(FindHeldFile(connection_, repository_, pointer.sha256, Holding::Uploaded));
    const bool usable = file && !file->is_damaged && file->size_bytes == pointer.size_bytes;
    if (!usable) {
      return Error(Errc::NotFound, add.path +
                                       ": is an LFS pointer to a file that was not uploaded "
                                       "to this repository, or is damaged there: upload it first");
    }
    return StagedOperation(StagedFile{add.path, *file, nullptr, true, {}});
  }

  Connection& connection_;
  ContentStore& store_;
  const std::int64_t repository_;
  std::vector<std::unique_ptr<FileWriter>> pins_;
};

struct Base {
  std::optional<Ref> ref;
  std::optional<Revision> revision;
};

Result<Base> FindBase(Connection& connection, const CommitRequest& request) {
  const std::string name = FullRefName(request.branch);
  if (name.rfind("refs/heads/", 0) != 0 && name.rfind("refs/pr/", 0) != 0) {
    return Error(Errc::Invalid, name + ": commits go to branches");
  }
  Base base;
  base.ref = TRY(FindRef(connection, request.repository, name));
  if (base.ref) {
    base.revision = TRY(FindRevision(connection, request.repository, base.ref->commit));
    if (!base.revision) return Error(Errc::Corrupt, name + " leads to no revision");
  } else {
    const auto refs = TRY(ListRefs(connection, request.repository));
    if (!refs.empty()) return Error(Errc::NotFound, "revision not found: " + request.branch);
    if (name.rfind("refs/heads/", 0) == 0) TRY(ValidateRefName(name.substr(11)));
  }
  const auto head = base.ref ? base.ref->commit : GitOid();
  if (request.expected_parent && *request.expected_parent != head) {
    return Error(Errc::Conflict, name + " is at " + head.ToString() + " and not at " +
                                     request.expected_parent->ToString() +
                                     ": fetch it, apply the change on top and try again");
  }
  return base;
}

struct Drafted {
  HistoryChange change;
  CommitResult result;
};

Result<Drafted> DraftCommit(History& history, const CommitRequest& request, const Base& base,
                            const std::vector<StagedOperation>& operations) {
  std::optional<GitOid> base_tree;
  if (base.revision) {
    TRY(history.LoadManifest(*base.revision));
    base_tree = TRY(history.ReadCommit(base.revision->commit)).tree;
  }
  CommitDraft draft(history.objects(), history.nodes(), base.revision, base_tree, request.go_on);
  for (const auto& operation : operations) TRY(draft.Apply(operation));
  const auto outcome = TRY(draft.Finish());
  Drafted drafted;
  if (base.revision && outcome.tree == *base_tree) {
    drafted.result = {base.revision->commit, base.revision->commit, false};
    return drafted;
  }
  CommitText text{outcome.tree, {}, request.author, request.time_ms, request.message};
  if (base.revision) text.parents.push_back(base.revision->commit);
  const Bytes bytes = TRY(EncodeCommit(text));
  const GitOid commit = TRY(history.objects().Write(GitObjectType::Commit, bytes));
  const std::uint64_t ancestors = base.revision ? base.revision->ancestors + 1 : 1;
  drafted.result = {commit, base.revision ? base.revision->commit : GitOid(), true};
  drafted.change.revisions = {
      {commit, outcome.manifest, outcome.totals.bytes, outcome.totals.files, ancestors}};
  const auto old_target = base.ref ? std::optional(base.ref->target) : std::nullopt;
  drafted.change.refs = {{FullRefName(request.branch), old_target, commit, commit}};
  drafted.change.objects = history.objects().TakePending();
  drafted.change.nodes = history.TakeNodes();
  return drafted;
}

Result<std::vector<StagedOperation>> StageAll(const CommitRequest& request, Staging& staging,
                                              History& history) {
  if (request.operations.size() > kMaxOperations) {
    return Error(Errc::Invalid, "a commit has at most " + std::to_string(kMaxOperations) +
                                    " operations: split it");
  }
  const Base base = TRY(FindBase(history.connection(), request));
  std::vector<StagedOperation> staged;
  staged.reserve(request.operations.size());
  for (const auto& operation : request.operations) {
    const auto* copy = std::get_if<CopyFile>(&operation);
    staged.push_back(copy != nullptr ? TRY(staging.StageCopy(*copy, history, base.revision))
                                     : TRY(staging.Stage(operation)));
  }
  return staged;
}

}  // namespace

Result<CommitResult> Commit(Database& database, ContentStore& store, const CommitRequest& request,
                            const EnterOptions& options) {
  auto lease = TRY(database.Read());
  Staging staging(*lease, store, request.repository);
  const auto first_view = TRY(History::Open(*lease, store, request.repository));
  const auto operations = TRY(StageAll(request, staging, *first_view));
  Status entered = Ok();
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const auto history = TRY(History::Open(*lease, store, request.repository));
    const Base base = TRY(FindBase(*lease, request));
    auto drafted = TRY(DraftCommit(*history, request, base, operations));
    if (!drafted.result.changed) return drafted.result;
    TRY(store.Sync());
    entered = database.Write([&](Connection& connection) -> Status {
      TRY(EnterChange(connection, request.repository, drafted.change, options));
      return Ok();
    });
    if (entered) return drafted.result;
    if (entered.error().code() != Errc::Conflict || request.expected_parent) break;
  }
  return entered.error();
}

Result<HistoryChange> PrepareFirstCommit(Database& database, ContentStore& store,
                                         const FirstCommit& first) {
  auto lease = TRY(database.Read());
  CommitRequest request{0, first.branch, {}, first.author, first.message, first.time_ms, {}};
  const std::string attributes = DefaultAttributes(first.kind);
  const auto bytes = AsBytes(attributes);
  request.operations.push_back(AddInline{".gitattributes", Bytes(bytes.begin(), bytes.end())});
  for (const auto& file : first.files) request.operations.push_back(file);
  Staging staging(*lease, store, 0);
  const auto history = TRY(History::Open(*lease, store, 0));
  const auto operations = TRY(StageAll(request, staging, *history));
  auto drafted = TRY(DraftCommit(*history, request, Base(), operations));
  TRY(store.Sync());
  staging.MovePins(drafted.change.objects);
  return std::move(drafted.change);
}

}  // namespace banyan::storage
