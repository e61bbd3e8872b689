#pragma once
// What a README says, as plain text for lists and search: its title and first paragraphs. Pure
// functions, safe for concurrent use. md4c stays inside markdown_text.cc.

#include <string>
#include <string_view>

namespace banyan::storage {

struct MarkdownSummary {
  std::string title;        // the first heading of level 1, else the first heading; one line
  std::string description;  // paragraphs and list items in order, one a line
};

// Reads the first 64 KiB of `markdown` (without front matter; bytes that are not UTF-8 are
// repaired). Emphasis, links and inline code give their text; headings, images, tables, code
// blocks and HTML give nothing. `title` has at most 256 bytes, `description` at most
// `max_description_bytes`, both cut between characters.
MarkdownSummary SummariseMarkdown(std::string_view markdown,
                                  std::size_t max_description_bytes = 2048);

}  // namespace banyan::storage
