#pragma once
// Text as the full-text index sees it, and queries over it, for all scripts:
//   FTS5 with tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'", detail=full
// That tokenizer splits at everything but letters, digits and marks, lower-cases, and drops Latin
// accents. What it cannot do is done here: a run of Chinese would be one token, so each character
// of a script without spaces is set apart and found again as a phrase; Arabic vowel signs would
// stop a word from matching, so they go. Pure functions, safe for concurrent use.

#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace banyan::storage {

// Raise it when IndexText gives other text for any input: rows made by another version must be
// indexed anew, and FTS5 wants the exact old text to delete a row.
inline constexpr int kSearchTextVersion = 1;
inline constexpr std::size_t kMaxQueryBytes = 1024;
inline constexpr std::size_t kMaxQueryTerms = 32;

// The text to put into the index (and to ask for in snippets). Idempotent; never fails; bytes
// that are not UTF-8 separate words.
std::string IndexText(std::string_view text);

// An FTS5 MATCH expression that finds what all words of the user's text have in common. Every
// term is a quoted string, so nothing the user types is syntax. A run of characters of a script
// without spaces is a phrase; so is "Qwen-7B". The last term, when it is a word of two or more
// characters, also matches longer words that begin with it. Invalid when there is nothing to
// search for, or more than kMaxQueryBytes or kMaxQueryTerms.
Result<std::string> MatchQuery(std::string_view user_query);

}  // namespace banyan::storage
