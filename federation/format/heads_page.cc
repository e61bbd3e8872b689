#include "federation/format/heads_page.h"

#include <algorithm>
#include <charconv>

#include "federation/format/note.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kJournalDigits = 16;

Error Malformed() { return Error(Errc::Invalid, "a page of heads: malformed"); }

bool IsJournal(std::string_view text) {
  return text.size() == kJournalDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// A decimal number; that it has no leading zeros shows when it is rendered again.
Result<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return Malformed();
  return number;
}

// Takes "<word> <a> <b>\n" from the front of `text`.
Result<std::pair<std::string_view, std::string_view>> TakeLine(std::string_view& text,
                                                               std::string_view word) {
  const auto line = text.substr(0, text.find('\n'));
  const auto space = line.rfind(' ');
  const bool is_whole = line.size() < text.size() && line.starts_with(word);
  if (!is_whole || space == line.npos || space <= word.size()) return Malformed();
  text.remove_prefix(line.size() + 1);
  return std::pair(line.substr(word.size() + 1, space - word.size() - 1), line.substr(space + 1));
}

}  // namespace

Result<JournalPlace> JournalPlace::Parse(std::string_view text) {
  const Error malformed(Errc::Invalid, "expected <journal>,<sequence>");
  const auto comma = text.find(',');
  if (comma == text.npos || !IsJournal(text.substr(0, comma))) return malformed;
  const auto sequence = TRY(ParseNumber(text.substr(comma + 1)));
  JournalPlace place{std::string(text.substr(0, comma)), sequence};
  if (place.ToString() != text) return malformed;
  return place;
}

std::string JournalPlace::ToString() const { return journal + "," + std::to_string(sequence); }

Result<HeadsPage> HeadsPage::Parse(std::string_view text) {
  if (text.size() > kMaxHeadsBytes) return Error(Errc::TooLarge, "a page of heads: too large");
  HeadsPage page;
  std::string_view left = text;
  const auto [journal, sequence] = TRY(TakeLine(left, "journal"));
  if (!IsJournal(journal)) return Malformed();
  page.upto.journal = std::string(journal);
  page.upto.sequence = TRY(ParseNumber(sequence));
  while (!left.empty()) {
    if (page.heads.size() == kMaxHeadsAtOnce) return Error(Errc::TooLarge, "too many heads");
    const auto [age, length] = TRY(TakeLine(left, "head"));
    const auto size = TRY(ParseNumber(length));
    if (size > kMaxNoteBytes || size > left.size()) return Malformed();
    const auto age_s = TRY(ParseNumber(age));
    page.heads.push_back({age_s, std::string(left.substr(0, size))});
    left.remove_prefix(size);
  }
  if (page.ToString() != text) return Malformed();
  return page;
}

std::string HeadsPage::ToString() const {
  std::string text = "journal " + upto.journal + " " + std::to_string(upto.sequence) + "\n";
  for (const auto& head : heads) {
    text += "head " + std::to_string(head.age_s) + " " + std::to_string(head.note.size()) + "\n";
    text += head.note;
  }
  return text;
}

}  // namespace banyan::federation
