#pragma once
// Who may do what to a repository or a namespace: the one place that decides. Every route comes
// through FindRepositoryFor or one of the predicates.
//
// Rules
//  1. What a caller may not see does not exist: the same NotFound, word for word, as for a name
//     that nobody has. Denied is only for what the caller may see.
//  2. Public repositories are seen by all; private ones by members of their namespace and node
//     operators.
//  3. A token limits its user (storage/catalog/caller.h): Read tokens change nothing.
//  4. In an organisation: read members see private repositories, write members also create and
//     push, admins also change settings, move, delete and appoint members.
//  5. A mirror of another node's repository is changed by nobody: it is what its origin says. In a
//     mirror namespace nobody creates one, or moves one there.
//  6. Files of a gated repository need consent too (storage/catalog/gated_access.h).
//  7. Files of a repository that this node answers with stop or archive are read by nobody
//     (storage/catalog/standing_rows.h): Withheld, which says why.

#include "storage/catalog/caller.h"
#include "storage/catalog/repositories.h"

namespace banyan::storage {

bool CanRead(const Caller& caller, const Repository& repository);
bool CanWrite(const Caller& caller, const Repository& repository);
// Settings, move (with CanCreateIn for the new namespace), delete, consent.
bool CanAdmin(const Caller& caller, const Repository& repository);
bool CanCreateIn(const Caller& caller, const Namespace& place);
// Tokens of a user, members of an organisation, its full name: needs an Admin token.
bool CanManage(const Caller& caller, std::int64_t namespace_row);

// Denied when the repository is gated and the caller was not accepted, Withheld when it was taken
// down.
Status RequireFiles(Connection& connection, const Caller& caller, const Repository& repository);

enum class Access { Metadata, Files, Write, Admin };
// NotFound, Denied with what is missing, or Withheld.
Result<FoundRepository> FindRepositoryFor(Connection& connection, const Caller& caller,
                                          Access access, const RepositoryId& id);

}  // namespace banyan::storage
