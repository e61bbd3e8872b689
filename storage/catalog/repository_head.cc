#include "storage/catalog/repository_head.h"

#include <set>

#include "storage/catalog/repository_text.h"

namespace banyan::storage {
namespace {

std::string OrNone(const std::string& value) {
  return value.size() <= kMaxTagBytes ? value : std::string();
}

std::set<std::string> AllTags(const RepositoryHead& head) {
  std::set<std::string> tags;
  const auto add = [&](const std::string& tag) {
    if (!tag.empty() && tag.size() <= kMaxTagBytes && tags.size() < kMaxTags) tags.insert(tag);
  };
  add(head.task);
  add(head.library);
  for (const auto& language : head.languages) add("language:" + language);
  for (const auto& tag : head.tags) add(tag);
  return tags;
}

}  // namespace

Status SetRepositoryHead(Connection& connection, std::int64_t repository,
                         const RepositoryHead& head, std::int64_t now_ms) {
  const auto text = TRY(GetSearchText(connection, repository));
  TRY(connection.Execute(
      "UPDATE repository SET head = ?1, described = ?1, head_bytes = ?2, head_files = ?3, "
      "licence = ?4, task = ?5, library = ?6, parameters = ?7, updated_ms = ?8 WHERE id = ?9",
      head.commit, head.bytes, head.files, OrNone(head.licence), OrNone(head.task),
      OrNone(head.library), head.parameters, now_ms, repository));
  TRY(connection.Execute("UPDATE repository_document SET metadata = ? WHERE repository = ?",
                         head.metadata, repository));
  TRY(connection.Execute("DELETE FROM repository_tag WHERE repository = ?", repository));
  for (const auto& tag : AllTags(head)) {
    TRY(connection.Execute("INSERT INTO repository_tag(tag, repository) VALUES(?, ?)", tag,
                           repository));
  }
  return SetSearchText(connection, repository, WithHeadText(text, head.search_text));
}

Result<std::vector<std::string>> ListTags(Connection& connection, std::int64_t repository) {
  auto rows = connection.Query("SELECT tag FROM repository_tag WHERE repository = ? ORDER BY tag",
                               repository);
  std::vector<std::string> tags;
  while (rows.Next()) tags.push_back(rows.Text(0));
  TRY(rows.status());
  return tags;
}

Result<std::string> GetMetadata(Connection& connection, std::int64_t repository) {
  auto rows =
      connection.Query("SELECT metadata FROM repository_document WHERE repository = ?", repository);
  const bool found = rows.Next();
  TRY(rows.status());
  if (!found) return Error(Errc::NotFound, "no such repository");
  return rows.Text(0);
}

}  // namespace banyan::storage
