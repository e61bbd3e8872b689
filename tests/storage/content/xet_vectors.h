#pragma once
// Reads tests/storage/data/xet-vectors.txt and makes the inputs that it describes.

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "storage/content/chunk.h"
#include "tests/support/must.h"
#include "tests/support/source_directory.h"

namespace banyan::storage {

// The lines of section `number` ("== 3 ..."), without its heading.
inline std::vector<std::string> VectorSection(int number) {
  std::ifstream file(testing::SourceDirectory() + "/tests/storage/data/xet-vectors.txt");
  REQUIRE(file.good());
  std::vector<std::string> lines;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("== ", 0) == 0) {
      inside = line.rfind("== " + std::to_string(number) + " ", 0) == 0;
    } else if (inside) {
      lines.push_back(line);
    }
  }
  REQUIRE_FALSE(lines.empty());
  return lines;
}

inline std::vector<std::string> Words(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// The 64-digit word that follows `label` in the first line that contains it.
inline std::string DigitsAfter(const std::vector<std::string>& lines, const std::string& label) {
  for (const auto& line : lines) {
    const auto at = line.find(label);
    if (at == std::string::npos) continue;
    const auto from = line.find_first_not_of(' ', at + label.size());
    REQUIRE(from != std::string::npos);
    return line.substr(from, 64);
  }
  FAIL("no vector " + label);
  return {};
}

inline Bytes Splitmix(std::uint64_t seed, std::size_t size) {
  Bytes out(size + 8);
  std::uint64_t state = seed;
  for (std::size_t at = 0; at < size; at += 8) {
    state += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    StoreLe(out.data() + at, z ^ (z >> 31));
  }
  out.resize(size);
  return out;
}

}  // namespace banyan::storage
