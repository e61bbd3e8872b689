// bench_data noise|bf16 MIB SEED: writes so much sample data to standard output, no block of it
// twice, the same for the same seed.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/support/sample_data.h"

int main(int argc, char** argv) {
  const std::string_view kind = argc == 4 ? argv[1] : "";
  if (kind != "noise" && kind != "bf16") {
    std::fprintf(stderr, "usage: bench_data noise|bf16 MIB SEED\n");
    return 2;
  }
  const auto mebibytes = std::strtoull(argv[2], nullptr, 10);
  const auto seed = std::strtoull(argv[3], nullptr, 10);
  for (std::uint64_t i = 0; i < mebibytes; ++i) {
    const std::uint64_t block_seed = seed << 32 | i;
    const banyan::Bytes block =
        kind == "noise" ? banyan::SampleNoise(1 << 20, block_seed)
                        : banyan::SampleWeights(banyan::Number::BFloat16, 1 << 20, block_seed);
    if (std::fwrite(block.data(), 1, block.size(), stdout) != block.size()) return 1;
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
