#include "federation/follow/follows.h"

#include <algorithm>

#include "federation/card_meta.h"
#include "federation/origin_rows.h"
#include "storage/base/repository_glob.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr std::size_t kMaxPatternBytes = 256;

// The origin with the rules that there are of it, perhaps none.
Result<FollowedOrigin> ReadFollowed(Connection& connection, std::int64_t row, const NodeId& node) {
  FollowedOrigin origin{row, node, {}};
  auto rows = connection.Query("SELECT pattern FROM follow WHERE origin = ? ORDER BY id", row);
  while (rows.Next()) origin.rules.push_back({node, rows.Text(0)});
  TRY(rows.status());
  return origin;
}

}  // namespace

Result<FollowRule> FollowRule::Parse(std::string_view text) {
  const auto slash = text.find('/');
  FollowRule rule{TRY(NodeId::Parse(text.substr(0, slash))), "*/*/*"};
  if (slash == text.npos) return rule;
  rule.pattern = std::string(text.substr(slash + 1));
  const auto kind = rule.pattern.substr(0, rule.pattern.find('/'));
  const bool has_kind = kind == "models" || kind == "datasets" || kind == "*";
  if (storage::IsRepositoryGlob(rule.pattern) && has_kind &&
      rule.pattern.size() <= kMaxPatternBytes)
    return rule;
  return Error(Errc::Invalid,
               "expected NODE_ID or NODE_ID/KIND/NAMESPACE/NAME, where KIND is models, datasets or "
               "*, and the others may have * in them");
}

std::string FollowRule::ToString() const { return node.ToString() + "/" + pattern; }

bool FollowRule::Selects(const storage::RepositoryId& id) const {
  return storage::MatchesRepository(pattern, id);
}

Status AddFollow(Connection& connection, const FollowRule& rule, std::int64_t now_ms) {
  const auto origin = TRY(NeedOrigin(connection, rule.node));
  if (origin.is_own) {
    return Error(Errc::Invalid, "this is the node itself: it has what it publishes");
  }
  TRY(connection.Execute(
      "INSERT INTO follow(origin, pattern, added_ms) VALUES(?, ?, ?) ON CONFLICT DO NOTHING",
      origin.row, rule.pattern, now_ms));
  // Heads of this origin were passed over so far, also by rounds that are under way: they see that
  // the place is another than they began at.
  TRY(connection.Execute("UPDATE peer SET journal = '', sequence = sequence + 1"));
  return SelectCards(connection, TRY(ReadFollowed(connection, origin.row, rule.node)));
}

Status RemoveFollow(Connection& connection, const FollowRule& rule) {
  const Error unknown(Errc::NotFound, rule.ToString() + " is not followed");
  const auto origin = TRY(FindOrigin(connection, rule.node));
  if (!origin) return unknown;
  TRY(connection.Execute("DELETE FROM follow WHERE pattern = ? AND origin = ?", rule.pattern,
                         origin->row));
  if (connection.Changes() == 0) return unknown;
  return SelectCards(connection, TRY(ReadFollowed(connection, origin->row, rule.node)));
}

Result<std::vector<FollowedOrigin>> ListFollowed(Connection& connection) {
  std::vector<FollowedOrigin> origins;
  auto rows = connection.Query(
      "SELECT origin.id, origin.node, follow.pattern FROM follow "
      "JOIN origin ON origin.id = follow.origin ORDER BY origin.id, follow.id");
  while (rows.Next()) {
    const NodeId node(rows.DigestAt<LogHash>(1));
    if (origins.empty() || origins.back().row != rows.Int(0)) {
      origins.push_back({rows.Int(0), node, {}});
    }
    origins.back().rules.push_back({node, rows.Text(2)});
  }
  TRY(rows.status());
  return origins;
}

Result<std::optional<FollowedOrigin>> FindFollowed(Connection& connection, const NodeId& node) {
  const auto origin = TRY(FindOrigin(connection, node));
  if (!origin) return std::optional<FollowedOrigin>();
  auto followed = TRY(ReadFollowed(connection, origin->row, node));
  if (followed.rules.empty()) return std::optional<FollowedOrigin>();
  return std::optional(std::move(followed));
}

Status SelectCards(Connection& connection, const FollowedOrigin& origin) {
  std::vector<std::int64_t> selected;
  {
    auto rows = connection.Query(
        "SELECT id, meta FROM repository_card WHERE origin = ? AND meta IS NOT NULL", origin.row);
    while (rows.Next()) {
      const auto id = NameInMeta(rows.Blob(1));
      const auto selects = [&](const FollowRule& rule) { return id && rule.Selects(*id); };
      if (std::ranges::any_of(origin.rules, selects)) selected.push_back(rows.Int(0));
    }
    TRY(Status(rows.status()));
  }
  TRY(
      connection.Execute("DELETE FROM mirror WHERE leaf IS NULL AND session = '' AND card IN "
                         "(SELECT id FROM repository_card WHERE origin = ? AND meta IS NOT NULL)",
                         origin.row));
  for (const auto card : selected) {
    TRY(connection.Execute("INSERT INTO mirror(card) VALUES(?) ON CONFLICT DO NOTHING", card));
  }
  return Ok();
}

}  // namespace banyan::federation
