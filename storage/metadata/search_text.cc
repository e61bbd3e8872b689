#include "storage/metadata/search_text.h"

#include <vector>

#include "storage/base/utf8.h"
#include "storage/metadata/search_characters.h"

namespace banyan::storage {
namespace {

// Calls `emit` with each character that search sees, in order.
template <typename Emit>
void ForEachFolded(std::string_view text, Emit emit) {
  while (!text.empty()) {
    const auto next = DecodeUtf8(text);
    text.remove_prefix(next.size_bytes);
    const auto folded = FoldForSearch(next.value);
    if (folded != 0) emit(folded);
  }
}

// A word as the user typed it, or a run of characters that each stand alone.
struct Term {
  bool alone = false;
  std::string text;  // characters that stand alone are separated by spaces
  std::size_t word_characters = 0;
};

// Cuts at spaces and where the kind of script changes.
std::vector<Term> SplitTerms(std::string_view query) {
  std::vector<Term> terms;
  bool open = false;
  ForEachFolded(query, [&](char32_t c) {
    if (c == U' ') {
      open = false;
      return;
    }
    const bool joins = open && terms.back().alone && JoinsPrevious(c);
    const bool alone = StandsAlone(c) || joins;
    if (!open || terms.back().alone != alone) terms.push_back({alone, {}, 0});
    open = true;
    auto& term = terms.back();
    if (alone && !joins && !term.text.empty()) term.text += ' ';
    AppendUtf8(term.text, c);
    if (IsWordCharacter(c)) ++term.word_characters;
  });
  std::erase_if(terms, [](const Term& term) { return term.word_characters == 0; });
  return terms;
}

// A string of FTS5's query language.
std::string Quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    quoted.push_back(c);
    if (c == '"') quoted.push_back('"');
  }
  return quoted + '"';
}

}  // namespace

std::string IndexText(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  bool after_alone = false;
  ForEachFolded(text, [&](char32_t c) {
    const bool joins = after_alone && JoinsPrevious(c);
    const bool alone = StandsAlone(c) || joins;
    const bool at_gap = out.empty() || out.back() == ' ';
    if (c == U' ') {
      after_alone = false;
      if (!at_gap) out += ' ';
      return;
    }
    if (!joins && (alone || after_alone) && !at_gap) out += ' ';
    AppendUtf8(out, c);
    after_alone = alone;
  });
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

Result<std::string> MatchQuery(std::string_view user_query) {
  if (user_query.size() > kMaxQueryBytes) {
    return Error(Errc::Invalid, "search text is longer than 1,024 bytes: use fewer words");
  }
  const auto terms = SplitTerms(user_query);
  if (terms.empty()) return Error(Errc::Invalid, "search text has no letter or digit");
  if (terms.size() > kMaxQueryTerms) {
    return Error(Errc::Invalid, "search text has more than 32 words: use fewer");
  }
  std::string query;
  for (const auto& term : terms) {
    // Side by side means AND; FTS5 leaves out a string in which its tokenizer finds no word.
    if (!query.empty()) query += ' ';
    query += Quote(term.text);
  }
  if (!terms.back().alone && terms.back().word_characters >= 2) query += '*';
  return query;
}

}  // namespace banyan::storage
