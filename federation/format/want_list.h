#pragma once
// What one node would ask another that it cannot reach (PROTOCOL.md section 7): the body of
// /fed/wants. Canonical JSON. A value.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/digest.h"
#include "storage/base/result.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxWantsAtOnce = 8;
inline constexpr std::size_t kMaxWantListBytes = 1u << 20;
inline constexpr std::size_t kMaxWantPathBytes = 512;

// One question, as a request to the tree of files would have it.
struct Want {
  std::uint64_t number = 0;  // the answer goes to /fed/wants/<number>
  std::string path;          // "/fed/...", with its query; empty: the objects
  std::vector<Sha256> objects;
  std::uint64_t max_bytes = 0;  // of the answer
  // Only these bytes of the file.
  struct Range {
    std::uint64_t offset = 0;
    std::uint64_t size_bytes = 0;
    bool operator==(const Range&) const = default;
  };
  std::optional<Range> range;
  bool operator==(const Want&) const = default;
};

struct WantList {
  std::vector<Want> wants;

  // TooLarge past the limits above, Invalid for anything that Render would not give back.
  static Result<WantList> Parse(std::string_view text);
  std::string Render() const;
  bool operator==(const WantList&) const = default;
};

}  // namespace banyan::federation
