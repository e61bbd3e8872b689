#pragma once
// What the catalog says of mirrored repositories to those who list, mark or serve them. Functions
// work on the connection they are given.

#include <optional>
#include <string>

#include "federation/content_selection.h"
#include "federation/format/holdings.h"
#include "federation/format/published_name.h"
#include "storage/base/sqlite.h"
#include "storage/history/search_tree.h"

namespace banyan::federation {

// SQL over tables mirror m and repository_card c: to be brought to a state that it is not in, or
// whose files a scrub found damaged. Of cards that are neither live nor yanked there is no content.
inline constexpr std::string_view kIsUnfinished =
    "(m.leaf IS NOT c.leaf OR m.taken <> m.selected) AND c.status IN (0, 1)";

// How far to believe the head of a log that was replayed: nobody but its origin vouches for it.
inline constexpr std::string_view kUnwitnessed = "unwitnessed";

// Where a mirrored repository is from.
struct MirrorMark {
  NodeId origin;
  std::optional<std::int64_t> seen_ms;  // when a peer showed the newest head that is held
  std::string peer;                     // its address; empty: none did yet
  bool is_on_demand = false;  // a file that is not held is fetched when a client asks for it
};
// nullopt for a repository of this node.
Result<std::optional<MirrorMark>> FindMirrorMark(storage::Connection& connection,
                                                 std::int64_t repository);

// What it is published as, by this node or by the one that it is mirrored from; nullopt as long as
// no log tells of it.
Result<std::optional<PublishedName>> FindPublishedName(storage::Connection& connection,
                                                       std::int64_t repository);

// In words, for who is to ask there: the origin's id, and the address of the peer if clients can
// reach one.
std::string DescribeOrigin(const MirrorMark& mark);

// How much content of the manifest's files the repository holds.
Result<Holdings> CountHoldings(storage::Connection& connection, storage::NodeStore& nodes,
                               std::int64_t repository, const Sha256& manifest);

// A repository whose files are for everybody and that has the manifest; nullopt: none.
Result<std::optional<std::int64_t>> FindOpenRepository(storage::Connection& connection,
                                                       const Sha256& manifest);

}  // namespace banyan::federation
