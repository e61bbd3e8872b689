// Ingest with a large dedup index: bench_index [entries, default 10000000] [MiB of an ingest,
// default 256] [pairs, default 5]. One store has so many entries of made-up chunks in its index,
// the other none; both take in the same new noise in turns. Prints the rates of each pair in GB/s,
// durable, and the memory of the process.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "storage/base/random.h"
#include "storage/catalog/schema.h"
#include "storage/content/local_content_store.h"
#include "tests/support/sample_data.h"
#include "tests/support/temp_directory.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kChunksInPack = 1018;    // of random data
constexpr PackId kFirstMadeUpPack = 1u << 20;  // far above the packs that the ingests make
constexpr std::size_t kBlockBytes = 1u << 20;

template <typename T>
T Must(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "bench_index: %s\n", result.error().message().c_str());
  std::exit(1);
}
void Must(const Status& status) {
  if (!status) Must(Result<int>(status.error()));
}

struct Store {
  TempDirectory directory;
  std::unique_ptr<Database> database;
  std::unique_ptr<LocalContentStore> content;

  Store() {
    database = Must(Database::Open({directory.Join("catalog"), ""}));
    Must(Migrate(*database));
    content = Must(
        LocalContentStore::Open(SystemClock(), DiskFileSystem(), *database, {directory.Join("")}));
  }
};

void FillIndex(ChunkIndex& index, std::uint64_t entries) {
  std::uint64_t state = 1;
  std::array<std::uint8_t, 32> raw{};
  for (std::uint64_t i = 0; i < entries; ++i) {
    state += 0x9E3779B97F4A7C15u;  // splitmix64
    std::uint64_t word = state;
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
    StoreLe(raw.data(), word ^ (word >> 31));
    index.Insert(ChunkId::FromRaw(raw), kFirstMadeUpPack + static_cast<PackId>(i / kChunksInPack));
  }
}

double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double IngestRate(Store& store, const Bytes& data) {
  const double start = SecondsNow();
  auto writer = Must(store.content->NewFile({data.size()}));
  for (ByteView rest = data; !rest.empty();) {
    const auto part = rest.first(std::min(kBlockBytes, rest.size()));
    Must(writer->Write(part));
    rest = rest.subspan(part.size());
  }
  Must(writer->Finish());
  Must(store.content->Sync());
  return static_cast<double>(data.size()) / (SecondsNow() - start) / 1e9;
}

// Lines of /proc/self/status that begin with `name`.
double StatusMib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  double kibibytes = 0;
  while (status >> word) {
    if (word == name + ":" && status >> kibibytes) return kibibytes / 1024;
  }
  return 0;
}

void Run(std::uint64_t entries, std::size_t mebibytes, std::size_t pairs) {
  Store empty;
  Store full;
  const double before_mib = StatusMib("VmRSS");
  double start = SecondsNow();
  FillIndex(full.content->core().index, entries);
  std::printf("filled %llu entries in %.0f s\n",
              static_cast<unsigned long long>(full.content->core().index.entry_count()),
              SecondsNow() - start);
  std::printf("index %.0f MiB, highest %.0f MiB\n", StatusMib("VmRSS") - before_mib,
              StatusMib("VmHWM"));
  for (std::size_t i = 0; i < pairs; ++i) {
    const Bytes data = SampleNoise(mebibytes << 20, i + 1);
    const bool full_first = i % 2 == 0;
    const double first = IngestRate(full_first ? full : empty, data);
    const double second = IngestRate(full_first ? empty : full, data);
    std::printf("pair %.3f %.3f\n", full_first ? first : second, full_first ? second : first);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace banyan::storage

int main(int argc, char** argv) {
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
  };
  banyan::storage::Run(number(1, 10'000'000), number(2, 256), number(3, 5));
}
