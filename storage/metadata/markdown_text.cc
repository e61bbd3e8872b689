#include "storage/metadata/markdown_text.h"

#include <md4c.h>

#include "storage/base/utf8.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxInputBytes = 64u << 10;
constexpr std::size_t kMaxTitleBytes = 256;

// The few entities that READMEs use; others stay as written.
std::string_view DecodeEntity(std::string_view entity) {
  static constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&amp;", "&"},  {"&lt;", "<"},   {"&gt;", ">"},   {"&quot;", "\""}, {"&#39;", "'"},
      {"&apos;", "'"}, {"&nbsp;", " "}, {"&copy;", "©"}, {"&mdash;", "—"}, {"&ndash;", "–"},
  };
  for (const auto& [name, text] : kEntities) {
    if (name == entity) return text;
  }
  return entity;
}

// Collects text between the callbacks of md4c.
class Summary {
 public:
  explicit Summary(std::size_t max_description_bytes) : max_bytes_(max_description_bytes) {}

  void Enter(MD_BLOCKTYPE type, void* detail) {
    if (type == MD_BLOCK_H) {
      Flush();
      heading_level_ = static_cast<MD_BLOCK_H_DETAIL*>(detail)->level;
    }
    if (type == MD_BLOCK_P || type == MD_BLOCK_LI) Flush();
    if (IsSkipped(type)) ++skipped_;
  }
  void Leave(MD_BLOCKTYPE type) {
    if (IsSkipped(type)) --skipped_;
    if (type == MD_BLOCK_H) TakeHeading();
    if (type == MD_BLOCK_P || type == MD_BLOCK_LI) Flush();
  }
  void EnterSpan(MD_SPANTYPE type) { images_ += type == MD_SPAN_IMG ? 1 : 0; }
  void LeaveSpan(MD_SPANTYPE type) { images_ -= type == MD_SPAN_IMG ? 1 : 0; }
  void Text(MD_TEXTTYPE type, std::string_view text) {
    if (skipped_ > 0 || images_ > 0) return;
    if (type == MD_TEXT_HTML || type == MD_TEXT_LATEXMATH) return;
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) text = " ";
    if (type == MD_TEXT_NULLCHAR) text = "\uFFFD";
    line_ += type == MD_TEXT_ENTITY ? DecodeEntity(text) : text;
  }
  // Nothing that follows can matter any more.
  bool IsFull() const { return description_.size() > max_bytes_ && title_level_ == 1; }

  MarkdownSummary Finish() {
    Flush();
    return {std::string(TruncateUtf8(title_, kMaxTitleBytes)),
            std::string(TruncateUtf8(description_, max_bytes_))};
  }

 private:
  static bool IsSkipped(MD_BLOCKTYPE type) {
    return type == MD_BLOCK_TABLE || type == MD_BLOCK_CODE || type == MD_BLOCK_HTML;
  }
  // The words of the line; it is empty afterwards.
  std::string TakeLine() {
    std::string words;
    for (const char c : line_) {
      const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
      if (!space) words += c;
      if (space && !words.empty() && words.back() != ' ') words += ' ';
    }
    if (words.ends_with(' ')) words.pop_back();
    line_.clear();
    return words;
  }
  void TakeHeading() {
    const auto line = TakeLine();
    const bool better = title_level_ == 0 || (heading_level_ == 1 && title_level_ != 1);
    if (line.empty() || !better) return;
    title_ = line;
    title_level_ = heading_level_;
  }
  void Flush() {
    const auto line = TakeLine();
    if (line.empty() || description_.size() > max_bytes_) return;
    if (!description_.empty()) description_ += '\n';
    description_ += line;
  }

  const std::size_t max_bytes_;
  int skipped_ = 0;
  int images_ = 0;
  unsigned heading_level_ = 0;
  unsigned title_level_ = 0;
  std::string line_;
  std::string title_;
  std::string description_;
};

Summary& Of(void* user) { return *static_cast<Summary*>(user); }

}  // namespace

MarkdownSummary SummariseMarkdown(std::string_view markdown, std::size_t max_description_bytes) {
  const auto text = RepairUtf8(TruncateUtf8(markdown, kMaxInputBytes));
  Summary summary(max_description_bytes);
  MD_PARSER parser = {};
  parser.flags = MD_FLAG_COLLAPSEWHITESPACE | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* user) {
    Of(user).Enter(type, detail);
    return Of(user).IsFull() ? 1 : 0;
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* user) {
    Of(user).Leave(type);
    return 0;
  };
  parser.enter_span = [](MD_SPANTYPE type, void*, void* user) {
    Of(user).EnterSpan(type);
    return 0;
  };
  parser.leave_span = [](MD_SPANTYPE type, void*, void* user) {
    Of(user).LeaveSpan(type);
    return 0;
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* at, MD_SIZE size, void* user) {
    Of(user).Text(type, {at, size});
    return 0;
  };
  // Stopped early or out of memory: what was collected so far is a summary all the same.
  (void)md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, &summary);
  return summary.Finish();
}

}  // namespace banyan::storage
