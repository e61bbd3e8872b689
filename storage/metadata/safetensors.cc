#include "storage/metadata/safetensors.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "storage/base/json.h"

namespace banyan::storage {
namespace {

constexpr std::uint64_t kFormatMaxHeaderBytes = 100'000'000;
constexpr int kMaxSkippedDepth = 16;
constexpr std::size_t kMaxMetadataKeys = 65'536;  // a header of only these would take much memory

// Bits of one element; 0 for a dtype the format does not know.
std::uint64_t BitsOf(std::string_view dtype) {
  static constexpr std::pair<std::string_view, std::uint64_t> kDtypes[] = {
      {"BOOL", 8},    {"U8", 8},          {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8},
      {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"F4", 4},      {"F6_E2M3", 6},
      {"F6_E3M2", 6}, {"I16", 16},        {"U16", 16},        {"F16", 16},    {"BF16", 16},
      {"I32", 32},    {"U32", 32},        {"F32", 32},        {"C64", 64},    {"F64", 64},
      {"I64", 64},    {"U64", 64},
  };
  for (const auto& [name, bits] : kDtypes) {
    if (name == dtype) return bits;
  }
  return 0;
}

Error Broken(const std::string& what) {
  return Error(Errc::Corrupt, "safetensors header: " + what);
}

// Reads the header as a stream of events: no tree of a hostile 25 MiB is ever built.
//   depth 1: tensor names and __metadata__; depth 2: their fields; in a list: shape, data_offsets
// What a later version of the format may have put there (a dtype, a field) is remembered and passed
// over, so that nothing broken hides behind it.
class HeaderEvents : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderEvents(std::uint64_t data_bytes) : data_bytes_(data_bytes) {}

  // After a successful parse: what no single tensor can show.
  Result<SafetensorsHeader> Finish() {
    std::sort(names_.begin(), names_.end());
    if (std::adjacent_find(names_.begin(), names_.end()) != names_.end()) {
      return Broken("a tensor is described twice");
    }
    std::sort(spans_.begin(), spans_.end());
    std::uint64_t covered = 0;
    for (const auto& [begin, end] : spans_) {
      if (begin != covered) return Broken("tensors overlap or leave a gap");
      covered = end;
    }
    if (covered != data_bytes_) return Broken("tensors do not fill the file");
    if (!unknown_.empty()) return Error(Errc::Invalid, "safetensors header: " + unknown_);
    header_.tensor_count = spans_.size();
    return std::move(header_);
  }
  const std::string& failure() const { return failure_; }

  bool key(std::string& name) override {
    if (skipped_depth_ > 0) return true;
    if (depth_ == 1) {
      in_metadata_ = name == "__metadata__";
      if (in_metadata_ && has_metadata_) return Fail("__metadata__ is given twice");
      if (in_metadata_) has_metadata_ = true;
      if (!in_metadata_) names_.push_back(std::move(name));
      return true;
    }
    field_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) override {
    if (skipped_depth_ > 0) return Skip();
    if (depth_ == 2) return Misplaced("an object") && Skip();
    if (++depth_ == 2) tensor_ = {};
    return true;
  }
  bool end_object() override {
    if (skipped_depth_ > 0) return Skipped();
    const bool tensor_done = depth_-- == 2 && !in_metadata_;
    return !tensor_done || FinishTensor();
  }
  bool string(std::string& value) override {
    if (skipped_depth_ > 0) return true;
    if (depth_ == 2 && in_metadata_) return AddMetadata(value);
    if (!IsAt("dtype")) return Misplaced("a text");
    if (!tensor_.dtype.empty()) return Fail("a dtype is given twice");
    tensor_.bits = BitsOf(value);
    if (tensor_.bits == 0) NoteUnknown("dtype", value);
    tensor_.dtype = std::move(value);
    return true;
  }
  bool start_array(std::size_t) override {
    if (skipped_depth_ > 0) return Skip();
    if (IsAt("shape") && !tensor_.has_shape) {
      array_ = Array::Shape;
      tensor_.has_shape = true;
      return true;
    }
    if (IsAt("data_offsets") && tensor_.offset_count == 0) {
      array_ = Array::Offsets;
      return true;
    }
    return Misplaced("a list") && Skip();
  }
  bool end_array() override {
    if (skipped_depth_ > 0) return Skipped();
    if (array_ == Array::Offsets && tensor_.offset_count != 2) {
      return Fail("data_offsets must be two numbers");
    }
    array_ = Array::None;
    return true;
  }
  bool number_unsigned(std::uint64_t value) override {
    if (array_ == Array::Shape) {
      const bool overflow = __builtin_mul_overflow(tensor_.elements, value, &tensor_.elements);
      return !overflow || Fail("a shape overflows");
    }
    if (array_ == Array::None) return Misplaced("a number");
    if (tensor_.offset_count == 2) return Fail("data_offsets must be two numbers");
    tensor_.offsets[tensor_.offset_count++] = value;
    return true;
  }
  bool null() override { return Misplaced("null"); }
  bool boolean(bool) override { return Misplaced("a boolean"); }
  bool number_integer(std::int64_t) override { return Misplaced("a negative number"); }
  bool number_float(double, const std::string&) override {
    return Misplaced("a number that is no integer of 64 bits");
  }
  bool binary(Json::binary_t&) override { return Fail("unexpected binary"); }
  bool parse_error(std::size_t at, const std::string&, const Json::exception&) override {
    return Fail("not valid JSON at byte " + std::to_string(at));
  }

 private:
  enum class Array { None, Shape, Offsets };
  struct Tensor {
    std::string dtype;
    std::uint64_t bits = 0;  // 0: of an unknown dtype, or not said
    bool has_shape = false;
    std::uint64_t elements = 1;
    std::uint64_t offsets[2] = {0, 0};
    std::size_t offset_count = 0;
  };

  static std::string Short(std::string_view text) { return std::string(text.substr(0, 32)); }
  bool Fail(std::string what) {
    if (failure_.empty()) failure_ = std::move(what);
    return false;
  }
  void NoteUnknown(const char* what, std::string_view name) {
    if (unknown_.empty()) unknown_ = "unknown " + std::string(what) + " '" + Short(name) + "'";
  }
  // The value of this field of a tensor comes next.
  bool IsAt(std::string_view field) const {
    return depth_ == 2 && !in_metadata_ && array_ == Array::None && field_ == field;
  }
  // A value that no version so far has there: passed over where a later one may, else a failure.
  bool Misplaced(const char* what) {
    if (skipped_depth_ > 0) return true;
    if (depth_ <= 2 && in_metadata_) {
      NoteUnknown("value of", "__metadata__");
      return true;
    }
    if (depth_ == 1) return Fail(std::string("a tensor is ") + what);
    if (IsAt("dtype") || IsAt("shape") || IsAt("data_offsets") || array_ != Array::None) {
      return Fail(Short(field_) + ": " + what + " where none belongs");
    }
    NoteUnknown("field", field_);
    return true;
  }
  bool Skip() {
    return ++skipped_depth_ <= kMaxSkippedDepth || Fail("nested deeper than any version");
  }
  bool Skipped() {
    --skipped_depth_;
    return true;
  }
  bool AddMetadata(std::string& value) {
    if (!metadata_keys_.insert(field_).second) return Fail("a metadata key is given twice");
    if (metadata_keys_.size() > kMaxMetadataKeys) {
      return Fail("more keys in __metadata__ than any program writes");
    }
    metadata_bytes_ += field_.size() + value.size();
    if (metadata_bytes_ > kMaxMetadataBytes) {
      header_.metadata_complete = false;
    } else {
      header_.metadata.emplace(std::move(field_), std::move(value));
    }
    return true;
  }
  bool FinishTensor() {
    const auto [begin, end] = tensor_.offsets;
    if (tensor_.dtype.empty() || !tensor_.has_shape || tensor_.offset_count != 2) {
      return Fail("a tensor lacks dtype, shape or data_offsets");
    }
    if (begin > end || end > data_bytes_) return Fail("data_offsets lie outside the file");
    spans_.emplace_back(begin, end);
    if (tensor_.bits == 0) return true;
    std::uint64_t bits = 0;
    if (__builtin_mul_overflow(tensor_.elements, tensor_.bits, &bits)) {
      return Fail("a shape overflows");
    }
    if (bits % 8 != 0 || bits / 8 != end - begin) return Fail("a shape and its bytes disagree");
    // Cannot overflow: spans that do not tile the file fail in Finish, and no tensor has more
    // than two elements a byte.
    header_.parameter_count += tensor_.elements;
    header_.parameters_by_dtype[tensor_.dtype] += tensor_.elements;
    return true;
  }

  const std::uint64_t data_bytes_;
  SafetensorsHeader header_;
  std::string failure_;
  std::string unknown_;
  int depth_ = 0;
  int skipped_depth_ = 0;  // inside a value that is passed over
  bool in_metadata_ = false;
  bool has_metadata_ = false;
  Array array_ = Array::None;
  std::string field_;
  Tensor tensor_;
  std::vector<std::string> names_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> spans_;
  std::set<std::string> metadata_keys_;
  std::size_t metadata_bytes_ = 0;
};

}  // namespace

Result<SafetensorsHeader> ReadSafetensorsHeader(const FileRange& file) {
  if (file.size_bytes < 8) return Broken("the file is shorter than its length field");
  const auto length_field = TRY(file.read(0, 8));
  ENSURE(length_field.size() == 8);
  const auto length = LoadLe<std::uint64_t>(length_field.data());
  if (length > kFormatMaxHeaderBytes || length > file.size_bytes - 8) {
    return Broken("its length of " + std::to_string(length) + " is not possible");
  }
  if (length > kMaxSafetensorsHeaderBytes) {
    return Error(Errc::TooLarge, "safetensors header: longer than the 25 MiB that are read");
  }
  const auto json = TRY(file.read(8, length));
  ENSURE(json.size() == length);
  if (json.empty() || json[0] != '{') return Broken("does not begin with '{'");
  // The parser would take one for the end, and what follows would be nobody's.
  if (std::find(json.begin(), json.end(), 0) != json.end()) return Broken("holds a zero byte");
  HeaderEvents events(file.size_bytes - 8 - length);
  if (!Json::sax_parse(json, &events)) return Broken(events.failure());
  auto header = TRY(events.Finish());
  header.header_bytes = 8 + length;
  return header;
}

}  // namespace banyan::storage
