#pragma once
// Which files of this machine are worth cutting for the chunks of wanted ones. To find chunks a
// file is read whole, so only likely ones are. For each wanted file of more than one chunk:
//
//   1. the two newest that had the same path, of whatever size; without any,
//   2. the two newest of the same name in another folder; without any,
//   3. the one with the same ending whose size is nearest, from half to double its own
//
// Those of another folder are at most four times as large, so that what is read stays in proportion
// to what would be fetched.

#include <cstdint>
#include <string>
#include <vector>

namespace banyan::cli {

struct PullFile;

struct ChunkSource {
  std::string file;  // where it is
  std::string path;  // what it is or was called in the repository
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ms = 0;
};

// The files to cut, in byte order. The same file may be a source under several paths.
std::vector<std::string> ChooseSources(const std::vector<PullFile>& wanted,
                                       std::vector<ChunkSource> sources);

}  // namespace banyan::cli
