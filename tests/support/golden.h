#pragma once
// Bytes that stay what they are: tests/golden/<file>, a name and a value in hex on each line. It is
// written anew only when BANYAN_WRITE_GOLDEN is set in the environment.

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "tests/support/must.h"
#include "tests/support/source_directory.h"

namespace banyan::tests {

using Vectors = std::map<std::string, std::string>;

inline void RequireGolden(const std::string& file, const Vectors& computed) {
  const std::string path = testing::SourceDirectory() + "/tests/golden/" + file;
  if (std::getenv("BANYAN_WRITE_GOLDEN") != nullptr) {
    std::ofstream out(path);
    for (const auto& [name, value] : computed) out << name << ' ' << value << '\n';
  }
  Vectors golden;
  std::ifstream in(path);
  for (std::string name, value; in >> name >> value;) golden[name] = value;
  REQUIRE(golden == computed);
}

}  // namespace banyan::tests
