#pragma once
// The statements behind storage/catalog/repository_search.h. Their texts form a small fixed set,
// whatever clients ask (prepared statements are kept): a condition that is not asked for is bound
// as NULL, not left out. All share one list of parameters.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/sqlite.h"
#include "storage/catalog/caller.h"
#include "storage/catalog/repository_query.h"

namespace banyan::storage {

// Conditions that can drive a search: each has an index that gives its hits. In the order of
// preference for equal counts.
enum class Source { Author, Tag, Task, Library, Licence, Words };
inline constexpr Source kSources[] = {Source::Author,  Source::Tag,     Source::Task,
                                      Source::Library, Source::Licence, Source::Words};

// A query's conditions as statement parameters. Owns what they refer to.
class SearchParameters {
 public:
  // `author` is the namespace's row, `words` an FTS5 expression.
  SearchParameters(const Caller& caller, const RepositoryQuery& query,
                   std::optional<std::int64_t> author, std::optional<std::string> words);

  // Can `source` drive? Tag: the one chosen by DriveByTag.
  bool Has(Source source) const;
  const std::vector<std::string>& tags() const { return tags_; }
  void DriveByTag(const std::string& tag) { driving_tag_ = tag; }
  void StartAfter(const ListCursor& cursor) { start_ = cursor; }
  void LimitRows(std::size_t limit) { limit_ = limit; }

  // Binds all parameters; valid until this object changes.
  std::vector<SqlValue> Values() const;

 private:
  const RepositoryQuery& query_;
  bool sees_all_;
  std::string namespaces_;  // JSON list of rows whose private repositories the caller sees
  std::optional<std::int64_t> author_;
  std::optional<std::string> words_;
  std::vector<std::string> tags_;
  std::optional<std::string> driving_tag_;
  ListCursor start_;
  std::size_t limit_ = 0;
};

// One row, one column: how many hits the source has, counted up to the limit.
std::string CountSql(Source source);
// Rows (id, sort value, 1) that meet all conditions, from the source's hits, sorted.
std::string CandidateSql(Source source, SortKey sort, bool ascending);
// Rows (id, sort value, whether it meets all conditions) of all visible repositories, sorted.
std::string WalkSql(SortKey sort, bool ascending);

}  // namespace banyan::storage
