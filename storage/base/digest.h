#pragma once
// Digests, each its own type, so that one can never be passed for another. Text forms:
//   Sha256, GitOid          plain lower-case hex
//   ChunkId, FileHash, XorbHash   Xet string form: four little-endian 64-bit words, each printed
//                                 as 16 hex digits (storage/content/FORMAT.md section 2)
// Parse and ToString are inverses; Parse fails with Invalid. A default-made digest is all zero,
// which names nothing (for FileHash: the empty file).

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan {

template <typename Tag>
class Digest {
 public:
  static constexpr std::size_t kSize = Tag::kSize;
  Digest() = default;
  // `raw` must have kSize bytes (our own mistake otherwise); FromBytes checks outside input.
  static Digest FromRaw(ByteView raw) {
    ENSURE(raw.size() == kSize);
    Digest out;
    std::memcpy(out.raw_.data(), raw.data(), kSize);
    return out;
  }
  static Result<Digest> FromBytes(ByteView raw) {
    if (raw.size() != kSize) return Error(Errc::Invalid, std::string(Tag::kName) + ": wrong size");
    return FromRaw(raw);
  }
  static Result<Digest> Parse(std::string_view text) {
    auto raw = ParseHex(text);
    const bool lower = text.find_first_of("ABCDEF") == std::string_view::npos;
    if (!raw || raw->size() != kSize || !lower) {
      return Error(Errc::Invalid, std::string(Tag::kName) + ": expected " +
                                      std::to_string(kSize * 2) + " lower-case hex digits");
    }
    auto out = FromRaw(*raw);
    if constexpr (Tag::kXetForm) out.SwapWords();
    return out;
  }
  std::string ToString() const {
    auto copy = *this;
    if constexpr (Tag::kXetForm) copy.SwapWords();
    return ToHex(copy.raw_);
  }
  // The first eight digits of ToString, for logs.
  std::string Short() const { return ToString().substr(0, 8); }

  ByteView bytes() const { return raw_; }
  const std::uint8_t* data() const { return raw_.data(); }
  bool IsZero() const { return *this == Digest(); }
  auto operator<=>(const Digest&) const = default;

 private:
  void SwapWords() {
    for (std::size_t word = 0; word + 8 <= kSize; word += 8) {
      for (std::size_t i = 0; i < 4; ++i) std::swap(raw_[word + i], raw_[word + 7 - i]);
    }
  }
  std::array<std::uint8_t, kSize> raw_{};
};

struct Sha256Tag {
  static constexpr std::size_t kSize = 32;
  static constexpr bool kXetForm = false;
  static constexpr std::string_view kName = "sha256";
};
struct GitOidTag {
  static constexpr std::size_t kSize = 20;
  static constexpr bool kXetForm = false;
  static constexpr std::string_view kName = "git object id";
};
struct ChunkIdTag {
  static constexpr std::size_t kSize = 32;
  static constexpr bool kXetForm = true;
  static constexpr std::string_view kName = "chunk id";
};
struct FileHashTag {
  static constexpr std::size_t kSize = 32;
  static constexpr bool kXetForm = true;
  static constexpr std::string_view kName = "file hash";
};
struct XorbHashTag {
  static constexpr std::size_t kSize = 32;
  static constexpr bool kXetForm = true;
  static constexpr std::string_view kName = "xorb hash";
};
using Sha256 = Digest<Sha256Tag>;      // of a whole file: the git-LFS oid
using GitOid = Digest<GitOidTag>;      // SHA-1 of a git object
using ChunkId = Digest<ChunkIdTag>;    // keyed BLAKE3 of one chunk
using FileHash = Digest<FileHashTag>;  // canonical Merkle file hash
using XorbHash = Digest<XorbHashTag>;  // Merkle root over a pack's chunks

// Streaming hashers over OpenSSL. Not safe for concurrent use; Finish may be called once.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;
  void Update(ByteView bytes);
  Sha256 Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};
Sha256 HashSha256(ByteView bytes);

// The git blob id of content whose size is known beforehand: SHA-1 over "blob <size>\0" + bytes.
class GitBlobHasher {
 public:
  explicit GitBlobHasher(std::uint64_t size_bytes);
  ~GitBlobHasher();
  GitBlobHasher(GitBlobHasher&&) noexcept;
  void Update(ByteView bytes);
  GitOid Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace banyan

template <typename Tag>
struct std::hash<banyan::Digest<Tag>> {
  std::size_t operator()(const banyan::Digest<Tag>& digest) const noexcept {
    return banyan::LoadLe<std::uint64_t>(digest.data());
  }
};
