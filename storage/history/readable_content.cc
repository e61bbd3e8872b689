#include "storage/history/readable_content.h"

#include "storage/history/catalog_nodes.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kRememberedRoots = 64;

// True when one of the repositories lets the caller read its files.
Result<Access> AnyReadable(Connection& connection, const Caller& caller,
                           const std::vector<std::int64_t>& repositories, std::string_view what) {
  for (const std::int64_t row : repositories) {
    const auto repository = TRY(GetRepository(connection, row));
    if (CanRead(caller, repository) && RequireFiles(connection, caller, repository)) {
      return Access::Files;
    }
  }
  return Error(Errc::NotFound, std::string(what) + " not found");
}

Result<std::vector<std::int64_t>> ReadIds(Rows rows) {
  std::vector<std::int64_t> ids;
  while (rows.Next()) ids.push_back(rows.Int(0));
  TRY(Status(rows.status()));
  return ids;
}

// Repositories that the caller sees, for a query that gives ?1 to ?2.
constexpr std::string_view kSeen =
    " AND (private = 0 OR ?3 OR namespace = ?2 OR"
    " namespace IN (SELECT organisation FROM member WHERE user = ?2))"
    " ORDER BY private OR gated <> 0, repository LIMIT 1000";

struct FileTrace {
  std::int64_t row =
      0;  // 0: there is no such file, or nobody but members of a namespace may see it
};
Result<FileTrace> FindTrace(Connection& connection, const Caller& caller, const FileHash& hash) {
  auto rows = connection.Query("SELECT id, public_references FROM file WHERE hash = ?", hash);
  FileTrace trace;
  if (rows.Next() && (rows.Int(1) > 0 || !caller.IsAnonymous())) trace.row = rows.Int(0);
  TRY(Status(rows.status()));
  return trace;
}

}  // namespace

// An unknown file takes the same steps as a forbidden one: its repositories are walked, and its
// recipe read, only for who may see some of them.
Result<FileContent> FindReadableFile(Connection& connection, const Caller& caller,
                                     const FileHash& hash) {
  const auto trace = TRY(FindTrace(connection, caller, hash));
  const auto repositories = TRY(ReadIds(connection.Query(
      "SELECT repository FROM repository_file JOIN repository ON repository.id = repository"
      " WHERE file = ?1 AND committed = 1" +
          std::string(kSeen),
      trace.row, caller.user, caller.IsOperator())));
  TRY(AnyReadable(connection, caller, repositories, "file"));
  const auto file = TRY(FindFileByHash(connection, hash));
  if (!file) return Error(Errc::NotFound, "file not found");
  return *file;
}

Result<Bytes> ReadableObjects::Find(Connection& connection, const Caller& caller,
                                    const Sha256& root, const Sha256& id) {
  const auto repositories = TRY(ReadIds(connection.Query(
      "SELECT DISTINCT repository FROM revision JOIN repository ON repository.id = repository"
      " WHERE manifest = ?1" +
          std::string(kSeen),
      root, caller.user, caller.IsOperator())));
  TRY(AnyReadable(connection, caller, repositories, "object"));
  const NodeSet nodes = TRY(NodesBelow(connection, root));
  if (nodes->count(id) == 0) return Error(Errc::NotFound, "object not found");
  CatalogNodes store(connection);
  return store.Load(id);
}

Result<ReadableObjects::NodeSet> ReadableObjects::NodesBelow(Connection& connection,
                                                             const Sha256& root) {
  {
    MutexLock lock(mutex_);
    if (const auto found = sets_.find(root); found != sets_.end()) return found->second;
  }
  CatalogNodes store(connection);
  std::map<Sha256, bool> seen;
  TRY(ListNodes(store, root, seen));
  auto set = std::make_shared<std::set<Sha256>>();
  for (const auto& [id, unused] : seen) set->insert(id);
  MutexLock lock(mutex_);
  if (sets_.emplace(root, set).second) recent_.push_front(root);
  if (recent_.size() > kRememberedRoots) {
    sets_.erase(recent_.back());
    recent_.pop_back();
  }
  return NodeSet(set);
}

}  // namespace banyan::storage
