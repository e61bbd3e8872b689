#include "storage/catalog/repository_search_sql.h"

#include "storage/base/json.h"
#include "storage/catalog/repository_search.h"

namespace banyan::storage {
namespace {

// Parameters, in the order of SearchParameters::Values.
//   ?1 kind            ?2 sees all          ?3 namespaces (JSON)   ?4 ?5 start: value, row
//   ?6 limit           ?7 author            ?8 licence             ?9 task
//   ?10 library        ?11 min, ?12 max parameters                 ?13 gated
//   ?14 words          ?15..?22 tags        ?23 driving tag
// Naming the last makes every statement take all of them.
constexpr const char* kAllParameters = "?23 IS ?23";

constexpr const char* kVisible =
    "r.kind = ?1 AND (r.private = 0 OR ?2 OR r.namespace IN (SELECT value FROM json_each(?3))) "
    "AND r.answer NOT IN (1, 3)";

constexpr const char* kConditions =
    "(?7 IS NULL OR r.namespace = ?7) AND (?8 IS NULL OR r.licence = ?8) AND "
    "(?9 IS NULL OR r.task = ?9) AND (?10 IS NULL OR r.library = ?10) AND "
    "(?11 IS NULL OR r.parameters >= ?11) AND (?12 IS NULL OR r.parameters <= ?12) AND "
    "(?13 IS NULL OR (r.gated <> 0) = ?13)";

// The hits are gathered once per statement: asking the index row by row would look the words up
// anew each time.
std::string WordsCondition() {
  return " AND (?14 IS NULL OR r.id IN (SELECT rowid FROM repository_text WHERE "
         "repository_text MATCH ?14 ORDER BY rowid DESC LIMIT " +
         std::to_string(kMaxWordHits) + "))";
}

std::string TagConditions() {
  std::string sql;
  for (std::size_t i = 0; i < kMaxQueryTags; ++i) {
    const std::string tag = "?" + std::to_string(15 + i);
    sql += " AND (" + tag + " IS NULL OR EXISTS(SELECT 1 FROM repository_tag WHERE tag = " + tag +
           " AND repository = r.id))";
  }
  return sql;
}

struct SortColumn {
  const char* column;
  const char* index;
};
SortColumn ColumnOf(SortKey sort) {
  switch (sort) {
    case SortKey::LastModified: return {"r.updated_ms", "repository_updated"};
    case SortKey::CreatedAt: return {"r.created_ms", "repository_created"};
    case SortKey::Downloads: return {"r.downloads", "repository_downloads"};
    case SortKey::Likes: return {"r.likes", "repository_likes"};
  }
  return {"r.id", "repository_updated"};
}

// From the start on, in order, limited.
std::string InOrder(SortKey sort, bool ascending) {
  const std::string column = ColumnOf(sort).column;
  const std::string direction = ascending ? " ASC" : " DESC";
  return " AND (" + column + ", r.id) " + (ascending ? ">" : "<") + " (?4, ?5) AND " +
         kAllParameters + " ORDER BY " + column + direction + ", r.id" + direction + " LIMIT ?6";
}

const char* HitsOf(Source source) {
  switch (source) {
    case Source::Author: return "SELECT id FROM repository WHERE namespace = ?7 AND kind = ?1";
    case Source::Tag: return "SELECT repository AS id FROM repository_tag WHERE tag = ?23";
    case Source::Task: return "SELECT id FROM repository WHERE task = ?9 AND kind = ?1";
    case Source::Library: return "SELECT id FROM repository WHERE library = ?10 AND kind = ?1";
    case Source::Licence: return "SELECT id FROM repository WHERE licence = ?8 AND kind = ?1";
    case Source::Words:
      return "SELECT rowid AS id FROM repository_text WHERE repository_text MATCH ?14";
  }
  return "";
}

std::string NamespacesOf(const Caller& caller) {
  Json rows = Json::array();
  if (caller.user != 0) rows.push_back(caller.user);
  for (const auto& membership : caller.memberships) rows.push_back(membership.organisation);
  return DumpJson(rows);
}

std::optional<std::string_view> Given(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

SearchParameters::SearchParameters(const Caller& caller, const RepositoryQuery& query,
                                   std::optional<std::int64_t> author,
                                   std::optional<std::string> words)
    : query_(query),
      sees_all_(caller.IsOperator()),
      namespaces_(NamespacesOf(caller)),
      author_(author),
      words_(std::move(words)),
      tags_(query.tags) {
  for (const auto& language : query.languages) tags_.push_back("language:" + language);
  ENSURE(tags_.size() <= kMaxQueryTags);
  start_ = query.ascending ? ListCursor{INT64_MIN, INT64_MIN} : ListCursor{INT64_MAX, INT64_MAX};
}

bool SearchParameters::Has(Source source) const {
  switch (source) {
    case Source::Author: return author_.has_value();
    case Source::Tag: return driving_tag_.has_value();
    case Source::Task: return !query_.task.empty();
    case Source::Library: return !query_.library.empty();
    case Source::Licence: return !query_.licence.empty();
    case Source::Words: return words_.has_value();
  }
  return false;
}

std::vector<SqlValue> SearchParameters::Values() const {
  std::vector<SqlValue> values = {static_cast<int>(query_.kind),
                                  sees_all_,
                                  namespaces_,
                                  start_.value,
                                  start_.row,
                                  limit_,
                                  author_,
                                  Given(query_.licence),
                                  Given(query_.task),
                                  Given(query_.library),
                                  query_.parameters.min,
                                  query_.parameters.max,
                                  query_.gated,
                                  words_};
  for (std::size_t i = 0; i < kMaxQueryTags; ++i) {
    values.push_back(i < tags_.size() ? SqlValue(tags_[i]) : SqlValue(nullptr));
  }
  values.emplace_back(driving_tag_);
  return values;
}

std::string CountSql(Source source) {
  return "SELECT count(*) FROM (" + std::string(HitsOf(source)) + " LIMIT ?6) WHERE " +
         kAllParameters;
}

std::string CandidateSql(Source source, SortKey sort, bool ascending) {
  // CROSS JOIN keeps the hits as the outer loop.
  return "SELECT r.id, " + std::string(ColumnOf(sort).column) + ", 1 FROM (" + HitsOf(source) +
         ") s CROSS JOIN repository r ON r.id = s.id WHERE " + kVisible + " AND " + kConditions +
         TagConditions() + (source == Source::Words ? "" : WordsCondition()) +
         InOrder(sort, ascending);
}

std::string WalkSql(SortKey sort, bool ascending) {
  const auto column = ColumnOf(sort);
  // CASE, because only a condition stops at the first OR and AND that decides it; a value does not.
  return "SELECT r.id, " + std::string(column.column) + ", CASE WHEN " + kConditions +
         TagConditions() + WordsCondition() + " THEN 1 ELSE 0 END FROM repository r " +
         "INDEXED BY " + column.index + " WHERE " + kVisible + InOrder(sort, ascending);
}

}  // namespace banyan::storage
