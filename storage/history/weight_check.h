#pragma once
// Looks at the weight files that a change brings, before it is entered: one whose header cannot be
// true is refused. It was cut off on its way, or somebody is after programs that check less. By its
// name: *.safetensors and *.gguf, in any case. Only headers are read.
//
// Refused is what the readers of headers call Corrupt (storage/metadata/FORMAT.md section 3). What
// they do not know (a new dtype, another version) or do not read for its length is no reason, nor
// is what was under such a name before: an older repository stays usable.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/content/content_store.h"
#include "storage/history/manifest.h"

namespace banyan::storage {

enum class WeightFormat { Safetensors, Gguf };
// By the ending of the name; nullopt for all other files.
std::optional<WeightFormat> WeightFormatOf(std::string_view path);

// Of one revision in the making. Used by one thread.
class WeightCheck {
 public:
  // `before`: manifests of the revisions that it builds on, readable through `nodes`. Both are
  // borrowed.
  WeightCheck(ContentStore& store, NodeStore& nodes, std::vector<Sha256> before)
      : store_(store), nodes_(nodes), before_(std::move(before)) {}

  // Invalid for a file that is refused: its path, what is wrong and what to do. Or the error of
  // reading it.
  Status Check(const std::string& path, const FileContent& file);

 private:
  Result<std::string> FindFault(WeightFormat format, const FileContent& file);
  Status CollectFormer();

  using Judged = std::pair<WeightFormat, Sha256>;
  ContentStore& store_;
  NodeStore& nodes_;
  const std::vector<Sha256> before_;
  std::set<Judged> good_;                   // of this change
  std::optional<std::set<Judged>> former_;  // of those before; collected when first needed
};

}  // namespace banyan::storage
