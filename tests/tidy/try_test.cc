// TRY leaves a function from within an expression. Compilers destroy the arguments of a call then,
// but not the members of a braced initializer that were made before it: they leak.
#include <optional>

#include "tests/tidy/source_tree.h"

using namespace banyan::tidy;

namespace {

// What stands before `at`, without white space.
std::string_view TextBefore(const std::string& code, std::size_t at) {
  std::string_view before(code.data(), at);
  while (!before.empty() && std::isspace(static_cast<unsigned char>(before.back()))) {
    before.remove_suffix(1);
  }
  return before;
}

// A brace opens an initializer, not a block, after an operator or `return`, or right behind a name.
bool OpensInitializer(const std::string& code, std::size_t brace) {
  const auto before = TextBefore(code, brace);
  if (before.empty()) return false;
  if (std::string_view("({,=").find(before.back()) != std::string_view::npos) return true;
  const bool touches = before.size() == brace;
  return (touches && (IsIdentifier(before.back()) || before.back() == '>')) ||
         before.ends_with("return");
}

// Whether the code at `at` stands in an initializer behind a member of it.
bool IsBehindAMember(const std::string& code, std::size_t at) {
  std::size_t closed = 0;
  bool behind_comma = false;
  while (at-- > 0) {
    const char c = code[at];
    if (c == ')' || c == ']' || c == '}') ++closed;
    if (closed == 0 && c == ';') return false;
    if (closed == 0 && c == ',') behind_comma = true;
    if (c != '(' && c != '[' && c != '{') continue;
    if (closed > 0) {
      --closed;
      continue;
    }
    if (c == '{' && !OpensInitializer(code, at)) return false;
    if (c == '{' && behind_comma) return true;
    behind_comma = false;
  }
  return false;
}

Findings CheckTries(const SourceFile& file) {
  Findings findings;
  if (!IsCpp(file) || file.path == "storage/base/result.h") return findings;
  const std::string token = "TRY(";
  for (auto at = file.code.find(token); at != std::string::npos;
       at = file.code.find(token, at + 1)) {
    if (IsWholeToken(file.code, at, token) && IsBehindAMember(file.code, at)) {
      findings.push_back(At(file, at) + "TRY behind a member in braces leaks it: name the value");
    }
  }
  return findings;
}

}  // namespace

TEST_CASE("NoTryLeavesAnInitializerHalfMade") { RequireNoneInTree(CheckTries); }

TEST_CASE("TryCheckKnowsInitializersFromBlocks") {
  const auto count = [](const char* text) {
    return CheckTries(MakeFile("node/x.cc", text)).size();
  };
  REQUIRE(count("auto p = P{a, TRY(b())};") == 1);
  REQUIRE(count("v.push_back(\n    {TRY(a()), c, TRY(b())});") == 1);
  REQUIRE(count("P p{a, f(TRY(b()))};") == 1);
  REQUIRE(count("return {a,\n        TRY(b())};") == 1);
  REQUIRE(count("auto p = P{{a, c}, {TRY(b())}};") == 1);
  REQUIRE(count("auto p = P{TRY(b())};") == 0);
  REQUIRE(count("f(a, TRY(b()));") == 0);
  REQUIRE(count("if (f(a, c)) {\n  TRY(b());\n}") == 0);
  REQUIRE(count("g(a, [&](C& c) -> Status {\n  TRY(b(c));\n  return Ok();\n});") == 0);
  REQUIRE(count("P p{a, c};\nTRY(b());") == 0);
}
