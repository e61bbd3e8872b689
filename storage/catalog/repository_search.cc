#include "storage/catalog/repository_search.h"

#include <algorithm>

#include "storage/catalog/repository_head.h"
#include "storage/catalog/repository_search_sql.h"
#include "storage/metadata/search_text.h"

namespace banyan::storage {
namespace {

Status Validate(const RepositoryQuery& query) {
  if (query.tags.size() + query.languages.size() > kMaxQueryTags) {
    return Error(Errc::Invalid, "a list is filtered by at most " + std::to_string(kMaxQueryTags) +
                                    " tags and languages");
  }
  return Ok();
}

// The words as an FTS5 expression.
Result<std::optional<std::string>> WordsOf(const RepositoryQuery& query) {
  if (query.search.empty()) return std::optional<std::string>();
  return std::optional<std::string>(TRY(MatchQuery(query.search)));
}

// Up to one more than may be candidates.
Result<std::size_t> CountHits(Connection& connection, Source source, SearchParameters& parameters,
                              const SearchLimits& limits) {
  parameters.LimitRows(limits.max_candidates + 1);
  const auto values = parameters.Values();
  auto rows = connection.QueryList(CountSql(source), values);
  const std::size_t hits = rows.Next() ? static_cast<std::size_t>(rows.Int(0)) : 0;
  TRY(rows.status());
  return hits;
}

// Leaves the tag with the fewest hits as the one that drives.
Status ChooseTag(Connection& connection, SearchParameters& parameters, const SearchLimits& limits) {
  std::size_t fewest = SIZE_MAX;
  std::string rarest;
  for (const auto& tag : parameters.tags()) {
    parameters.DriveByTag(tag);
    const auto hits = TRY(CountHits(connection, Source::Tag, parameters, limits));
    if (hits >= fewest) continue;
    fewest = hits;
    rarest = tag;
  }
  if (fewest != SIZE_MAX) parameters.DriveByTag(rarest);
  return Ok();
}

// The source with the fewest hits, if any has few enough.
Result<std::optional<Source>> ChooseSource(Connection& connection, SearchParameters& parameters,
                                           const SearchLimits& limits) {
  TRY(ChooseTag(connection, parameters, limits));
  std::optional<Source> chosen;
  std::size_t fewest = limits.max_candidates + 1;
  for (const auto source : kSources) {
    if (!parameters.Has(source)) continue;
    const auto hits = TRY(CountHits(connection, source, parameters, limits));
    if (hits >= fewest) continue;
    fewest = hits;
    chosen = source;
  }
  return chosen;
}

// The rows of a page, in order.
struct Place {
  std::vector<std::int64_t> rows;
  std::optional<ListCursor> next;
};

// Takes up to `limit` rows that meet the conditions; `next` when there may be more.
Result<Place> Take(Rows rows, std::size_t limit, std::size_t max_examined) {
  Place place;
  ListCursor last;
  std::size_t examined = 0;
  while (rows.Next()) {
    const bool meets = rows.Int(2) != 0;
    if (meets && place.rows.size() == limit) {
      place.next = last;
      return place;
    }
    last = {rows.Int(1), rows.Int(0)};
    if (meets) place.rows.push_back(last.row);
    if (++examined == max_examined) place.next = last;
  }
  TRY(rows.status());
  return place;
}

Result<ListedRepository> ReadItem(Connection& connection, std::int64_t row, bool with_metadata) {
  ListedRepository item;
  item.repository = TRY(GetRepository(connection, row));
  item.tags = TRY(ListTags(connection, row));
  if (with_metadata) item.metadata = TRY(GetMetadata(connection, row));
  return item;
}

}  // namespace

Result<RepositoryPage> SearchRepositories(Connection& connection, const Caller& caller,
                                          const RepositoryQuery& query,
                                          const SearchLimits& limits) {
  TRY(Validate(query));
  std::optional<std::int64_t> author;
  if (!query.author.empty()) {
    const auto account = FindNamespace(connection, query.author);
    if (!account && account.error().code() == Errc::NotFound) return RepositoryPage();
    author = TRY(account).row;
  }
  SearchParameters parameters(caller, query, author, TRY(WordsOf(query)));
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxPageSize);
  const auto source = TRY(ChooseSource(connection, parameters, limits));
  if (!query.cursor.empty()) {
    parameters.StartAfter(TRY(ParseCursor(query.cursor, query.sort, query.ascending)));
  }
  parameters.LimitRows(source ? limit + 1 : limits.max_examined);
  const auto sql = source ? CandidateSql(*source, query.sort, query.ascending)
                          : WalkSql(query.sort, query.ascending);
  const auto values = parameters.Values();
  const auto place =
      TRY(Take(connection.QueryList(sql, values), limit, source ? SIZE_MAX : limits.max_examined));

  RepositoryPage page;
  for (const auto row : place.rows) {
    auto item = ReadItem(connection, row, query.with_metadata);
    if (!item && item.error().code() == Errc::NotFound) continue;  // deleted meanwhile
    page.items.push_back(TRY(std::move(item)));
  }
  if (place.next) page.next_cursor = PrintCursor(*place.next, query.sort, query.ascending);
  return page;
}

}  // namespace banyan::storage
