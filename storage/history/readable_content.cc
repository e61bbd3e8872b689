#include "storage/history/readable_content.h"

#include "storage/history/catalog_nodes.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kRememberedRoots = 64;

// The first of the repositories that lets the caller read its files.
Result<std::int64_t> FirstReadable(Connection& connection, const Caller& caller,
                                   const std::vector<std::int64_t>& repositories,
                                   std::string_view what) {
  for (const std::int64_t row : repositories) {
    const auto repository = TRY(GetRepository(connection, row));
    if (CanRead(caller, repository) && RequireFiles(connection, caller, repository)) {
      return row;
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

// Repositories that have file ?1, of those whose closed files the caller ?2 may have. They are
// asked one by one whether they have it, so that a file that only others have takes no step of its
// own.
constexpr std::string_view kOwnHolders =
    "SELECT r.id FROM repository r CROSS JOIN repository_file h"
    " ON h.repository = r.id AND h.file = ?1 AND committed = 1"
    " WHERE r.namespace IN (SELECT ?2 UNION ALL SELECT organisation FROM member WHERE user = ?2)"
    " UNION ALL SELECT a.repository FROM repository_access a CROSS JOIN repository_file h"
    " ON h.repository = a.repository AND h.file = ?1 AND committed = 1"
    " WHERE a.user = ?2 LIMIT 1000";
constexpr std::string_view kAllHolders =
    "SELECT repository FROM repository_file WHERE file = ?1 AND committed = 1 LIMIT 1000";

}  // namespace

// Row 0, which no repository has, stands for an unknown file: it takes the steps of a forbidden
// one.
Result<FileContent> FindReadableFile(Connection& connection, const Caller& caller,
                                     const FileHash& hash) {
  const auto row = TRY(FindFileRow(connection, hash));
  if (TRY(OpennessOf(connection, row)) == Openness::Public) return GetFile(connection, row);
  const auto repositories =
      TRY(ReadIds(caller.IsOperator() ? connection.Query(kAllHolders, row)
                                      : connection.Query(kOwnHolders, row, caller.user)));
  const auto holder = TRY(FirstReadable(connection, caller, repositories, "file"));
  return GetHeldFile(connection, holder, row);
}

Result<Bytes> ReadableObjects::Find(Connection& connection, const Caller& caller,
                                    const Sha256& root, const Sha256& id) {
  const auto repositories = TRY(ReadIds(connection.Query(
      "SELECT DISTINCT repository FROM revision JOIN repository ON repository.id = repository"
      " WHERE manifest = ?1" +
          std::string(kSeen),
      root, caller.user, caller.IsOperator())));
  TRY(FirstReadable(connection, caller, repositories, "object"));
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
