// Stands in for libFuzzer in ordinary builds: runs the target on every file of a corpus directory
// and on a fixed set of damaged copies of each.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

void Run(const Input& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

// Cut short, with bytes flipped, with a part repeated.
void RunDamaged(const Input& input) {
  std::mt19937 random(1);
  for (std::size_t i = 0; i < 200 && !input.empty(); ++i) {
    Input damaged = input;
    for (unsigned flips = random() % 4; flips > 0; --flips) {
      damaged[random() % damaged.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
    }
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    if (random() % 4 == 0) damaged.insert(damaged.end(), input.begin(), input.end());
    Run(damaged);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Run({});
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) continue;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const Input input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      Run(input);
      RunDamaged(input);
      ++files;
    }
  }
  std::printf("%d inputs replayed\n", files);
  return 0;
}
