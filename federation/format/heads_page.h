#pragma once
// What changed in the heads that a node holds (PROTOCOL.md section 8): the body of /fed/heads.
// A value.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxHeadsAtOnce = 1000;
inline constexpr std::size_t kMaxHeadsBytes = 4u << 20;  // a page ends before it

// How far somebody has read a node's journal of heads.
struct JournalPlace {
  std::string journal;  // 16 hex digits, drawn by the node; empty: never read
  std::uint64_t sequence = 0;

  // "<journal>,<sequence>", as in a query. Invalid for anything else.
  static Result<JournalPlace> Parse(std::string_view text);
  std::string ToString() const;
  bool operator==(const JournalPlace&) const = default;
};

struct ShownHead {
  std::uint64_t age_s = 0;  // since the node heard of it, or of a newer one, from its origin's side
  std::string note;         // signed; not verified here
  bool operator==(const ShownHead&) const = default;
};

struct HeadsPage {
  JournalPlace upto;  // what to ask for the next time
  std::vector<ShownHead> heads;

  // TooLarge past the limits above, Invalid for anything that ToString would not give back.
  static Result<HeadsPage> Parse(std::string_view text);
  std::string ToString() const;
  bool operator==(const HeadsPage&) const = default;
};

}  // namespace banyan::federation
