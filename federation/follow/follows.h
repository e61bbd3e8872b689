#pragma once
// Which repositories of which origins this node mirrors, as rows of the catalog. Functions work on
// the connection they are given; those that change something inside Database::Write.

#include <optional>
#include <string>
#include <vector>

#include "federation/format/node_id.h"
#include "storage/base/repository_name.h"
#include "storage/base/sqlite.h"

namespace banyan::federation {

// "<node id>" for all of an origin, or "<node id>/<kind>/<namespace>/<name>", the last three as
// globs: "models/*/whisper-*". A value.
struct FollowRule {
  NodeId node;
  std::string pattern;  // "<kind>/<namespace>/<name>"; all of them: "*/*/*"

  // Invalid for anything else; says what is expected.
  static Result<FollowRule> Parse(std::string_view text);
  std::string ToString() const;
  bool Selects(const storage::RepositoryId& id) const;
};

// An origin that is followed, and by what.
struct FollowedOrigin {
  std::int64_t row = 0;
  NodeId node;
  std::vector<FollowRule> rules;
};

// What a rule newly selects of the cards that are here is entered into the table mirror, what none
// selects any more taken out (SelectCards).
//
// Invalid for this node itself. A rule that is there already changes nothing.
Status AddFollow(storage::Connection& connection, const FollowRule& rule, std::int64_t now_ms);
// Exactly this rule; NotFound when it is not there. What was mirrored by it stays.
Status RemoveFollow(storage::Connection& connection, const FollowRule& rule);
Result<std::vector<FollowedOrigin>> ListFollowed(storage::Connection& connection);
// nullopt: no rule is of this node.
Result<std::optional<FollowedOrigin>> FindFollowed(storage::Connection& connection,
                                                   const NodeId& node);

// After cards came. Enters into the table mirror each card of the origin that a rule selects by the
// names in its meta object, and takes out those that no rule selects and nothing arrived of.
Status SelectCards(storage::Connection& connection, const FollowedOrigin& origin);

}  // namespace banyan::federation
