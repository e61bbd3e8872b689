#include "federation/transfer/object_list.h"

namespace banyan::federation {
namespace {

constexpr std::uint32_t kAbsentObject = UINT32_MAX;

}  // namespace

Bytes EncodeObject(const std::optional<ByteView>& object) {
  ByteWriter out;
  out.Le(object ? static_cast<std::uint32_t>(object->size()) : kAbsentObject);
  if (object) out.Raw(*object);
  return out.Take();
}

Result<std::vector<std::optional<Bytes>>> ParseObjects(ByteView body, std::size_t asked) {
  std::vector<std::optional<Bytes>> objects;
  ByteReader in(body);
  while (!in.AtEnd()) {
    const auto size = in.Le<std::uint32_t>();
    const bool is_absent = size == kAbsentObject;
    if (objects.size() == asked || (!is_absent && size > kMaxReceivedObjectBytes)) {
      return Error(Errc::Invalid, "it sent other objects than it was asked for");
    }
    const auto bytes = in.Raw(is_absent ? 0 : size);
    if (!in.ok()) return Error(Errc::Invalid, "its objects are cut short");
    objects.push_back(is_absent ? std::nullopt : std::optional(Bytes(bytes.begin(), bytes.end())));
  }
  if (objects.empty()) return Error(Errc::Invalid, "it sent no object");
  return objects;
}

}  // namespace banyan::federation
