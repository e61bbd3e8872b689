#include "cli/table.h"

#include "tests/support/must.h"

using namespace banyan::cli;

namespace {

Table Sample() {
  Table table({{"NAME", false, true}, {"SIZE", true}});
  table.Add({"alice/a-rather-long-model-name", "4.1 MB"});
  table.Add({"模型/中文", "12 B"});
  return table;
}

}  // namespace

TEST_CASE("TableAlignsColumnsOnATerminal") {
  REQUIRE(Sample().ForTerminal(80) ==
          "NAME                              SIZE\n"
          "alice/a-rather-long-model-name  4.1 MB\n"
          "模型/中文                         12 B\n");
}

TEST_CASE("TableGivesWayToANarrowTerminal") {
  REQUIRE(Sample().ForTerminal(20) ==
          "NAME            SIZE\n"
          "alice/a-rat…  4.1 MB\n"
          "模型/中文       12 B\n");
  REQUIRE(Sample().ForTerminal(1).find("alice/a…") != std::string::npos);
}

TEST_CASE("TableIsPlainInAPipe") {
  REQUIRE(Sample().ForPipe() == "alice/a-rather-long-model-name\t4.1 MB\n模型/中文\t12 B\n");
}

TEST_CASE("TableCellsCannotSteerTheTerminal") {
  Table table({{"A"}, {"B"}});
  table.Add({"x\ty\x1b[2J", "z\nw"});
  REQUIRE(table.ForPipe() == "x y?[2J\tz w\n");
}
