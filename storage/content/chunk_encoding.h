#pragma once
// How one chunk is stored: numbered, open-ended encodings (storage/content/FORMAT.md section 3). An
// encoder is free to choose, so the same chunk may be stored in several forms; a decoder refuses
// anything that gives more or fewer bytes than the declared raw size, or has trailing bytes.

#include <cstdint>
#include <memory>

#include "storage/content/chunk.h"

namespace banyan::storage {

enum class Encoding : std::uint8_t {
  Raw = 0,
  Zstd = 1,         // one zstd frame
  Planes2 = 2,      // byte planes of 16-bit values, each raw or its own zstd frame
  Planes4 = 3,      // byte planes of 32-bit values, likewise
  FamilyDelta = 4,  // reserved: XOR against a range of another stored file; no decoder yet
};
inline constexpr int kEncodingCount = 4;  // encodings that this program reads

// An encoded chunk is never longer than its raw form (Raw is the fallback).
struct EncodedChunk {
  Encoding encoding = Encoding::Raw;
  ByteView payload;  // points into the encoder's buffer, or at the input for Raw
};

// Chooses per chunk by a cheap entropy probe and encodes. Keeps zstd contexts and buffers for
// reuse: one per thread, not safe for concurrent use.
class ChunkEncoder {
 public:
  ChunkEncoder();
  ~ChunkEncoder();
  ChunkEncoder(ChunkEncoder&&) noexcept;
  ChunkEncoder& operator=(ChunkEncoder&&) noexcept;

  // `raw` has 1..kMaxChunkBytes bytes. The result lives until the next call and, for Raw, as
  // long as `raw`.
  EncodedChunk Encode(ByteView raw);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Decodes into caller memory; one per thread, not safe for concurrent use.
class ChunkDecoder {
 public:
  ChunkDecoder();
  ~ChunkDecoder();
  ChunkDecoder(ChunkDecoder&&) noexcept;
  ChunkDecoder& operator=(ChunkDecoder&&) noexcept;

  // Fills `raw` exactly. Corrupt when the payload is not a valid encoding of that many bytes, and
  // then what `raw` holds is unspecified; Invalid for an encoding this program does not know.
  // Never writes outside `raw`; the work is bounded by the sizes of `payload` and `raw`.
  Status Decode(Encoding encoding, ByteView payload, std::span<std::uint8_t> raw);

  // Memory for a payload that is read in order to be decoded, at most kMaxChunkBytes.
  std::span<std::uint8_t> PayloadRoom(std::size_t size);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banyan::storage
