#include "storage/history/weight_check.h"

#include <algorithm>

#include "storage/metadata/gguf.h"
#include "storage/metadata/safetensors.h"

namespace banyan::storage {
namespace {

bool EndsWith(std::string_view path, std::string_view ending) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return path.size() >= ending.size() &&
         std::equal(ending.begin(), ending.end(), path.end() - static_cast<int>(ending.size()),
                    [&](char a, char b) { return a == lower(b); });
}

// Reads parts of a stored file; remembers a failure of the store, which says nothing about what the
// file holds.
class StoredRange {
 public:
  StoredRange(FileReader& reader, std::uint64_t size_bytes)
      : reader_(reader), range_{size_bytes, [this](std::uint64_t offset, std::uint64_t count) {
                                  auto bytes = Read(offset, count);
                                  if (!bytes) status_ = bytes.error();
                                  return bytes;
                                }} {}
  StoredRange(const StoredRange&) = delete;
  StoredRange& operator=(const StoredRange&) = delete;

  const FileRange& range() const { return range_; }
  const Status& status() const { return status_; }

 private:
  Result<Bytes> Read(std::uint64_t offset, std::uint64_t count) {
    Bytes out(static_cast<std::size_t>(count));
    if (TRY(reader_.ReadAt(offset, out)) == out.size()) return out;
    return Error(Errc::Corrupt, "shorter than recorded");
  }

  FileReader& reader_;
  Status status_;
  FileRange range_;
};

template <typename Header>
Result<std::string> FaultOf(const Result<Header>& header, const Status& read) {
  TRY(read);
  const bool is_fault = !header && header.error().code() == Errc::Corrupt;
  return is_fault ? header.error().message() : std::string();
}

}  // namespace

std::optional<WeightFormat> WeightFormatOf(std::string_view path) {
  if (EndsWith(path, ".safetensors")) return WeightFormat::Safetensors;
  if (EndsWith(path, ".gguf")) return WeightFormat::Gguf;
  return std::nullopt;
}

// What is wrong with its header; empty when nothing is known to be.
Result<std::string> WeightCheck::FindFault(WeightFormat format, const FileContent& file) {
  const auto reader = TRY(store_.OpenFile(file));
  const StoredRange stored(*reader, file.size_bytes);
  if (format == WeightFormat::Gguf) {
    return FaultOf(ReadGgufHeader(stored.range()), stored.status());
  }
  return FaultOf(ReadSafetensorsHeader(stored.range()), stored.status());
}

Status WeightCheck::CollectFormer() {
  if (former_) return Ok();
  former_.emplace();
  for (const auto& root : before_) {
    TRY(WalkManifest(nodes_, root, "", [&](const std::string& path, const ManifestEntry& entry) {
      if (const auto format = WeightFormatOf(path)) former_->emplace(*format, entry.sha256);
      return Ok();
    }));
  }
  return Ok();
}

Status WeightCheck::Check(const std::string& path, const FileContent& file) {
  const auto format = WeightFormatOf(path);
  if (!format || good_.contains({*format, file.sha256})) return Ok();
  for (const auto& root : before_) {
    const auto entry = TRY(FindInManifest(nodes_, root, path));
    if (entry && entry->sha256 == file.sha256) return Ok();
  }
  const auto fault = TRY(FindFault(*format, file).Context(path));
  if (!fault.empty()) {
    TRY(CollectFormer());
    if (!former_->contains({*format, file.sha256})) {
      return Error(Errc::Invalid, path + ": " + fault +
                                      ": nothing was committed; write or download the file "
                                      "again, or give it another kind of name");
    }
  }
  good_.emplace(*format, file.sha256);
  return Ok();
}

}  // namespace banyan::storage
