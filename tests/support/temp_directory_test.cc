#include "tests/support/temp_directory.h"

#include "tests/support/catch.h"

using namespace banyan;

TEST_CASE("TempDirectoryGoesWithAllThatIsInIt") {
  std::string path;
  {
    const TempDirectory first;
    const TempDirectory second;
    path = first.path();
    REQUIRE(path != second.path());
    std::filesystem::create_directories(first.Join("a/b"));
    REQUIRE(std::filesystem::is_directory(path + "/a/b"));
  }
  REQUIRE_FALSE(std::filesystem::exists(path));
}
