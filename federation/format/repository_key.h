#pragma once
// Names a repository wherever it is mirrored: the leaf hash of its first card. A value.

#include "storage/base/digest.h"

namespace banyan::federation {

struct RepositoryKeyTag {
  static constexpr std::size_t kSize = 32;
  static constexpr bool kXetForm = false;
  static constexpr std::string_view kName = "repository key";
};
using RepositoryKey = Digest<RepositoryKeyTag>;

}  // namespace banyan::federation
