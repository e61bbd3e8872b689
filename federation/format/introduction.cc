#include "federation/format/introduction.h"

#include "federation/format/canonical_json.h"
#include "federation/format/opening.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

Error Unproven(std::string_view what) {
  return Error(Errc::Invalid, "introduction: " + std::string(what));
}

Result<EpochKeys> KeysOfFirst(const NodeId& node, ByteView entry) {
  if (NodeId(HashLeaf(entry)) != node) return Unproven("not the first entry of this node's log");
  return TRY(Genesis::Parse(TRY(ParseCanonical(entry)))).epoch;
}

Result<EpochKeys> KeysOfNext(const NodeId& node, std::uint64_t epoch, const EpochKeys& before,
                             ByteView entry) {
  const Json json = TRY(ParseCanonical(entry));
  const auto opening = TRY(Opening::Parse(json));
  if (opening.node != node || opening.epoch != epoch) return Unproven("another epoch");
  TRY(opening.RequireAuthority(before, json));
  return opening.keys;
}

}  // namespace

std::string IntroductionText(const std::vector<Bytes>& openings) {
  std::string text;
  for (const auto& entry : openings) text += (text.empty() ? "" : " ") + ToBase64(entry);
  return text;
}

Result<IntroducedKeys> ReadIntroduction(const NodeId& node, std::string_view text) {
  if (text.size() > kMaxIntroductionBytes) return Error(Errc::TooLarge, "introduction: too long");
  std::optional<EpochKeys> keys;
  for (std::uint64_t epoch = 0;; ++epoch) {
    const auto space = text.find(' ');
    const Bytes entry = TRY(ParseBase64(text.substr(0, space)));
    keys = keys ? TRY(KeysOfNext(node, epoch, *keys, entry)) : TRY(KeysOfFirst(node, entry));
    if (space == text.npos) return IntroducedKeys{epoch, keys->keys};
    text.remove_prefix(space + 1);
  }
}

}  // namespace banyan::federation
