// The shape of source files: short lines, functions and files, and names that tools can use.
#include "tests/tidy/source_tree.h"

using namespace banyan::tidy;

namespace {

constexpr std::size_t kLineColumnsMax = 100;
constexpr std::size_t kFunctionLinesMax = 70;
constexpr std::size_t kFileLinesMax = 500;

bool IsBuildFile(const SourceFile& file) {
  return EndsWith(file.path, "CMakeLists.txt") || EndsWith(file.path, ".cmake");
}
bool IsScript(const SourceFile& file) { return file.text.starts_with("#!"); }
bool IsSource(const SourceFile& file) {
  return IsCpp(file) || IsBuildFile(file) || IsScript(file) || EndsWith(file.path, ".sh");
}

// Code points, not bytes.
std::size_t Columns(std::string_view line) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), starts));
}

Findings CheckLines(const SourceFile& file) {
  Findings findings;
  if (!IsSource(file)) return findings;
  std::size_t lines = 0;
  for (std::size_t at = 0; at < file.text.size(); ++lines) {
    const auto end = std::min(file.text.find('\n', at), file.text.size());
    const auto line = std::string_view(file.text).substr(at, end - at);
    if (Columns(line) > kLineColumnsMax) findings.push_back(At(file, at) + "line over 100 columns");
    if (EndsWith(line, " ")) findings.push_back(At(file, at) + "ends in white space");
    if (IsCpp(file) && line.find('\t') != line.npos) findings.push_back(At(file, at) + "has a tab");
    at = end + 1;
  }
  if (lines > kFileLinesMax) findings.push_back(file.path + ": over 500 lines");
  if (!file.text.empty() && file.text.back() != '\n') {
    findings.push_back(file.path + ": last line has no end");
  }
  return findings;
}

// What stands before an opening brace, back to the previous statement or block.
std::string HeadBefore(const std::string& code, std::size_t brace) {
  const auto before = code.find_last_of(";{}", brace == 0 ? 0 : brace - 1);
  std::size_t begin = before == std::string::npos ? 0 : before + 1;
  std::string head;
  for (std::size_t line = begin; line < brace;) {  // leave out preprocessor lines
    const auto end = std::min(code.find('\n', line), brace);
    const auto text = code.substr(line, end - line);
    const auto first = text.find_first_not_of(" \t");
    if (first != std::string::npos && text[first] != '#') head += text.substr(first) + " ";
    line = end + 1;
  }
  return head;
}

bool OpensFunction(std::string head) {
  while (head.starts_with("template")) {
    int depth = 0;
    std::size_t at = head.find('<');
    for (; at < head.size(); ++at) {
      if (head[at] == '<') ++depth;
      if (head[at] == '>' && --depth == 0) break;
    }
    head = at < head.size() ? head.substr(std::min(head.size(), at + 2)) : "";
  }
  for (const char* scope :
       {"namespace", "class ", "struct ", "enum ", "union ", "extern ", "inline namespace"}) {
    if (head.starts_with(scope)) return false;
  }
  const auto parenthesis = head.find('(');
  const auto assignment = head.find('=');
  const bool names_operator = head.find("operator") != std::string::npos;
  return parenthesis != std::string::npos && (assignment > parenthesis || names_operator);
}

// Counts braces: a function reaches from the line of its opening brace to that of its last.
Findings CheckFunctions(const SourceFile& file) {
  Findings findings;
  if (!IsCpp(file)) return findings;
  int depth = 0;
  int function_depth = 0;  // 0: outside of any
  std::size_t begin = 0;
  for (std::size_t at = 0; at < file.code.size(); ++at) {
    if (file.code[at] == '{') {
      ++depth;
      if (function_depth == 0 && OpensFunction(HeadBefore(file.code, at))) {
        function_depth = depth;
        begin = at;
      }
    } else if (file.code[at] == '}') {
      if (depth == function_depth) {
        const auto first = file.code.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = file.code.begin() + static_cast<std::ptrdiff_t>(at);
        const auto lines = static_cast<std::size_t>(std::count(first, last, '\n')) + 1;
        if (lines > kFunctionLinesMax) {
          findings.push_back(At(file, begin) + "function of " + std::to_string(lines) + " lines");
        }
        function_depth = 0;
      }
      --depth;
    }
  }
  return findings;
}

Findings CheckPragmaOnce(const SourceFile& file) {
  const bool bad = IsHeader(file) && !file.text.starts_with("#pragma once\n");
  return bad ? Findings{file.path + ": must begin with #pragma once"} : Findings{};
}

// ctest takes commas and brackets in names for its own.
Findings CheckTestNames(const SourceFile& file) {
  Findings findings;
  if (!IsCpp(file)) return findings;
  const std::string opening = "\nTEST_CASE(\"";
  for (auto at = file.text.find(opening); at != std::string::npos;
       at = file.text.find(opening, at + 1)) {
    const auto begin = at + opening.size();
    const auto name = file.text.substr(begin, file.text.find('"', begin) - begin);
    const bool camel = !name.empty() && std::isupper(static_cast<unsigned char>(name[0])) &&
                       std::all_of(name.begin(), name.end(), IsIdentifier);
    if (!camel) findings.push_back(At(file, at + 1) + "test name is no CamelCase sentence");
  }
  return findings;
}

std::string Repeat(const std::string& text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

}  // namespace

TEST_CASE("LinesAndFilesAreShort") { RequireNoneInTree(CheckLines); }
TEST_CASE("FunctionsAreShort") { RequireNoneInTree(CheckFunctions); }
TEST_CASE("HeadersBeginWithPragmaOnce") { RequireNoneInTree(CheckPragmaOnce); }
TEST_CASE("TestNamesAreSentences") { RequireNoneInTree(CheckTestNames); }

TEST_CASE("LineCheckFindsLongLinesAndFiles") {
  REQUIRE(CheckLines(MakeFile("a.cc", std::string(100, 'x') + "\n")).empty());
  REQUIRE(CheckLines(MakeFile("a.cc", std::string(101, 'x') + "\n")).size() == 1);
  REQUIRE(CheckLines(MakeFile("a.cc", Repeat("é", 100) + "\n")).empty());
  REQUIRE(CheckLines(MakeFile("a.cc", "x \n")).size() == 1);
  REQUIRE(CheckLines(MakeFile("a.cc", "x")).size() == 1);
  REQUIRE(CheckLines(MakeFile("a.cc", Repeat("x;\n", 500))).empty());
  REQUIRE(CheckLines(MakeFile("a.cc", Repeat("x;\n", 501))).size() == 1);
  REQUIRE(CheckLines(MakeFile("a.txt", std::string(101, 'x') + " ")).empty());
}

TEST_CASE("FunctionCheckCountsBodiesOnly") {
  const std::string body = Repeat("  x();\n", 69);
  const auto count = [](const std::string& text) {
    return CheckFunctions(MakeFile("a.cc", text)).size();
  };
  REQUIRE(count("void F() {\n" + Repeat("x();\n", 68) + "}\n") == 0);
  REQUIRE(count("void F() {\n" + body + "}\n") == 1);
  REQUIRE(count("int C::F(int a = 3) const {\n" + body + "}\n") == 1);
  REQUIRE(count("C& operator=(C c) {\n" + body + "}\n") == 1);
  REQUIRE(count("namespace n {\nclass C : public B {\n int F() {\n" + body + "}\n};\n}\n") == 1);
  REQUIRE(count("template <typename T>\nT F(T t) {\n if (t) {\n" + body + "}\n}\n") == 1);
  REQUIRE(count("C::C() : a_(1) {\n" + body + "}\n") == 1);
  REQUIRE(count("class CAPABILITY(\"m\") C {\n" + body + "};\n") == 0);
  REQUIRE(count("const int kTable[] = {\n" + Repeat("1,\n", 90) + "};\n") == 0);
  REQUIRE(count("namespace n {\n" + Repeat("void F();\n", 90) + "}\n") == 0);
  REQUIRE(count("#if defined(X)\nnamespace n {\n" + Repeat("void F();\n", 90) + "}\n") == 0);
}

TEST_CASE("HeaderAndTestNameChecksFindTheirFault") {
  REQUIRE(CheckPragmaOnce(MakeFile("a.h", "// x\n#pragma once\n")).size() == 1);
  REQUIRE(CheckPragmaOnce(MakeFile("a.cc", "int a;\n")).empty());
  const auto test = [](const std::string& name) {
    return CheckTestNames(MakeFile("a.cc", "\nTEST_CASE(\"" + name + "\") {}\n")).size();
  };
  REQUIRE(test("WorksAsTold") == 0);
  REQUIRE(test("Works, as told") == 1);
  REQUIRE(test("works") == 1);
}
