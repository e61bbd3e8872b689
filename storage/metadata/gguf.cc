#include "storage/metadata/gguf.h"

#include <algorithm>
#include <set>

#include "storage/base/json.h"
#include "storage/base/range_cursor.h"
#include "storage/metadata/gguf_types.h"
#include "storage/metadata/gguf_value.h"

namespace banyan::storage {
namespace {

constexpr std::uint64_t kMaxKeyBytes = 65'535;  // as the format says
constexpr std::uint64_t kMaxNameBytes = 256;    // the format says 64; builds with more exist
constexpr std::uint64_t kMaxDimensions = 4;
constexpr std::uint64_t kMaxTextBytes = 1024;
constexpr std::uint32_t kMaxTypeId = 1023;  // ggml has used numbers up to 41
constexpr std::uint64_t kMaxAlignment = 1u << 20;
constexpr std::uint64_t kLeastKeyBytes = 13;     // lengths and a type around nothing
constexpr std::uint64_t kLeastTensorBytes = 24;  // without name and dimensions
constexpr std::size_t kMaxKeptBytes = 64u << 10;
constexpr std::string_view kChatTemplate = "tokenizer.chat_template";

class HeaderReader {
 public:
  explicit HeaderReader(const FileRange& file) : file_(file), cursor_(file, kMaxGgufHeaderBytes) {}

  Result<GgufHeader> Read() {
    std::uint64_t key_count = 0;
    ReadStart(key_count);
    std::set<std::string> keys;
    for (std::uint64_t i = 0; i < key_count && cursor_.ok(); ++i) ReadKey(keys);
    TakeKnownKeys();
    std::vector<std::string> names;
    for (std::uint64_t i = 0; i < header_.tensor_count && cursor_.ok(); ++i) ReadTensor(names);
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
      Fail("a tensor is described twice");
    }
    if (cursor_.ok()) CheckSpans();
    if (cursor_.ok() && !unknown_.empty()) Fail(unknown_, Errc::Invalid);
    if (!cursor_.ok()) {
      auto failure = cursor_.failure();
      return std::move(failure).Context("GGUF header");
    }
    ChooseQuantisation();
    return std::move(header_);
  }

 private:
  struct Span {
    std::uint64_t begin;
    std::uint64_t end;
    auto operator<=>(const Span&) const = default;
  };

  void Fail(const std::string& what, Errc code = Errc::Corrupt) { cursor_.Fail(Error(code, what)); }

  // What a later version of the format may allow: remembered, so that nothing broken hides behind
  // it.
  void NoteUnknown(const std::string& what) {
    if (unknown_.empty()) unknown_ = what;
  }

  void ReadStart(std::uint64_t& key_count) {
    if (cursor_.Text(4) != "GGUF") return Fail("does not begin with 'GGUF'");
    auto version = cursor_.Number<std::uint32_t>();
    // Versions are small, so a version in the upper half was written with the other byte order.
    if (version != 0 && (version & 0xFFFF) == 0) {
      cursor_.SetBigEndian();
      header_.big_endian = true;
      version = __builtin_bswap32(version);
    }
    if (cursor_.ok() && version != 2 && version != 3) {
      return Fail("version " + std::to_string(version) + " is not supported, only 2 and 3",
                  Errc::Invalid);
    }
    header_.version = version;
    header_.tensor_count = cursor_.Number<std::uint64_t>();
    key_count = cursor_.Number<std::uint64_t>();
    const auto left = cursor_.left_in_file();
    if (header_.tensor_count > left / kLeastTensorBytes || key_count > left / kLeastKeyBytes) {
      return Fail("more tensors or keys than the file can hold");
    }
    if (header_.tensor_count > kMaxGgufTensors || key_count > kMaxGgufKeys) {
      Fail("more tensors or keys than are read", Errc::TooLarge);
    }
  }

  std::string ReadText(std::uint64_t max_bytes) {
    const auto size = cursor_.Number<std::uint64_t>();
    if (size > max_bytes) Fail("a name is too long");
    return cursor_.Text(cursor_.ok() ? size : 0);
  }

  void ReadKey(std::set<std::string>& keys) {
    const auto key = ReadText(kMaxKeyBytes);
    const auto type = cursor_.Number<std::uint32_t>();
    if (!cursor_.ok()) return;
    const bool printable =
        std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 127; });
    if (key.empty() || !printable) NoteUnknown("a key is not plain ASCII");
    if (!keys.insert(key).second) return Fail("a key is given twice");
    const bool is_template = key == kChatTemplate;
    if (key.starts_with("tokenizer.") && !is_template) header_.has_tokenizer = true;
    auto value = ReadGgufValue(cursor_, type, is_template ? kMaxChatTemplateBytes : kMaxTextBytes);
    if (is_template) {
      if (value.is_string()) header_.chat_template = value.get<std::string>();
      return;
    }
    Keep(key, std::move(value));
  }

  // What this reader itself goes by is kept whatever came before.
  static bool IsNeeded(std::string_view key, const Json& value) {
    static constexpr std::string_view kNeeded[] = {"general.architecture", "general.license",
                                                   "general.alignment", "general.file_type",
                                                   "split.count"};
    return std::find(std::begin(kNeeded), std::end(kNeeded), key) != std::end(kNeeded) ||
           (key.ends_with(".context_length") && value.is_number());
  }

  void Keep(const std::string& key, Json value) {
    if (!cursor_.ok()) return;
    // 16 bytes stand for a number or for what surrounds a text.
    std::size_t cost = key.size() + 16;
    if (value.is_string()) cost += value.get_ref<const std::string&>().size();
    for (const auto& item : value.is_array() ? value : Json::array()) {
      cost += 16 + (item.is_string() ? item.get_ref<const std::string&>().size() : 0);
    }
    if (value.is_discarded() || (kept_bytes_ + cost > kMaxKeptBytes && !IsNeeded(key, value))) {
      header_.metadata_complete = false;
      return;
    }
    kept_bytes_ += cost;
    header_.metadata[key] = std::move(value);
  }

  std::optional<std::uint64_t> FindCount(const std::string& key) const {
    const auto value = FindInt(header_.metadata, key);
    if (!value || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
  }

  void TakeKnownKeys() {
    const auto& metadata = header_.metadata;
    header_.architecture = FindString(metadata, "general.architecture").value_or("");
    header_.licence = FindString(metadata, "general.license").value_or("");
    if (!header_.architecture.empty()) {
      header_.context_length = FindCount(header_.architecture + ".context_length");
    }
    header_.split_count = std::max<std::uint64_t>(FindCount("split.count").value_or(1), 1);
    if (const auto file_type = FindCount("general.file_type")) {
      header_.quantisation = NameOfGgufFileType(*file_type);
    }
    if (FindMember(metadata, "general.alignment") != nullptr) {
      alignment_ = FindCount("general.alignment").value_or(0);
      const bool possible = alignment_ != 0 && alignment_ % 8 == 0;
      if (!possible) Fail("general.alignment is not a multiple of 8");
      if (alignment_ > kMaxAlignment) NoteUnknown("general.alignment is above 1 MiB");
    }
  }

  void ReadTensor(std::vector<std::string>& names) {
    names.push_back(ReadText(kMaxNameBytes));
    const auto dimensions = cursor_.Number<std::uint32_t>();
    if (dimensions > cursor_.left_in_file() / 8) {
      return Fail("a tensor has more dimensions than the file can hold");
    }
    if (dimensions > kMaxDimensions) NoteUnknown("a tensor has more than 4 dimensions");
    std::uint64_t elements = 1;
    std::uint64_t row = 1;
    bool overflow = false;
    for (std::uint32_t i = 0; i < dimensions && cursor_.ok(); ++i) {
      const auto extent = cursor_.Number<std::uint64_t>();
      if (i == 0) row = extent;
      overflow |= __builtin_mul_overflow(elements, extent, &elements);
    }
    const auto id = cursor_.Number<std::uint32_t>();
    const auto offset = cursor_.Number<std::uint64_t>();
    if (!cursor_.ok()) return;
    if (id > kMaxTypeId) NoteUnknown("a tensor has the unlikely type " + std::to_string(id));
    std::uint64_t end = offset;
    if (const auto* type = FindGgmlType(id)) {
      if (row % type->block_elements != 0) return Fail("a tensor's rows are not whole blocks");
      std::uint64_t size = 0;
      overflow |= __builtin_mul_overflow(elements / type->block_elements, type->block_bytes, &size);
      overflow |= __builtin_add_overflow(offset, size, &end);
    }
    auto& total = header_.parameter_count;
    overflow |= __builtin_add_overflow(total, elements, &total);
    if (overflow) return Fail("a tensor's size overflows");
    if (offset % alignment_ != 0) return Fail("a tensor is not aligned");
    header_.parameters_by_type[NameOfGgmlType(id)] += elements;
    spans_.push_back({offset, end});
  }

  void CheckSpans() {
    const auto padding = (alignment_ - cursor_.position() % alignment_) % alignment_;
    header_.header_bytes = cursor_.position() + padding;
    std::sort(spans_.begin(), spans_.end());
    std::uint64_t previous_end = 0;
    for (const auto& span : spans_) {
      if (span.begin < previous_end) return Fail("tensors overlap");
      previous_end = span.end;
    }
    // A file without tensors (a vocabulary, the first of several) may end before the padding.
    if (previous_end == 0) return;
    if (header_.header_bytes > file_.size_bytes ||
        previous_end > file_.size_bytes - header_.header_bytes) {
      Fail("tensors reach past the end of the file");
    }
  }

  void ChooseQuantisation() {
    if (!header_.quantisation.empty()) return;
    std::uint64_t most = 0;
    for (const auto& [type, count] : header_.parameters_by_type) {
      if (count > most) header_.quantisation = type;
      most = std::max(most, count);
    }
  }

  const FileRange& file_;
  RangeCursor cursor_;
  GgufHeader header_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t alignment_ = 32;
  std::string unknown_;
  std::vector<Span> spans_;
};

}  // namespace

Result<GgufHeader> ReadGgufHeader(const FileRange& file) { return HeaderReader(file).Read(); }

}  // namespace banyan::storage
