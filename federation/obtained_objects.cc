#include "federation/obtained_objects.h"

#include "federation/open_objects.h"

namespace banyan::federation {

using storage::Connection;
using storage::Presence;
using storage::SqlValue;

namespace {

Result<Presence> Find(Connection& connection, std::string_view sql, const SqlValue& value) {
  auto rows = connection.Query(sql, value);
  const bool found = rows.Next();
  TRY(rows.status());
  return found ? Presence::Present : Presence::Absent;
}

// Whether it may count, if the catalog has it.
Result<Presence> FindStanding(Connection& connection, const Sha256& id) {
  const auto opened = TRY(Find(connection, "SELECT 1" + std::string(kReachedPublicly), id));
  if (opened == Presence::Present) return opened;
  return Find(connection, "SELECT 1 FROM obtained_object WHERE id = ?", id);
}

Status Note(Connection& connection, const Sha256& id, const SqlValue& oid) {
  return connection.Execute("INSERT OR IGNORE INTO obtained_object(id, oid) VALUES(?, ?)", id, oid);
}

}  // namespace

Result<Presence> FindObtainedNode(Connection& connection, const Sha256& id) {
  const auto stored = TRY(storage::FindNode(connection, id));
  return stored == Presence::Absent ? stored : FindStanding(connection, id);
}

Result<Presence> FindObtainedCommit(Connection& connection, const Sha256& body, const GitOid& oid) {
  const auto stored = TRY(Find(connection, "SELECT 1 FROM git_object WHERE oid = ?", oid));
  return stored == Presence::Absent ? stored : FindStanding(connection, body);
}

Status NoteObtainedNode(Connection& connection, const Sha256& id) {
  return Note(connection, id, nullptr);
}

Status NoteObtainedCommit(Connection& connection, const Sha256& body, const GitOid& oid) {
  return Note(connection, body, oid);
}

Status ForgetObtained(Connection& connection, const Sha256& id) {
  return connection.Execute("DELETE FROM obtained_object WHERE id = ?", id);
}

}  // namespace banyan::federation
