#pragma once
// A checkpoint file as it was signed.

#include <optional>
#include <string>

#include "federation/format/checkpoint.h"
#include "storage/base/file_system.h"
#include "storage/base/signing.h"

namespace banyan::federation {

struct SignedHead {
  LogState state;
  std::string note;
};

// nullopt: there is no such file. Invalid unless `key` signed it, Conflict when it is of another
// log than the one called `line` (LogName); both say which file.
Result<std::optional<SignedHead>> ReadSignedHead(FileSystem& fs, const std::string& path,
                                                 const std::string& line, const PublicKey& key);

}  // namespace banyan::federation
