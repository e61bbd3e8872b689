#include "storage/metadata/gguf_value.h"

#include <bit>
#include <cmath>

#include "storage/base/json.h"
#include "storage/base/utf8.h"
#include "storage/metadata/gguf_types.h"

namespace banyan::storage {
namespace {

constexpr std::uint64_t kMaxItemBytes = 1024;  // of a text inside a list

void Fail(RangeCursor& cursor, const std::string& what, Errc code = Errc::Corrupt) {
  cursor.Fail(Error(code, what));
}

// JSON has no infinities; they are kept as texts.
Json Real(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

Json ReadText(RangeCursor& cursor, std::uint64_t max_bytes) {
  const auto size = cursor.Number<std::uint64_t>();
  if (size <= max_bytes) return RepairUtf8(cursor.Text(size));
  cursor.Skip(size);
  return Json(Json::value_t::discarded);
}

void SkipItems(RangeCursor& cursor, std::uint32_t type, std::uint64_t count, int depth) {
  if (NameOfGgufValue(type).empty()) {
    return Fail(cursor, "a list has the unknown type " + std::to_string(type), Errc::Invalid);
  }
  if (depth > kMaxGgufListDepth) return Fail(cursor, "lists are nested too deeply");
  // Every entry has at least its length field, so a huge count fails before the loop.
  const bool text = type == static_cast<std::uint32_t>(GgufValueType::String);
  const auto fixed = SizeOfGgufValue(type);
  const std::uint64_t least = fixed != 0 ? fixed : text ? 8 : 12;
  if (count > cursor.left_in_file() / least) return Fail(cursor, "a list is longer than the file");
  if (fixed != 0) return cursor.Skip(count * fixed);
  for (std::uint64_t i = 0; i < count && cursor.ok(); ++i) {
    if (text) {
      cursor.Skip(cursor.Number<std::uint64_t>());
    } else {
      const auto item_type = cursor.Number<std::uint32_t>();
      SkipItems(cursor, item_type, cursor.Number<std::uint64_t>(), depth + 1);
    }
  }
}

Json ReadList(RangeCursor& cursor) {
  const auto type = cursor.Number<std::uint32_t>();
  const auto count = cursor.Number<std::uint64_t>();
  const bool nested = type == static_cast<std::uint32_t>(GgufValueType::Array);
  if (count > kMaxGgufListItems || nested) {
    SkipItems(cursor, type, count, 1);
    return {{"list", NameOfGgufValue(type)}, {"count", count}};
  }
  auto list = Json::array();
  for (std::uint64_t i = 0; i < count && cursor.ok(); ++i) {
    auto item = ReadGgufValue(cursor, type, kMaxItemBytes);
    list.push_back(item.is_discarded() ? Json(nullptr) : std::move(item));
  }
  return list;
}

}  // namespace

Json ReadGgufValue(RangeCursor& cursor, std::uint32_t type, std::uint64_t max_text_bytes) {
  switch (static_cast<GgufValueType>(type)) {
    case GgufValueType::U8: return cursor.Number<std::uint8_t>();
    case GgufValueType::I8: return static_cast<std::int8_t>(cursor.Number<std::uint8_t>());
    case GgufValueType::U16: return cursor.Number<std::uint16_t>();
    case GgufValueType::I16: return static_cast<std::int16_t>(cursor.Number<std::uint16_t>());
    case GgufValueType::U32: return cursor.Number<std::uint32_t>();
    case GgufValueType::I32: return static_cast<std::int32_t>(cursor.Number<std::uint32_t>());
    case GgufValueType::U64: return cursor.Number<std::uint64_t>();
    case GgufValueType::I64: return static_cast<std::int64_t>(cursor.Number<std::uint64_t>());
    case GgufValueType::F32: return Real(std::bit_cast<float>(cursor.Number<std::uint32_t>()));
    case GgufValueType::F64: return Real(std::bit_cast<double>(cursor.Number<std::uint64_t>()));
    case GgufValueType::Bool: {
      const auto value = cursor.Number<std::uint8_t>();
      if (value > 1) Fail(cursor, "a boolean is neither 0 nor 1");
      return value == 1;
    }
    case GgufValueType::String: return ReadText(cursor, max_text_bytes);
    case GgufValueType::Array: return ReadList(cursor);
  }
  Fail(cursor, "a value has the unknown type " + std::to_string(type), Errc::Invalid);
  return nullptr;
}

}  // namespace banyan::storage
