#pragma once
// The files of a followed log, made from its rows when somebody asks (PROTOCOL.md section 7). They
// are what the origin serves, byte for byte; only the checkpoint has cosignatures besides.

#include <string>

#include "federation/format/log_name.h"
#include "federation/head_rows.h"

namespace banyan::federation {

// "checkpoint", or the path of a tile or bundle, full or partial. NotFound for anything that the
// log, as far as it is held, has not. A tile of level L is computed from up to 256^(L + 1) entries.
Result<Bytes> ReadRowFile(storage::Connection& connection, LogId log, const std::string& path);

// The log whose name has this hash, as C2SP's paths of mirrored logs have it (PROTOCOL.md section
// 7). NotFound when no head of such a log is held.
Result<LogName> FindLogName(storage::Connection& connection, const Sha256& hash);

}  // namespace banyan::federation
