#pragma once
// One bit for every stored chunk: does anything name it? Internal to the collector.

#include <map>
#include <vector>

#include "storage/base/sqlite.h"
#include "storage/content/recipe.h"

namespace banyan::storage {

class LiveChunks {
 public:
  void Mark(const Recipe& recipe);
  bool IsLive(PackId pack, std::uint32_t index) const;

  // Marks all file rows with an id in (after, upto], all copies that are only one holder's, and all
  // upload ranges.
  Status MarkFiles(Connection& connection, std::int64_t after, std::int64_t upto);
  Status MarkOwnCopies(Connection& connection);
  Status MarkUploads(Connection& connection);

 private:
  std::map<PackId, std::vector<bool>> packs_;
};

// The highest file row id so far.
Result<std::int64_t> LastFileRow(Connection& connection);

}  // namespace banyan::storage
