#include "storage/catalog/authorisation.h"

#include "storage/catalog/gated_access.h"

namespace banyan::storage {
namespace {

bool HasRole(const Caller& caller, std::int64_t namespace_row, Role needed, Role token_needed) {
  if (caller.IsOperator()) return true;
  const auto role = caller.RoleIn(namespace_row);
  return role && *role >= needed && caller.token_role >= token_needed;
}

Error NotAllowed(const Caller& caller, std::string_view doing) {
  if (caller.IsAnonymous()) {
    return Error(Errc::Denied, "sign in with an access token to " + std::string(doing));
  }
  return Error(Errc::Denied,
               "your role in the namespace or your access token does not allow you "
               "to " +
                   std::string(doing));
}

}  // namespace

bool CanRead(const Caller& caller, const Repository& repository) {
  return !repository.is_private ||
         HasRole(caller, repository.namespace_row, Role::Read, Role::Read);
}

bool CanWrite(const Caller& caller, const Repository& repository) {
  return repository.origin == 0 &&
         HasRole(caller, repository.namespace_row, Role::Write, Role::Write);
}

bool CanAdmin(const Caller& caller, const Repository& repository) {
  return repository.origin == 0 &&
         HasRole(caller, repository.namespace_row, Role::Admin, Role::Write);
}

bool CanCreateIn(const Caller& caller, const Namespace& place) {
  return place.kind != NamespaceKind::Mirror &&
         HasRole(caller, place.row, Role::Write, Role::Write);
}

bool CanManage(const Caller& caller, std::int64_t namespace_row) {
  return HasRole(caller, namespace_row, Role::Admin, Role::Admin);
}

Status RequireFiles(Connection& connection, const Caller& caller, const Repository& repository) {
  if (Withholds(repository.answered.answer)) {
    return Error(Errc::Withheld, "the files of this repository are not served here: it is " +
                                     repository.standing.ToString());
  }
  if (repository.gating == Gating::No) return Ok();
  if (HasRole(caller, repository.namespace_row, Role::Read, Role::Read)) return Ok();
  if (caller.user != 0) {
    const auto status = TRY(AccessOf(connection, repository.row, caller.user));
    if (status == AccessStatus::Accepted) return Ok();
  }
  return NotAllowed(caller, "read this repository's files: it is gated, ask for access first");
}

Result<FoundRepository> FindRepositoryFor(Connection& connection, const Caller& caller,
                                          Access access, const RepositoryId& id) {
  auto found = TRY(FindRepository(connection, id));
  const auto& repository = found.repository;
  if (!CanRead(caller, repository)) return Error(Errc::NotFound, "no such repository");
  const bool is_change = access == Access::Write || access == Access::Admin;
  if (is_change && repository.origin != 0 && !caller.IsAnonymous()) {
    return Error(Errc::Denied,
                 "this repository is mirrored from another node, and changes only there");
  }
  switch (access) {
    case Access::Metadata: break;
    case Access::Files: TRY(RequireFiles(connection, caller, repository)); break;
    case Access::Write:
      if (!CanWrite(caller, repository)) return NotAllowed(caller, "change this repository");
      break;
    case Access::Admin:
      if (!CanAdmin(caller, repository)) return NotAllowed(caller, "administer this repository");
      break;
  }
  return found;
}

}  // namespace banyan::storage
