#pragma once
// The disk for what is made to be given away, such as bundles.

#include "storage/base/file_system.h"

namespace banyan {

// As DiskFileSystem, but what it makes has mode 0666 or 0777 less the umask that the process had at
// the first call, where the file system has modes. Thread safe; lives as long as the process.
FileSystem& SharedDiskFileSystem();

}  // namespace banyan
