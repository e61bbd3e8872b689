#pragma once
// Gives a namespace of mirrored repositories another name. Functions work on the connection they
// are given, inside Database::Write.

#include <string_view>

#include "storage/base/sqlite.h"

namespace banyan::storage {

// With what searches find of its repositories. Conflict when the name is taken, Invalid when it is
// none or the namespace is not one of mirrors.
Status RenameMirrorNamespace(Connection& connection, std::int64_t row, std::string_view name);

}  // namespace banyan::storage
