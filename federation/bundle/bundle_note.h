#pragma once
// What a bundle says of itself, in its file /fed/bundle (PROTOCOL.md section 11): which cards it
// has the content of. A value; nothing of it needs to be believed.

#include <cstdint>
#include <string>
#include <vector>

#include "federation/format/node_id.h"

namespace banyan::federation {

inline constexpr std::string_view kBundleNotePath = "/fed/bundle";
inline constexpr std::size_t kMaxBundleNoteBytes = 16u << 20;

struct BundleNote {
  struct Card {
    NodeId origin;
    std::uint64_t epoch = 0;
    std::uint64_t position = 0;  // of the card in the log
    bool operator==(const Card&) const = default;
  };
  // A log's first entries.
  struct Begin {
    NodeId origin;
    std::uint64_t epoch = 0;
    std::uint64_t size = 0;
    bool operator==(const Begin&) const = default;
  };
  std::vector<NodeId> origins;  // whose logs it has
  std::vector<Card> cards;
  std::vector<Begin> since;  // what it goes on from, and has not

  // Invalid for what is no such note.
  static Result<BundleNote> Parse(std::string_view text);
  std::string ToString() const;
  bool operator==(const BundleNote&) const = default;
};

}  // namespace banyan::federation
