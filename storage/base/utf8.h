#pragma once
// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. Pure
// functions, safe for concurrent use.

#include <string>
#include <string_view>

namespace banyan {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;

struct CodePoint {
  char32_t value = kReplacementCharacter;
  std::size_t size_bytes = 1;  // how far to advance; 1 when the bytes are not UTF-8
  bool valid = false;
};

// The first character of `text`, which must not be empty. Bytes that are not UTF-8 give
// U+FFFD, not valid, one byte long.
CodePoint DecodeUtf8(std::string_view text);

// Appends a character; a surrogate or a value above U+10FFFF becomes U+FFFD.
void AppendUtf8(std::string& out, char32_t character);

bool IsUtf8(std::string_view text);

// The same text with every byte that is not UTF-8 replaced by U+FFFD.
std::string RepairUtf8(std::string_view text);

// The longest prefix of at most `max_bytes` bytes that does not end inside a character.
std::string_view TruncateUtf8(std::string_view text, std::size_t max_bytes);

}  // namespace banyan
