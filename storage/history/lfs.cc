#include "storage/history/lfs.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "storage/base/utf8.h"

namespace banyan::storage {
namespace {

constexpr std::string_view kVersionLine = "version https://git-lfs.github.com/spec/v1\n";
constexpr std::string_view kOidStart = "oid sha256:";
constexpr std::string_view kSizeStart = "size ";
constexpr std::size_t kMaxPointerBytes = 200;

bool Skip(std::string_view& text, std::string_view expected) {
  if (text.substr(0, expected.size()) != expected) return false;
  text.remove_prefix(expected.size());
  return true;
}

// A character whose beginning is all there is of it.
bool IsCutOff(std::string_view tail) {
  const auto lead = static_cast<unsigned char>(tail[0]);
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || tail.size() >= size) return false;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  return std::all_of(tail.begin() + 1, tail.end(), continues);
}

bool LooksBinary(std::string_view sample, bool whole) {
  if (sample.find('\0') != std::string_view::npos) return true;
  while (!sample.empty()) {
    const CodePoint point = DecodeUtf8(sample);
    if (!point.valid) return whole || !IsCutOff(sample);
    sample.remove_prefix(point.size_bytes);
  }
  return false;
}

// A leading '+' marks a line of datasets only.
constexpr const char* kTracked[] = {"*.7z",
                                    "*.arrow",
                                    "+*.avro",
                                    "*.bin",
                                    "*.bz2",
                                    "*.ckpt",
                                    "*.ftz",
                                    "*.gz",
                                    "*.h5",
                                    "*.joblib",
                                    "*.lfs.*",
                                    "+*.lz4",
                                    "+*.mds",
                                    "*.mlmodel",
                                    "*.model",
                                    "*.msgpack",
                                    "*.npy",
                                    "*.npz",
                                    "*.onnx",
                                    "*.ot",
                                    "*.parquet",
                                    "*.pb",
                                    "*.pickle",
                                    "*.pkl",
                                    "*.pt",
                                    "*.pth",
                                    "*.rar",
                                    "*.safetensors",
                                    "saved_model/**/*",
                                    "*.tar.*",
                                    "*.tar",
                                    "*.tflite",
                                    "*.tgz",
                                    "*.wasm",
                                    "*.xz",
                                    "*.zip",
                                    "*.zst",
                                    "*tfevents*",
                                    "+# Audio files - uncompressed",
                                    "+*.pcm",
                                    "+*.sam",
                                    "+*.raw",
                                    "+# Audio files - compressed",
                                    "+*.aac",
                                    "+*.flac",
                                    "+*.mp3",
                                    "+*.ogg",
                                    "+*.wav",
                                    "+# Image files - uncompressed",
                                    "+*.bmp",
                                    "+*.gif",
                                    "+*.png",
                                    "+*.tiff",
                                    "+# Image files - compressed",
                                    "+*.jpg",
                                    "+*.jpeg",
                                    "+*.webp",
                                    "+# Video files - compressed",
                                    "+*.mp4",
                                    "+*.webm"};

}  // namespace

std::string PointerText(const LfsPointer& pointer) {
  return std::string(kVersionLine) + std::string(kOidStart) + pointer.sha256.ToString() + "\n" +
         std::string(kSizeStart) + std::to_string(pointer.size_bytes) + "\n";
}

std::optional<LfsPointer> ParsePointer(std::string_view text) {
  if (text.size() > kMaxPointerBytes) return std::nullopt;
  std::string_view rest = text;
  if (!Skip(rest, kVersionLine) || !Skip(rest, kOidStart)) return std::nullopt;
  const auto digest = Sha256::Parse(rest.substr(0, 64));
  if (!digest) return std::nullopt;
  rest.remove_prefix(64);
  if (!Skip(rest, "\n") || !Skip(rest, kSizeStart)) return std::nullopt;
  LfsPointer pointer{*digest, 0};
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), pointer.size_bytes);
  if (read.ec != std::errc()) return std::nullopt;
  if (PointerText(pointer) != text) return std::nullopt;
  return pointer;
}

GitOid PointerOid(const LfsPointer& pointer) {
  const std::string text = PointerText(pointer);
  GitBlobHasher hasher(text.size());
  hasher.Update(AsBytes(text));
  return hasher.Finish();
}

FileForm ChooseForm(LfsFilter filter, std::string_view sample, std::uint64_t size_bytes) {
  if (size_bytes == 0) return FileForm::Blob;
  const auto start = sample.substr(0, kSampleBytes);
  const bool pointer = filter == LfsFilter::Tracked || size_bytes > kMaxGitBlobBytes ||
                       LooksBinary(start, start.size() == size_bytes);
  return pointer ? FileForm::Pointer : FileForm::Blob;
}

std::string DefaultAttributes(RepositoryKind kind) {
  std::string text;
  for (std::string_view line : kTracked) {
    const bool datasets_only = line[0] == '+';
    if (datasets_only && kind != RepositoryKind::Dataset) continue;
    if (datasets_only) line.remove_prefix(1);
    text += line;
    text += line[0] == '#' ? "\n" : " filter=lfs diff=lfs merge=lfs -text\n";
  }
  return text;
}

}  // namespace banyan::storage
