#pragma once
// Tables of facts that people edit as text, storage/metadata/data/*.tsv, compiled into the program.
// Fields are separated by tabs; the first line names the columns. Safe for concurrent use.

#include <span>
#include <string_view>
#include <vector>

namespace banyan::storage {

struct EmbeddedTable {
  std::string_view name;  // file name, e.g. "hf-licenses.tsv"
  std::string_view text;
};
std::span<const EmbeddedTable> EmbeddedTables();

using TableRow = std::vector<std::string_view>;  // views into the program itself: never dangle

// The rows below the header, each with as many fields as the header. `name` must exist and be
// well formed (our own mistake otherwise). Splits on every call: keep the result.
std::vector<TableRow> TableRows(std::string_view name);

// The fields between separators; no fields for empty text.
TableRow SplitFields(std::string_view text, char separator);

}  // namespace banyan::storage
