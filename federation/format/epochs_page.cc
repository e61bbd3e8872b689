#include "federation/format/epochs_page.h"

#include <charconv>

#include "federation/format/note.h"

namespace banyan::federation {
namespace {

constexpr std::string_view kWord = "epoch ";

Error Malformed() { return Error(Errc::Invalid, "a page of epochs: malformed"); }

// That it has no leading zeros shows when it is rendered again.
Result<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return Malformed();
  return number;
}

}  // namespace

Result<EpochsPage> EpochsPage::Parse(std::string_view text) {
  if (text.size() > kMaxEpochsBytes) return Error(Errc::TooLarge, "a page of epochs: too large");
  EpochsPage page;
  std::string_view left = text;
  while (!left.empty()) {
    const auto line = left.substr(0, left.find('\n'));
    const auto space = line.rfind(' ');
    if (line.size() == left.size() || !line.starts_with(kWord) || space < kWord.size()) {
      return Malformed();
    }
    const auto epoch = TRY(ParseNumber(line.substr(kWord.size(), space - kWord.size())));
    const auto length = TRY(ParseNumber(line.substr(space + 1)));
    left.remove_prefix(line.size() + 1);
    const bool follows = page.epochs.empty() || epoch == page.epochs.back().epoch + 1;
    if (!follows || length > kMaxNoteBytes || length > left.size()) return Malformed();
    page.epochs.push_back({epoch, std::string(left.substr(0, length))});
    left.remove_prefix(length);
  }
  if (page.ToString() != text) return Malformed();
  return page;
}

std::string EpochsPage::ToString() const {
  std::string text;
  for (const auto& [epoch, note] : epochs) {
    text += std::string(kWord) + std::to_string(epoch) + " " + std::to_string(note.size()) + "\n";
    text += note;
  }
  return text;
}

}  // namespace banyan::federation
