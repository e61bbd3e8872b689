#include "storage/metadata/yaml_tree.h"

#include <chrono>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

std::string Dump(std::string_view text) { return ToOrderedJson(MUST(ParseYaml(text))).dump(); }

std::string Failure(std::string_view text, Errc code) {
  const auto result = ParseYaml(text);
  REQUIRE_FALSE(result.has_value());
  INFO(result.error().message());
  REQUIRE(result.error().code() == code);
  return result.error().message();
}

}  // namespace

TEST_CASE("YamlKeepsTheOrderOfKeysAndTheSpellingOfValues") {
  const auto tree = MUST(ParseYaml("b: 1.10\na: [no, 'x', ~]\nc:\n  d: \"\\u6A21\"\n"));
  REQUIRE(ToOrderedJson(tree).dump() == R"({"b":1.1,"a":["no","x",null],"c":{"d":"模"}})");
  REQUIRE(tree.Find("b")->text == "1.10");
  REQUIRE(tree.Find("a")->items[0].text == "no");
  REQUIRE(tree.Find("a")->items[0].plain);
  REQUIRE_FALSE(tree.Find("a")->items[1].plain);
  REQUIRE(tree.Find("c")->Find("d")->line == 4);
  REQUIRE(tree.Find("z") == nullptr);
}

TEST_CASE("EveryEscapeOfYamlGivesUtf8") {
  REQUIRE(Dump(R"(a: "Q\N4\_\xE9\u00E9 \U0001F333")") ==
          "{\"a\":\"Q\u0085"
          "4\u00a0\u00e9\u00e9 \U0001F333\"}");
  REQUIRE(Dump(R"("k\N": 1)") == "{\"k\u0085\":1}");
}

TEST_CASE("OnlyUnmistakableScalarsAreRetyped") {
  REQUIRE(Dump("[true, False, TRUE, 'true']") == R"([true,false,true,"true"])");
  REQUIRE(Dump("[yes, no, on, off, y, n]") == R"(["yes","no","on","off","y","n"])");
  REQUIRE(Dump("[0, -7, +7, 9223372036854775807]") == "[0,-7,7,9223372036854775807]");
  REQUIRE(Dump("[9223372036854775808, 007, 0x1F, 1_000]") ==
          R"(["9223372036854775808","007","0x1F","1_000"])");
  REQUIRE(Dump("[0.5, .5, 1e3, -2.5, 1e999, .inf, .nan]") ==
          R"([0.5,0.5,1000.0,-2.5,"1e999",".inf",".nan"])");
  REQUIRE(Dump("[+-5, --5, '-', +, 1.2.3, 2024-01-02, -007, 1e, e1]") ==
          R"(["+-5","--5","-","+","1.2.3","2024-01-02","-007","1e","e1"])");
  REQUIRE(Dump("[null, Null, NULL, ~, '']") == R"([null,null,null,null,""])");
}

TEST_CASE("EmptyYamlIsNull") {
  REQUIRE(MUST(ParseYaml("")).kind == YamlNode::Kind::Null);
  REQUIRE(MUST(ParseYaml("# only a comment\n")).kind == YamlNode::Kind::Null);
}

TEST_CASE("SmallAliasesAreExpanded") {
  REQUIRE(Dump("a: &x [1, 2]\nb: *x\n") == R"({"a":[1,2],"b":[1,2]})");
  Failure("a: *x\n", Errc::Invalid);
  Failure("a: &x [*x]\n", Errc::Invalid);
}

TEST_CASE("BillionLaughsIsRefusedFast") {
  std::string bomb = "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\n";
  for (int i = 1; i < 15; ++i) {
    const auto above = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) bomb += above + ", ";
    bomb += above + "]\n";
  }
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(Failure(bomb, Errc::TooLarge).find("aliases") != std::string::npos);
  REQUIRE(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(500));

  // Few aliases that double a long text.
  std::string doubling = "a: &a " + std::string(200000, 'x') + "\nb: [*a, *a, *a, *a, *a, *a]\n";
  Failure(doubling, Errc::TooLarge);
}

TEST_CASE("DeepYamlIsRefused") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  MUST(ParseYaml(nested(32)));
  Failure(nested(33), Errc::TooLarge);
  Failure(std::string(100000, '['), Errc::Invalid);
  Failure(std::string(100000, '{'), Errc::Invalid);
  std::string block;
  for (int i = 0; i < 200; ++i) block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  Failure(block, Errc::TooLarge);
}

TEST_CASE("SizeAndNodeCountAreBounded") {
  Failure(std::string((256u << 10) + 1, '#'), Errc::TooLarge);
  std::string many = "[";
  for (int i = 0; i < 70000; ++i) many += "1,";
  REQUIRE(Failure(many + "]", Errc::TooLarge).find("too many values") != std::string::npos);
}

TEST_CASE("YamlOutsideTheSubsetIsRefusedWithItsLine") {
  REQUIRE(Failure("a: 1\nb: 2\na: 3\n", Errc::Invalid) ==
          "line 3: the key 'a' is written twice: keep one");
  REQUIRE(Failure("a: 1\nb: !!python/object:os.system x\n", Errc::Invalid).starts_with("line 2: "));
  Failure("a: !!str 1\n", Errc::Invalid);
  Failure("!!map {a: 1}\n", Errc::Invalid);
  Failure("? [a, b]\n: 1\n", Errc::Invalid);
  Failure("&k key: 1\n", Errc::Invalid);
  Failure("x: &v text\n*v : 1\n", Errc::Invalid);
  Failure(": 1\n", Errc::Invalid);
  Failure("a: 1\n...\nb: 2\n", Errc::Invalid);
  Failure("a: 1\n--- \nb: 2\n", Errc::Invalid);
  REQUIRE(Failure("a: \"x\\0y\"\n", Errc::Invalid).find("NUL") != std::string::npos);
}

TEST_CASE("SyntaxErrorsSayWhatToDo") {
  REQUIRE(Failure("a: b: c\n", Errc::Invalid).find("in quotes") != std::string::npos);
  REQUIRE(Failure("a:\n  b: 1\n\tc: 1\n", Errc::Invalid).find("spaces") != std::string::npos);
  for (const std::string open : {"a: \"open", "a: 'open\n", "a: \"open\nb: 2\n\n"}) {
    REQUIRE(Failure(open, Errc::Invalid).find("never closed") != std::string::npos);
  }
  REQUIRE(Failure("a: [1, 2\n", Errc::Invalid).find("close the '['") != std::string::npos);
  REQUIRE(Failure("a: @b\n", Errc::Invalid).find("in quotes") != std::string::npos);
  REQUIRE(Failure("a:\n  - b\n c: d\n", Errc::Invalid).find("indentation") != std::string::npos);
}

TEST_CASE("YamlMustBeUtf8WithoutControlCharacters") {
  REQUIRE(Failure("a: 1\nb: \xFF\n", Errc::Invalid).starts_with("line 2: not valid UTF-8"));
  Failure(std::string_view("a: \0b", 5), Errc::Invalid);
  Failure("a: \x04", Errc::Invalid);
  Failure("a: \xED\xA0\x80", Errc::Invalid);
  Failure("a: \"\\ud800\"", Errc::Invalid);
}

TEST_CASE("LinesCountFromTheGivenFirstLine") {
  const auto result = ParseYaml("a: 1\na: 2\n", {}, 10);
  REQUIRE_FALSE(result.has_value());
  REQUIRE(result.error().message().starts_with("line 11: "));
}
