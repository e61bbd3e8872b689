#include "storage/history/history_change.h"

#include "storage/history/ref_list.h"

namespace banyan::storage {
namespace {

Error Moved(const RefUpdate& update, const std::optional<Ref>& current) {
  if (!current) {
    return Error(Errc::Conflict, update.name + " does not exist any more: fetch and try again");
  }
  if (!update.old_target) {
    return Error(Errc::Conflict,
                 current->ShortName() + " already exists, at " + current->commit.ToString());
  }
  return Error(Errc::Conflict, update.name + " has moved to " + current->commit.ToString() +
                                   " since: fetch it, apply the change on top and try again");
}

// Git keeps refs as paths: "a" and "a/b" cannot both exist.
Status CheckRefPath(Connection& connection, std::int64_t repository, const std::string& name) {
  const auto collides = [&](const std::string& other) {
    return Error(Errc::Conflict, name + " cannot exist beside " + other);
  };
  for (auto slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    const auto above = TRY(FindRef(connection, repository, name.substr(0, slash)));
    if (above) return collides(above->name);
  }
  const auto below = TRY(ListRefs(connection, repository, name + "/"));
  return below.empty() ? Ok() : Status(collides(below[0].name));
}

Status UpdateRef(Connection& connection, std::int64_t repository, const RefUpdate& update,
                 std::int64_t now_ms) {
  const auto current = TRY(FindRef(connection, repository, update.name));
  const auto target = current ? std::optional(current->target) : std::nullopt;
  if (target != update.old_target) return Moved(update, current);
  if (!update.new_target) {
    return connection.Execute("DELETE FROM ref WHERE repository = ? AND name = ?", repository,
                              update.name);
  }
  if (!current) TRY(CheckRefPath(connection, repository, update.name));
  return connection.Execute(
      "INSERT INTO ref(repository, name, target, peeled, updated_ms) VALUES(?, ?, ?, ?, ?) "
      "ON CONFLICT(repository, name) DO UPDATE SET target = excluded.target, "
      "peeled = excluded.peeled, updated_ms = excluded.updated_ms",
      repository, update.name, *update.new_target, update.commit, now_ms);
}

Status InsertRevision(Connection& connection, std::int64_t repository, const Revision& revision,
                      std::int64_t now_ms) {
  return connection.Execute(
      "INSERT INTO revision(repository, oid, manifest, bytes, files, ancestors, created_ms) "
      "VALUES(?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(repository, oid) DO UPDATE SET unreachable_ms = NULL",
      repository, revision.commit, revision.manifest, revision.bytes, revision.files,
      revision.ancestors, now_ms);
}

struct Owner {
  std::int64_t namespace_row = 0;
  std::string default_branch;
  std::optional<GitOid> head;
};

Result<Owner> ReadOwner(Connection& connection, std::int64_t repository) {
  auto rows = connection.Query(
      "SELECT namespace, default_branch, head FROM repository WHERE id = ?", repository);
  if (!rows.Next()) {
    TRY(rows.status());
    return Error(Errc::NotFound, "repository not found");
  }
  Owner owner{rows.Int(0), rows.Text(1), std::nullopt};
  if (!rows.IsNull(2)) owner.head = rows.DigestAt<GitOid>(2);
  TRY(rows.status());
  return owner;
}

// The objects, nodes, revisions and files; nothing leads to them yet.
Status EnterObjects(Connection& connection, std::int64_t repository, HistoryChange& change,
                    std::int64_t now_ms) {
  for (const auto& [sha256, file] : change.objects.files()) {
    if (file.row == 0) continue;
    if (TRY(FindHeldFile(connection, repository, sha256, Holding::Uploaded))) continue;
    return Error(Errc::NotFound, "a file of this change is not here: upload it, then commit");
  }
  TRY(change.objects.Insert(connection, now_ms));
  for (const auto& [sha256, row] : change.objects.file_rows()) {
    FileContent file = change.objects.files().at(sha256);
    if (file.row != 0) file = TRY(GetHeldFile(connection, repository, row));
    file.row = row;
    TRY(HoldFile(connection, repository, file, Holding::Committed, now_ms));
  }
  std::vector<Sha256> manifests;
  for (const auto& revision : change.revisions) {
    manifests.push_back(revision.manifest);
    TRY(InsertRevision(connection, repository, revision, now_ms));
  }
  return change.nodes.Insert(connection, std::move(manifests));
}

Status UpdateHead(Connection& connection, const Owner& owner, EnteredChange& entered,
                  std::int64_t now_ms) {
  const std::int64_t repository = entered.repository;
  const auto ref = TRY(FindRef(connection, repository, BranchRef(owner.default_branch)));
  if (ref) entered.head = TRY(FindRevision(connection, repository, ref->commit));
  const auto head = entered.head ? std::optional(entered.head->commit) : std::nullopt;
  entered.head_moved = head != owner.head;
  if (!entered.head_moved) return Ok();
  return connection.Execute(
      "UPDATE repository SET head = ?, head_bytes = ?, head_files = ?, updated_ms = ? "
      "WHERE id = ?",
      head, entered.head ? entered.head->bytes : 0, entered.head ? entered.head->files : 0, now_ms,
      repository);
}

}  // namespace

Result<EnteredChange> EnterChange(Connection& connection, std::int64_t repository,
                                  HistoryChange& change, const EnterOptions& options) {
  const Owner owner = TRY(ReadOwner(connection, repository));
  const Quota quota = TRY(ReadQuota(connection, owner.namespace_row, options.quota));
  TRY(EnterObjects(connection, repository, change, options.now_ms));
  TRY(RequireWithinQuota(connection, owner.namespace_row, quota.used_bytes, options.quota));
  for (const auto& update : change.refs) {
    if (update.new_target) {
      const auto revision = TRY(FindRevision(connection, repository, update.commit));
      if (!revision) return Error(Errc::NotFound, update.commit.ToString() + ": no such commit");
    }
    TRY(UpdateRef(connection, repository, update, options.now_ms));
  }
  EnteredChange entered{repository, change.refs, {}, std::nullopt, false};
  entered.ref_list = TRY(StoreRefList(connection, repository));
  TRY(UpdateHead(connection, owner, entered, options.now_ms));
  if (options.entered) TRY(options.entered(connection, entered));
  return entered;
}

}  // namespace banyan::storage
