#include "federation/follow/entries_ahead.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "federation/format/canonical_json.h"
#include "federation/format/entry_bundle.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kMaxPlainBytes = 4u << 10;
constexpr std::size_t kBlock = 256;  // entries
constexpr std::array<std::string_view, 4> kRead = {"block", "state", "self", "peer"};

}  // namespace

Result<ParsedEntry> ParsedEntry::Parse(ByteView entry) {
  Json json = TRY(ParseCanonical(entry, {kMaxEntryBytes, 4, true}));
  const auto type = FindString(json, "t");
  if (!type || !FindInt(json, "v")) return Error(Errc::Invalid, "it has no type or version");
  if (entry.size() > kMaxPlainBytes && *type != "signed") {
    return Error(Errc::Invalid, "it is larger than 4 KiB");
  }
  ParsedEntry out;
  out.type = *type;
  if (out.type == "card") out.card = TRY(CardEntry::Parse(json));
  if (std::ranges::find(kRead, out.type) != kRead.end()) out.json = std::move(json);
  return out;
}

EntriesAhead::EntriesAhead(std::span<const Bytes> entries)
    : entries_(entries), worker_(1, [this](std::size_t first) {
        ahead_ = ParseFrom(first);
        return Ok();
      }) {
  if (entries.size() > kBlock && worker_.Start()) static_cast<void>(worker_.Give(0));
}

Result<ParsedEntry> EntriesAhead::Next() {
  const auto place = next_ % kBlock;
  if (place == 0) TRY(TakeBlock(next_));
  ++next_;
  return std::move(block_[place]);
}

EntriesAhead::Block EntriesAhead::ParseFrom(std::size_t first) const {
  Block block;
  for (const auto& entry : entries_.subspan(first, std::min(kBlock, entries_.size() - first))) {
    block.push_back(ParsedEntry::Parse(entry));
  }
  return block;
}

Status EntriesAhead::TakeBlock(std::size_t first) {
  if (!worker_.started()) {
    block_ = ParseFrom(first);
    return Ok();
  }
  TRY(worker_.Drain());
  block_ = std::exchange(ahead_, {});
  if (first + kBlock >= entries_.size()) return Ok();
  return worker_.Give(first + kBlock);
}

}  // namespace banyan::federation
