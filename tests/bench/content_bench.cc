// Figures of the content leaf on one core: bench_content [MiB of input, default 64]. Each line is
// the median of several runs over the same data, cut into 64 KiB chunks where nothing else is said.
// With names of files after the number: how these are encoded, a line for each.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "storage/base/file_system.h"
#include "storage/content/chunk_encoding.h"
#include "storage/content/chunker.h"
#include "storage/content/merkle.h"
#include "tests/support/sample_data.h"

namespace banyan::storage {
namespace {

constexpr int kRuns = 7;
constexpr std::size_t kChunkBytes = kTargetChunkBytes;

// Of processor time, so that other programs disturb less.
double MedianSeconds(const std::function<void()>& work) {
  std::vector<double> seconds;
  for (int run = 0; run < kRuns; ++run) {
    const std::clock_t start = std::clock();
    work();
    seconds.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

double GigabytesPerSecond(std::size_t bytes, double seconds) {
  return static_cast<double>(bytes) / seconds / 1e9;
}

std::vector<ByteView> ChunksOf(ByteView data) {
  std::vector<ByteView> chunks;
  for (; !data.empty(); data = data.subspan(chunks.back().size())) {
    chunks.push_back(data.first(std::min(kChunkBytes, data.size())));
  }
  return chunks;
}

void PrintRate(const char* name, std::size_t size, const std::function<void()>& work) {
  std::printf("%-24s %8.2f GB/s\n", name, GigabytesPerSecond(size, MedianSeconds(work)));
}

struct Stored {
  Encoding encoding;
  Bytes payload;
};

void BenchEncoding(const char* name, const Bytes& data) {
  const auto chunks = ChunksOf(data);
  ChunkEncoder encoder;
  const double encode_seconds = MedianSeconds([&] {
    for (const auto& chunk : chunks) encoder.Encode(chunk);
  });
  std::vector<Stored> stored;
  std::size_t stored_bytes = 0;
  std::array<int, kEncodingCount> used{};
  for (const auto& chunk : chunks) {
    const auto encoded = encoder.Encode(chunk);
    stored.push_back({encoded.encoding, Bytes(encoded.payload.begin(), encoded.payload.end())});
    stored_bytes += encoded.payload.size();
    ++used[static_cast<std::size_t>(encoded.encoding)];
  }
  ChunkDecoder decoder;
  Bytes raw(kChunkBytes);
  const double decode_seconds = MedianSeconds([&] {
    for (std::size_t i = 0; i < stored.size(); ++i) {
      const std::span<std::uint8_t> out(raw.data(), chunks[i].size());
      ENSURE(decoder.Decode(stored[i].encoding, stored[i].payload, out).has_value());
    }
  });
  std::printf("%-24s %7.1f %% %10.2f %10.2f   %d/%d/%d/%d\n", name,
              100.0 * static_cast<double>(stored_bytes) / static_cast<double>(data.size()),
              GigabytesPerSecond(data.size(), encode_seconds),
              GigabytesPerSecond(data.size(), decode_seconds), used[0], used[1], used[2], used[3]);
}

void BenchHashes(const Bytes& data) {
  const auto chunks = ChunksOf(data);
  PrintRate("find cuts", data.size(), [&] {
    for (ByteView rest = data; !rest.empty();) {
      const auto length = FindCut(rest);
      rest = rest.subspan(length == 0 ? rest.size() : length);
    }
  });
  PrintRate("chunker, 1 MiB feeds", data.size(), [&] {
    Chunker chunker([](ByteView) { return Ok(); });
    for (ByteView rest = data; !rest.empty();) {
      const auto part = rest.first(std::min<std::size_t>(1 << 20, rest.size()));
      ENSURE(chunker.Feed(part).has_value());
      rest = rest.subspan(part.size());
    }
    ENSURE(chunker.Finish().has_value());
  });
  PrintRate("chunk hash", data.size(), [&] {
    for (const auto& chunk : chunks) HashChunk(chunk);
  });
  PrintRate("SHA-256", data.size(), [&] { HashSha256(data); });
  ChunkList list;
  for (std::uint32_t i = 0; i < 200000; ++i) {
    list.push_back({ChunkId::FromRaw(ByteView(data).subspan(32 * i, 32)), 65536});
  }
  const double seconds = MedianSeconds([&] { HashFile(list); });
  std::printf("%-24s %8.2f M chunks/s\n", "file hash of a list",
              static_cast<double>(list.size()) / seconds / 1e6);
}

void PrintEncodingHead() {
  std::printf("\n%-24s %9s %10s %10s   %s\n", "encoding, 64 KiB chunks", "of raw", "encode",
              "decode", "raw/zstd/planes2/planes4");
}

// False: one of them cannot be read, or is empty.
bool RunFiles(const std::vector<std::string>& paths) {
  constexpr std::size_t kMaxFileBytes = std::size_t{1} << 32;
  PrintEncodingHead();
  for (const auto& path : paths) {
    const auto data = ReadFile(DiskFileSystem(), path, kMaxFileBytes);
    if (!data || data->empty()) {
      std::fprintf(stderr, "bench_content: %s: %s\n", path.c_str(),
                   data ? "is empty" : data.error().message().c_str());
      return false;
    }
    BenchEncoding(path.c_str(), *data);
  }
  return true;
}

void Run(std::size_t size) {
  const auto noise = SampleNoise(size);
  BenchHashes(noise);
  PrintEncodingHead();
  BenchEncoding("bf16 N(0, 0.02)", SampleWeights(Number::BFloat16, size));
  BenchEncoding("fp16 N(0, 0.02)", SampleWeights(Number::Float16, size));
  BenchEncoding("fp32 N(0, 0.02)", SampleWeights(Number::Float32, size));
  BenchEncoding("fp32 holding bf16", SampleWeights(Number::BFloat16InFloat32, size));
  BenchEncoding("int8 N(0, 30)", SampleInt8Weights(size));
  BenchEncoding("token ids, 32 bits", SampleTokens(size));
  BenchEncoding("JSON lines", SampleJsonLines(size));
  BenchEncoding("random", noise);
  BenchEncoding("zeros", Bytes(size));
}

}  // namespace
}  // namespace banyan::storage

int main(int argc, char** argv) {
  const long mebibytes = argc > 1 ? std::atol(argv[1]) : 64;
  if (mebibytes < 8 || mebibytes > 4096) {
    std::fprintf(stderr, "usage: bench_content [8..4096 MiB] [FILE...]\n");
    return 2;
  }
  if (argc > 2) return banyan::storage::RunFiles({argv + 2, argv + argc}) ? 0 : 1;
  banyan::storage::Run(static_cast<std::size_t>(mebibytes) << 20);
}
