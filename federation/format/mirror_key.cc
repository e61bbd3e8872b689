#include "federation/format/mirror_key.h"

namespace banyan::federation {
namespace {

constexpr std::string_view kStart = "banyan/";
constexpr std::string_view kEnd = "/mirror";

}  // namespace

std::string MirrorKeyName(const NodeId& node) {
  return std::string(kStart) + node.ToString() + std::string(kEnd);
}

Result<NodeId> ParseMirrorKeyName(std::string_view name) {
  const bool is_one =
      name.starts_with(kStart) && name.ends_with(kEnd) && name.size() > kStart.size() + kEnd.size();
  if (!is_one) return Error(Errc::Invalid, "a mirror's name is banyan/<node id>/mirror");
  return NodeId::Parse(name.substr(kStart.size(), name.size() - kStart.size() - kEnd.size()));
}

NoteKey MirrorKey(const NodeId& node, const PublicKey& key) {
  auto made = NoteKey::Make(MirrorKeyName(node), NoteKeyType::Cosignature, key);
  ENSURE(made.has_value());
  return *std::move(made);
}

}  // namespace banyan::federation
