#include "tests/node/http_examples.h"

#include <algorithm>
#include <optional>

namespace banyan::node {
namespace {

constexpr std::string_view kFence = "```";

// Lines of a text, numbered from 1.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> Next() {
    if (rest_.empty()) return std::nullopt;
    ++number_;
    const auto line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
    return line;
  }
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

Error At(const std::string& page, std::size_t line, std::string_view what) {
  return Error(Errc::Invalid, page + ":" + std::to_string(line) + ": " + std::string(what));
}

bool HasWord(std::string_view opening, std::string_view word) {
  return (" " + std::string(opening) + " ").find(" " + std::string(word) + " ") !=
         std::string::npos;
}

Result<std::string> FromHexLines(std::string_view text) {
  std::string digits;
  Lines lines(text);
  while (const auto line = lines.Next()) {
    for (const char c : line->substr(0, line->find('#'))) {
      if (c != ' ') digits += c;
    }
  }
  const Bytes bytes = TRY(ParseHex(digits));
  return std::string(AsText(bytes));
}

// The message between the fences; `lines` stands behind the opening one.
Result<HttpBlock> ReadBlock(const std::string& page, std::string_view opening, Lines& lines) {
  HttpBlock block;
  block.line = lines.number();
  block.is_hex = HasWord(opening, "hex");
  block.is_repeated = HasWord(opening, "repeated");
  bool in_body = false;
  for (auto line = lines.Next(); line != kFence; line = lines.Next()) {
    if (!line) return At(page, block.line, "the block has no end");
    if (in_body) {
      block.body += (block.body.empty() ? "" : "\n") + std::string(*line);
    } else if (block.start.empty()) {
      block.start = *line;
    } else if (line->empty()) {
      in_body = true;
    } else {
      const auto colon = line->find(": ");
      if (colon == line->npos) return At(page, lines.number(), "a header or an empty line is due");
      block.headers.Add(line->substr(0, colon), line->substr(colon + 2));
    }
  }
  if (block.is_hex) block.body = TRY(FromHexLines(block.body).Context(page));
  return block;
}

}  // namespace

Result<std::vector<HttpExample>> ReadExamples(const std::string& page, std::string_view text) {
  std::vector<HttpExample> examples;
  std::optional<HttpBlock> request;
  Lines lines(text);
  while (const auto line = lines.Next()) {
    if (line->starts_with("```http request")) {
      if (request) return At(page, request->line, "a request without a response");
      request = TRY(ReadBlock(page, *line, lines));
    } else if (line->starts_with("```http response")) {
      if (!request) return At(page, lines.number(), "a response without a request");
      auto response = TRY(ReadBlock(page, *line, lines));
      examples.push_back({page, *std::move(request), std::move(response)});
      request.reset();
    } else if (line->starts_with("```http")) {
      return At(page, lines.number(), "is this a request or a response?");
    }
  }
  if (request) return At(page, request->line, "a request without a response");
  return examples;
}

}  // namespace banyan::node
