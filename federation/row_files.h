#pragma once
// The files of a followed log, made from its rows when somebody asks (PROTOCOL.md section 7). They
// are what the origin serves, byte for byte.

#include <string>

#include "federation/head_rows.h"

namespace banyan::federation {

// "checkpoint", or the path of a tile or bundle, full or partial. NotFound for anything that the
// log, as far as it is held, has not. A tile of level L is computed from up to 256^(L + 1) entries.
Result<Bytes> ReadRowFile(storage::Connection& connection, LogId log, const std::string& path);

}  // namespace banyan::federation
