#pragma once
// Text for people: how wide it is on a terminal, what is safe to print, and how sizes, counts and
// times read. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::cli {

// Columns on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks and
// invisible characters, else 1. Close enough for tables, not a shaping engine.
std::size_t DisplayWidth(std::string_view utf8);
// The longest prefix within `columns`, ending in "…" when something was cut off.
std::string FitWidth(std::string_view utf8, std::size_t columns);

// What may be sent to a terminal whoever wrote it: valid UTF-8 on one line, without control
// characters (escape sequences) and without characters that reorder the text around them.
std::string Printable(std::string_view text);

// Lines of at most `columns` columns, cut at spaces; a longer word stays whole.
std::vector<std::string> WrapText(std::string_view text, std::size_t columns);

// "512 B", "1.5 kB", "4.1 MB": powers of 1000, as disks and links are sold.
std::string FormatBytes(std::uint64_t bytes);
// "1,234,567".
std::string FormatCount(std::uint64_t count);
// "124M", "1.2B": parameters of models.
std::string FormatShortCount(std::uint64_t count);
// "45 s", "3 min 20 s", "2 h 5 min", "3 d 4 h".
std::string FormatDuration(std::int64_t duration_ms);
// As a node states them, which may be any: shown as 1,000 years when they are more.
std::string FormatSeconds(std::int64_t duration_s);

}  // namespace banyan::cli
