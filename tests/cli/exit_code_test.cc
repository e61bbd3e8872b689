#include "cli/exit_code.h"

#include <algorithm>
#include <set>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::cli;

TEST_CASE("EveryErrorHasItsOwnDocumentedExitCode") {
  std::set<int> codes;
  for (int i = 0; i <= static_cast<int>(Errc::Cancelled); ++i) {
    const int code = ExitCodeOf(static_cast<Errc>(i));
    REQUIRE(codes.insert(code).second);
    REQUIRE(code > kExitCrashed);
    const auto table = ExitCodeTable();
    REQUIRE(std::any_of(table.begin(), table.end(),
                        [&](const ExitCodeLine& line) { return line.code == code; }));
  }
}
