#pragma once
// A repository's search text. Line 1 is made from its name, the rest from its head. The full-text
// index is "external content": it must be told the exact text it forgets, so that every change
// goes through SetSearchText.

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/sqlite.h"

namespace banyan::storage {

inline constexpr std::size_t kMaxSearchTextBytes = 256u << 10;

// "owner name" and the name without separators, so that "llama3" finds "Llama-3".
std::string NameText(std::string_view owner, std::string_view name);
// `text` with its first line replaced; with the lines after the first replaced.
std::string WithNameText(std::string_view text, std::string_view name_text);
std::string WithHeadText(std::string_view text, std::string_view head_text);

Result<std::string> GetSearchText(Connection& connection, std::int64_t repository);
// Replaces the row's text and its index entry; cut to kMaxSearchTextBytes. Inside Database::Write.
Status SetSearchText(Connection& connection, std::int64_t repository, std::string_view text);

}  // namespace banyan::storage
