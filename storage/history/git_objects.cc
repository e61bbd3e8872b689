#include "storage/history/git_objects.h"

#include <git2/sys/repository.h>

#include "storage/history/git_backend.h"
#include "storage/history/git_library.h"

namespace banyan::storage {

struct GitObjects::State {
  GitOdb odb;
  GitRepository repository;
  CatalogBackend* backend = nullptr;  // owned by odb
};

GitObjects::GitObjects(std::unique_ptr<State> state) : state_(std::move(state)) {}
GitObjects::~GitObjects() = default;

Result<std::unique_ptr<GitObjects>> GitObjects::Open(Connection& connection, ContentStore& store,
                                                     std::int64_t repository) {
  InitGitLibrary();
  auto state = std::make_unique<State>();
  git_odb* odb = nullptr;
  if (const int code = git_odb_new(&odb)) return GitError(code, "opening objects");
  state->odb.reset(odb);
  state->backend = new CatalogBackend(connection, store, repository);
  if (const int code = git_odb_add_backend(odb, state->backend, 1)) {
    delete state->backend;
    return GitError(code, "opening objects");
  }
  git_repository* wrapped = nullptr;
  if (const int code = git_repository_wrap_odb(&wrapped, odb)) {
    return GitError(code, "opening objects");
  }
  state->repository.reset(wrapped);
  git_refdb* refdb = nullptr;
  if (const int code = git_refdb_new(&refdb, wrapped)) return GitError(code, "opening refs");
  int code = git_refdb_set_backend(refdb, NewEmptyRefdb());
  if (code == 0) code = git_repository_set_refdb(wrapped, refdb);
  git_refdb_free(refdb);
  if (code != 0) return GitError(code, "opening refs");
  return std::unique_ptr<GitObjects>(new GitObjects(std::move(state)));
}

Result<GitObject> GitObjects::Read(const GitOid& oid) {
  const git_oid id = ToGit(oid);
  git_odb_object* raw = nullptr;
  if (const int code = git_odb_read(&raw, odb(), &id)) {
    return Failure(code, "reading " + oid.ToString());
  }
  const auto* data = static_cast<const std::uint8_t*>(git_odb_object_data(raw));
  GitObject object{static_cast<GitObjectType>(git_odb_object_type(raw)),
                   Bytes(data, data + git_odb_object_size(raw))};
  git_odb_object_free(raw);
  return object;
}

Result<GitHeader> GitObjects::ReadHeader(const GitOid& oid) {
  return state_->backend->ReadHeader(oid);
}

Result<Bytes> GitObjects::ReadAs(const GitOid& oid, GitObjectType type) {
  auto object = TRY(Read(oid));
  if (object.type != type) {
    return Error(Errc::Corrupt, "git object " + oid.ToString() + " is a " +
                                    std::string(ToString(object.type)) + " and not a " +
                                    std::string(ToString(type)));
  }
  return std::move(object.data);
}

Result<std::vector<TreeEntry>> GitObjects::ReadTree(const GitOid& oid) {
  const auto data = TRY(ReadAs(oid, GitObjectType::Tree));
  return ParseTree(data);
}

Result<GitOid> GitObjects::Hash(GitObjectType type, ByteView data) {
  git_oid id;
  if (git_odb_hash(&id, data.data(), data.size(), static_cast<git_object_t>(type)) != 0) {
    return Error(Errc::Invalid, "git: cannot compute the id of a " + std::string(ToString(type)));
  }
  return FromGit(id);
}

// Not through git_odb_write: it leaves out what exists already, and that might be swept before
// the transaction.
Result<GitOid> GitObjects::Write(GitObjectType type, ByteView data) {
  const GitOid oid = TRY(Hash(type, data));
  TRY(state_->backend->Write(oid, type, data));
  return oid;
}

Result<ContentStore::SmallFile> GitObjects::PutBytes(ByteView data) {
  return state_->backend->PutBytes(data);
}

PendingObjects& GitObjects::pending() { return state_->backend->pending; }
PendingObjects GitObjects::TakePending() { return std::exchange(state_->backend->pending, {}); }
ContentStore& GitObjects::store() { return state_->backend->store; }
Connection& GitObjects::connection() { return state_->backend->connection; }
git_repository* GitObjects::repository() { return state_->repository.get(); }
git_odb* GitObjects::odb() { return state_->odb.get(); }

Error GitObjects::Failure(int code, std::string_view doing) {
  if (auto cause = state_->backend->TakeFailure()) return std::move(*cause).Context(doing);
  return GitError(code, doing);
}

}  // namespace banyan::storage
