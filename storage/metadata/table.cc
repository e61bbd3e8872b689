#include "storage/metadata/table.h"

#include <algorithm>

#include "storage/base/check.h"

namespace banyan::storage {

TableRow SplitFields(std::string_view text, char separator) {
  TableRow fields;
  if (text.empty()) return fields;
  while (true) {
    const auto end = text.find(separator);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
}

std::vector<TableRow> TableRows(std::string_view name) {
  const auto tables = EmbeddedTables();
  const auto table = std::find_if(tables.begin(), tables.end(),
                                  [&](const EmbeddedTable& each) { return each.name == name; });
  ENSURE(table != tables.end());
  std::vector<TableRow> rows;
  for (const auto line : SplitFields(table->text, '\n')) {
    if (!line.empty()) rows.push_back(SplitFields(line, '\t'));
  }
  ENSURE(!rows.empty());
  const auto columns = rows.front().size();
  for (const auto& row : rows) ENSURE(row.size() == columns);
  rows.erase(rows.begin());
  return rows;
}

}  // namespace banyan::storage
