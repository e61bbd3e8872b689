#pragma once
// Lists and search: pages of the repositories a caller may see.
//
// Work per page is bounded whatever is asked, and the answer is exact:
//  - If some condition (search words, a tag, author, licence, task, library) has at most
//    max_candidates hits, the one with the fewest is taken, its hits are filtered and sorted.
//  - Else repositories are walked in sort order and filtered, at most max_examined of them. A walk
//    that stops there gives a page that is shorter than the limit, even empty, with a cursor to go
//    on: "no more" is an empty next_cursor, never a short page.
// One exception to exactness: of words with more than kMaxWordHits hits in a walk, only the
// repositories created last count as hits.
// Repositories the caller may not see are skipped inside the index, count for nothing, and leave
// no trace in a cursor. Pages are keyset pages: one that changes its place in the order between
// two pages may be seen twice or not at all, others are not disturbed.

#include <string>
#include <vector>

#include "storage/catalog/caller.h"
#include "storage/catalog/repositories.h"
#include "storage/catalog/repository_query.h"

namespace banyan::storage {

struct SearchLimits {
  std::size_t max_candidates = 5'000;
  std::size_t max_examined = 5'000;
};
inline constexpr std::size_t kMaxWordHits = 100'000;

struct ListedRepository {
  Repository repository;
  std::vector<std::string> tags;
  std::string metadata;  // JSON, if RepositoryQuery::with_metadata
};
struct RepositoryPage {
  std::vector<ListedRepository> items;
  std::string next_cursor;  // empty: that was all
};

// Invalid for a bad cursor, too many tags, or a search text that MatchQuery refuses. An unknown
// author has no repositories.
Result<RepositoryPage> SearchRepositories(Connection& connection, const Caller& caller,
                                          const RepositoryQuery& query,
                                          const SearchLimits& limits = {});

}  // namespace banyan::storage
