#pragma once
// Bytes that upload sessions keep and that no file has yet. They take room and are in no figure of
// a namespace, so what they may come to is bounded apart (storage/history/uploads.h): a session is
// charged for chunks that it stores unless its owner could read them in its repository, or sent
// them before; a file that its owner makes pays as much of that back as it has bytes, the oldest
// session first. What was charged goes with the session.
//
// Functions work on the connection they are given; those that change something only inside
// Database::Write.

#include "storage/base/sqlite.h"

namespace banyan::storage {

Status ChargeLooseBytes(Connection& connection, std::int64_t session, std::uint64_t bytes);
Status PayLooseBytes(Connection& connection, std::int64_t user, std::uint64_t bytes);
// Of all sessions of the repositories of a namespace.
Result<std::uint64_t> CountLooseBytes(Connection& connection, std::int64_t namespace_row);

}  // namespace banyan::storage
