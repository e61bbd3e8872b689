#pragma once
// What single characters mean to search (storage/metadata/search_text.h). Safe for concurrent use.

namespace banyan::storage {

// Folds what users type in more than one way: full-width ASCII to ASCII, Arabic letter forms and
// digits to one, every space to U+0020. 0 for a character that search ignores: Arabic vowel signs
// and tatweel, joiners, variation selectors, direction marks, soft hyphens. Letter case and Latin
// accents are left to the tokenizer.
char32_t FoldForSearch(char32_t character);

// Characters of scripts that are written without spaces between words: Han, kana, Thai, Lao,
// Khmer, Myanmar. Each becomes a token of its own.
bool StandsAlone(char32_t character);
// Combining signs of those scripts; they belong to the character before them.
bool JoinsPrevious(char32_t character);

// False for spaces, controls, punctuation and symbols. Exact for ASCII and Latin-1, by block for
// the rest.
bool IsWordCharacter(char32_t character);

}  // namespace banyan::storage
