#include "federation/bundle/bundle_cards.h"

#include <algorithm>

#include "federation/head_rows.h"
#include "federation/last_cards.h"
#include "federation/log_card.h"
#include "federation/mirror/mirror_files.h"
#include "federation/mirror/stated_history.h"
#include "federation/origin_rows.h"
#include "storage/base/repository_glob.h"
#include "storage/history/catalog_nodes.h"

namespace banyan::federation {
namespace {

using storage::Connection;

bool IsSelected(const ExportRequest& request, const storage::RepositoryId& id) {
  return request.patterns.empty() ||
         std::ranges::any_of(request.patterns, [&](const auto& pattern) {
           return storage::MatchesRepository(pattern, id);
         });
}

// Latest cards whose content is here and for everybody.
Result<std::vector<BundleCard>> ListCards(Connection& connection, const ExportRequest& request,
                                          std::set<std::int64_t>& origins) {
  std::vector<BundleCard> cards;
  std::vector<LogId> logs;
  {
    auto rows = connection.Query(
        "SELECT c.id, r.id, o.node, c.epoch, c.position, o.id, r.kind, n.name, r.name "
        "FROM repository_card c JOIN origin o ON o.id = c.origin "
        "JOIN repository r ON r.id = c.repository JOIN namespace n ON n.id = r.namespace "
        "WHERE c.manifest IS NOT NULL AND r.private = 0 AND r.gated = 0 AND r.answer < 2 "
        "AND (o.own = 1 OR EXISTS(SELECT 1 FROM mirror m WHERE m.card = c.id AND m.leaf = c.leaf)) "
        "ORDER BY c.id");
    while (rows.Next()) {
      const storage::RepositoryId id{static_cast<storage::RepositoryKind>(rows.Int(6)),
                                     rows.Text(7), rows.Text(8)};
      if (!IsSelected(request, id)) continue;
      const auto epoch = static_cast<std::uint64_t>(rows.Int(3));
      const BundleNote::Card place{NodeId(rows.DigestAt<LogHash>(2)), epoch,
                                   static_cast<std::uint64_t>(rows.Int(4))};
      cards.push_back({rows.Int(0), rows.Int(1), place, {}});
      logs.push_back({rows.Int(5), epoch});
      origins.insert(rows.Int(5));
    }
    TRY(rows.status());
  }
  for (std::size_t i = 0; i < cards.size(); ++i) {
    cards[i].card = TRY(ReadCard(connection, logs[i], cards[i].place.position));
  }
  return cards;
}

// Without patterns all logs that are held, else this node's and those of `origins`.
Result<std::vector<BundleLog>> ListLogs(Connection& connection, const ExportRequest& request,
                                        const std::set<std::int64_t>& origins) {
  std::vector<BundleLog> logs;
  {
    auto rows = connection.Query(
        "SELECT o.id, o.node, o.own, h.epoch, h.size, h.note FROM log_head h "
        "JOIN origin o ON o.id = h.origin WHERE h.note <> '' ORDER BY o.id, h.epoch");
    while (rows.Next()) {
      const bool is_wanted = request.patterns.empty() || rows.Int(2) != 0;
      if (!is_wanted && !origins.contains(rows.Int(0))) continue;
      logs.push_back({NodeId(rows.DigestAt<LogHash>(1)),
                      {rows.Int(0), static_cast<std::uint64_t>(rows.Int(3))},
                      static_cast<std::uint64_t>(rows.Int(4)),
                      rows.Text(5),
                      0});
    }
    TRY(rows.status());
  }
  return logs;
}

// Those of an origin that are selected by the names that they have here.
Result<std::set<RepositoryKey>> ListSelected(Connection& connection, const ExportRequest& request,
                                             std::int64_t origin) {
  std::set<RepositoryKey> selected;
  auto rows = connection.Query(
      "SELECT c.key, r.kind, n.name, r.name FROM repository_card c "
      "JOIN repository r ON r.id = c.repository JOIN namespace n ON n.id = r.namespace "
      "WHERE c.origin = ?",
      origin);
  while (rows.Next()) {
    const storage::RepositoryId id{static_cast<storage::RepositoryKind>(rows.Int(1)), rows.Text(2),
                                   rows.Text(3)};
    if (IsSelected(request, id)) selected.insert(rows.DigestAt<RepositoryKey>(0));
  }
  TRY(rows.status());
  return selected;
}

// The last card of each repository among the entries of a log that are known. Whoever has these
// entries has the content of what is selected only: a log lists what its readers never asked for.
Result<std::vector<BundleNote::Card>> ListKnownCards(Connection& connection,
                                                     const ExportRequest& request,
                                                     const BundleLog& log) {
  const auto selected = TRY(ListSelected(connection, request, log.log.origin));
  const auto is_known = [&](const RepositoryKey& key) {
    return request.patterns.empty() || selected.contains(key);
  };
  std::vector<BundleNote::Card> cards;
  {
    auto rows = connection.Query(
        "SELECT key, epoch, position FROM repository_card WHERE origin = ? AND number > 0 "
        "AND (epoch, position) < (?, ?)",
        log.log.origin, log.log.epoch, log.known);
    while (rows.Next()) {
      if (!is_known(rows.DigestAt<RepositoryKey>(0))) continue;
      cards.push_back({log.node, static_cast<std::uint64_t>(rows.Int(1)),
                       static_cast<std::uint64_t>(rows.Int(2))});
    }
    TRY(rows.status());
  }
  for (const auto& [key, last] : TRY(FindLastCards(connection, log.log, log.known))) {
    if (!last || !is_known(key)) continue;
    cards.push_back({log.node, last->place.log.epoch, last->place.position});
  }
  return cards;
}

Status LeaveOut(Connection& connection, const ExportRequest& request, BundlePlan& plan) {
  const auto& head = *request.head;
  const auto name = head.log.ToString();
  const auto found = std::ranges::find_if(plan.logs, [&](const auto& log) {
    return log.node == head.log.node && log.log.epoch == head.log.epoch;
  });
  if (found == plan.logs.end()) {
    return Error(Errc::Invalid, "since: the bundle has no log " + name);
  }
  if (head.size > found->size) {
    return Error(Errc::Invalid, "since: a head of " + std::to_string(head.size) + " entries of " +
                                    name + ", of which " + std::to_string(found->size) +
                                    " are signed here: name an earlier one");
  }
  if (head.root && TRY(ReadFrontier(connection, found->log, head.size)).Root() != *head.root) {
    return Error(Errc::Invalid,
                 "since: what is here of " + name + " does not begin with that head");
  }
  for (auto& log : plan.logs) {
    if (log.node == head.log.node && log.log.epoch < head.log.epoch) log.known = log.size;
  }
  found->known = head.size;
  plan.known = TRY(ListKnownCards(connection, request, *found));
  return Ok();
}

// Of the heads of branches and tags.
Status AddFiles(storage::NodeStore& nodes, const StatedHistory& stated, Reached& reached) {
  for (const auto& [oid, entry] : TRY(ListBlobs(nodes, stated.RefManifests(), {}))) {
    reached.files.emplace(entry.sha256, entry);
  }
  return Ok();
}

Status AddTree(storage::NodeStore& nodes, const Sha256& root, Reached& reached) {
  std::map<Sha256, bool> seen;
  TRY(storage::ListNodes(nodes, root, seen));
  for (const auto& [id, unused] : seen) reached.objects.insert(id);
  return Ok();
}

Result<Reached> ReachedByTrees(Connection& connection, const CardContent& content) {
  storage::CatalogNodes nodes(connection);
  Reached reached;
  TRY(AddTree(nodes, content.refs, reached));
  TRY(AddTree(nodes, content.commits, reached));
  const auto stated = TRY(ReadStatedHistory(nodes, content));
  for (const auto& [oid, entry] : stated.commits) {
    reached.objects.insert(entry.body);
    if (entry.manifest) TRY(AddTree(nodes, *entry.manifest, reached));
  }
  TRY(AddFiles(nodes, stated, reached));
  return reached;
}

}  // namespace

Result<BundlePlan> PlanBundle(Connection& connection, const ExportRequest& request) {
  BundlePlan plan;
  std::set<std::int64_t> origins;
  plan.cards = TRY(ListCards(connection, request, origins));
  plan.logs = TRY(ListLogs(connection, request, origins));
  if (request.since) plan.known = request.since->cards;
  if (request.head) TRY(LeaveOut(connection, request, plan));
  return plan;
}

Result<Reached> ReachedByCard(Connection& connection, const BundleCard& card) {
  storage::CatalogNodes nodes(connection);
  Reached reached;
  {
    auto rows = connection.Query("SELECT id FROM open_object WHERE card = ?", card.row);
    while (rows.Next()) reached.objects.insert(rows.DigestAt<Sha256>(0));
    TRY(rows.status());
  }
  TRY(AddFiles(nodes, TRY(ReadStatedHistory(nodes, *card.card.content)), reached));
  return reached;
}

Result<Reached> ReachedBefore(Connection& connection, const BundleNote::Card& place) {
  const auto origin = TRY(FindOrigin(connection, place.origin));
  if (!origin) return Reached();
  const auto card = ReadCard(connection, {origin->row, place.epoch}, place.position);
  // What only those may read whom the origin granted it was in no bundle.
  if (!card || !card->content || card->access != CardAccess::Open) return Reached();
  auto reached = ReachedByTrees(connection, *card->content);
  if (!reached && reached.error().code() == Errc::NotFound) return Reached();
  if (reached && card->meta) reached->objects.insert(*card->meta);
  if (reached && card->content->licence_text) reached->objects.insert(*card->content->licence_text);
  return reached;
}

}  // namespace banyan::federation
