#include "storage/catalog/repository_text.h"

#include "storage/base/utf8.h"
#include "storage/metadata/search_text.h"

namespace banyan::storage {

std::string NameText(std::string_view owner, std::string_view name) {
  std::string squeezed(name);
  std::erase_if(squeezed, [](char c) { return c == '-' || c == '_' || c == '.'; });
  std::string text = std::string(owner) + " " + std::string(name);
  if (squeezed != name) text += " " + squeezed;
  return IndexText(text);
}

std::string WithNameText(std::string_view text, std::string_view name_text) {
  const auto line_end = text.find('\n');
  if (line_end == text.npos) return std::string(name_text);
  return std::string(name_text) + std::string(text.substr(line_end));
}

std::string WithHeadText(std::string_view text, std::string_view head_text) {
  return std::string(text.substr(0, text.find('\n'))) + "\n" + std::string(head_text);
}

Result<std::string> GetSearchText(Connection& connection, std::int64_t repository) {
  auto rows = connection.Query("SELECT search_text FROM repository_document WHERE repository = ?",
                               repository);
  const bool found = rows.Next();
  TRY(rows.status());
  if (!found) return Error(Errc::NotFound, "no such repository");
  return rows.Text(0);
}

Status SetSearchText(Connection& connection, std::int64_t repository, std::string_view text) {
  text = TruncateUtf8(text, kMaxSearchTextBytes);
  const auto before = TRY(GetSearchText(connection, repository));
  if (before == text) return Ok();
  if (!before.empty()) {
    TRY(connection.Execute(
        "INSERT INTO repository_text(repository_text, rowid, search_text) VALUES('delete', ?, ?)",
        repository, before));
  }
  TRY(connection.Execute("UPDATE repository_document SET search_text = ? WHERE repository = ?",
                         text, repository));
  if (text.empty()) return Ok();
  return connection.Execute("INSERT INTO repository_text(rowid, search_text) VALUES(?, ?)",
                            repository, text);
}

}  // namespace banyan::storage
