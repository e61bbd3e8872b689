#include "storage/content/chunk_encoding.h"

#include <algorithm>
#include <array>

#include "storage/content/byte_planes.h"
#include "storage/content/encoding_probe.h"
#include "storage/content/zstd_frame.h"

// Payload of an encoding with k planes (storage/content/FORMAT.md section 3): k little-endian
// 24-bit fields, then the k stored planes. A field is the stored length; its top bit says zstd
// frame.

namespace banyan::storage {
namespace {

constexpr std::size_t kFieldBytes = 3;
constexpr std::uint32_t kFrameFlag = 1u << 23;

// Above this many bits a byte, Huffman coding saves less than decoding costs.
constexpr float kNoiseBits = 7.7f;
// Huffman coding spends at least one bit a symbol: near that, runs are worth a search.
constexpr float kRunBits = 2.0f;
// Large allocations start at the same address modulo 4 KiB. Copying between two such, as zstd does
// with what it does not match, runs at a tenth of the speed on some processors; this avoids it and
// is worth a fifth of the encoding rate.
constexpr std::size_t kPayloadOffset = 1024;

}  // namespace

struct ChunkEncoder::State {
  FrameCompressor compressor;
  Bytes payload = Bytes(kPayloadOffset + kFieldBytes * kMaxPlanes + kMaxChunkBytes);

  ByteView EncodeFrame(ByteView bytes, const ByteStatistics& statistics, bool repeats);
  struct PlanesResult {
    EncodedChunk chunk;
    bool repeats;  // some plane has them
  };
  PlanesResult EncodePlanes(ByteView raw, const SplitProbe& probe);
};

// One frame, made the way that suits the bytes.
ByteView ChunkEncoder::State::EncodeFrame(ByteView bytes, const ByteStatistics& statistics,
                                          bool repeats) {
  if (!repeats && statistics.entropy_bits >= kRunBits) return compressor.EntropyOnly(bytes);
  const auto searched = compressor.WithMatches(bytes);
  const float order0_bytes = statistics.entropy_bits / 8 * static_cast<float>(bytes.size());
  if (static_cast<float>(searched.size()) < order0_bytes) return searched;
  // The repeats were too few to pay.
  const auto plain = compressor.EntropyOnly(bytes);
  return plain.size() < searched.size() ? plain : searched;
}

// The planes are split into the payload itself, where a raw plane may stay, and move down as those
// before them shrink.
ChunkEncoder::State::PlanesResult ChunkEncoder::State::EncodePlanes(ByteView raw,
                                                                    const SplitProbe& probe) {
  const std::size_t planes = probe.plane_count;
  std::uint8_t* const start = payload.data() + kPayloadOffset;
  std::uint8_t* to = start + kFieldBytes * planes;
  const std::uint8_t* from = to;
  SplitPlanes(raw, planes, {to, raw.size()});
  bool any_repeats = false;
  for (std::size_t g = 0; g < planes; ++g) {
    const ByteView plane(from, PlaneSize(raw.size(), planes, g));
    from += plane.size();
    ByteView stored = plane;
    if (probe.planes[g].entropy_bits < kNoiseBits) {
      const bool repeats = HasRepeats(plane, probe.planes[g]);
      any_repeats |= repeats;
      const auto frame = EncodeFrame(plane, probe.planes[g], repeats);
      if (frame.size() < plane.size()) stored = frame;
    }
    const std::uint32_t flag = stored.size() < plane.size() ? kFrameFlag : 0;
    const std::uint32_t field = static_cast<std::uint32_t>(stored.size()) | flag;
    std::memcpy(start + kFieldBytes * g, &field, kFieldBytes);
    if (stored.data() != to) std::memmove(to, stored.data(), stored.size());
    to += stored.size();
  }
  const auto encoding = planes == 2 ? Encoding::Planes2 : Encoding::Planes4;
  return {{encoding, ByteView(start, to)}, any_repeats};
}

ChunkEncoder::ChunkEncoder() : state_(std::make_unique<State>()) {}
ChunkEncoder::~ChunkEncoder() = default;
ChunkEncoder::ChunkEncoder(ChunkEncoder&&) noexcept = default;
ChunkEncoder& ChunkEncoder::operator=(ChunkEncoder&&) noexcept = default;

EncodedChunk ChunkEncoder::Encode(ByteView raw) {
  ENSURE(!raw.empty() && raw.size() <= kMaxChunkBytes);
  State& state = *state_;
  EncodedChunk best = {Encoding::Raw, raw};
  const auto offer = [&best](const EncodedChunk& chunk) {
    if (chunk.payload.size() < best.payload.size()) best = chunk;
  };
  const auto offer_whole = [&](const ByteStatistics& statistics, bool repeats) {
    offer({Encoding::Zstd, state.EncodeFrame(raw, statistics, repeats)});
  };
  if (raw.size() < kMinProbeBytes) {
    offer_whole({}, true);
    return best;
  }
  const auto probe = ProbeSplit(raw);
  if (probe.plane_count == 1) {
    if (probe.whole.entropy_bits >= kNoiseBits) return best;
    offer_whole(probe.whole, HasRepeats(raw, probe.whole));
    return best;
  }
  const auto split = state.EncodePlanes(raw, probe);
  offer(split.chunk);
  // Repeats that span the planes, as in tables of records, may compress better whole.
  if (split.repeats && HasRepeats(raw, probe.whole)) offer_whole(probe.whole, true);
  return best;
}

struct ChunkDecoder::State {
  FrameDecompressor decompressor;
  Bytes planes = Bytes(kMaxChunkBytes);
  Bytes payload_room;

  Status DecodePlanes(std::size_t plane_count, ByteView payload, std::span<std::uint8_t> raw);
};

Status ChunkDecoder::State::DecodePlanes(std::size_t plane_count, ByteView payload,
                                         std::span<std::uint8_t> raw) {
  ByteReader reader(payload);
  std::array<std::uint32_t, kMaxPlanes> fields{};
  for (std::size_t g = 0; g < plane_count; ++g) {
    const std::uint32_t low = reader.Le<std::uint16_t>();
    fields[g] = low | std::uint32_t{reader.U8()} << 16;
  }
  std::array<ByteView, kMaxPlanes> sources;  // raw planes are joined from the payload itself
  std::size_t plane_at = 0;
  for (std::size_t g = 0; g < plane_count; ++g) {
    const auto plane = std::span(planes).subspan(plane_at, PlaneSize(raw.size(), plane_count, g));
    plane_at += plane.size();
    const bool is_frame = (fields[g] & kFrameFlag) != 0;
    sources[g] = reader.Raw(fields[g] & ~kFrameFlag);
    const bool fits =
        is_frame ? sources[g].size() < plane.size() : sources[g].size() == plane.size();
    if (!reader.ok() || !fits) return Error(Errc::Corrupt, "chunk plane has a wrong length");
    if (is_frame) {
      TRY(decompressor.Decode(sources[g], plane));
      sources[g] = plane;
    }
  }
  if (!reader.AtEnd()) return Error(Errc::Corrupt, "bytes follow the last chunk plane");
  JoinPlanes(std::span(sources).first(plane_count), raw);
  return Ok();
}

ChunkDecoder::ChunkDecoder() : state_(std::make_unique<State>()) {}
ChunkDecoder::~ChunkDecoder() = default;
ChunkDecoder::ChunkDecoder(ChunkDecoder&&) noexcept = default;
ChunkDecoder& ChunkDecoder::operator=(ChunkDecoder&&) noexcept = default;

std::span<std::uint8_t> ChunkDecoder::PayloadRoom(std::size_t size) {
  ENSURE(size <= kMaxChunkBytes);
  if (state_->payload_room.empty()) state_->payload_room.resize(kMaxChunkBytes);
  return std::span(state_->payload_room).first(size);
}

Status ChunkDecoder::Decode(Encoding encoding, ByteView payload, std::span<std::uint8_t> raw) {
  if (raw.empty() || raw.size() > kMaxChunkBytes) {
    return Error(Errc::Corrupt, "chunk size is out of range");
  }
  if (payload.size() > raw.size()) return Error(Errc::Corrupt, "chunk payload exceeds its chunk");
  switch (encoding) {
    case Encoding::Raw:
      if (payload.size() != raw.size()) return Error(Errc::Corrupt, "raw chunk has another size");
      std::copy(payload.begin(), payload.end(), raw.begin());
      return Ok();
    case Encoding::Zstd: return state_->decompressor.Decode(payload, raw);
    case Encoding::Planes2: return state_->DecodePlanes(2, payload, raw);
    case Encoding::Planes4: return state_->DecodePlanes(4, payload, raw);
    case Encoding::FamilyDelta: break;
  }
  return Error(Errc::Invalid,
               "unknown chunk encoding " + std::to_string(static_cast<int>(encoding)));
}

}  // namespace banyan::storage
