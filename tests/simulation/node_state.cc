#include "tests/simulation/node_state.h"

#include "federation/head_rows.h"
#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

using namespace federation;
using storage::Connection;

std::vector<std::string> ReadTexts(Connection& connection, const std::string& query) {
  std::vector<std::string> texts;
  auto rows = connection.Query(query);
  while (rows.Next()) texts.push_back(rows.Text(0));
  MUST(Status(rows.status()));
  return texts;
}

// Not here: times, what has a time in it, and what is read by name below.
bool IsLeftOut(const std::string& table, const std::string& column) {
  if (column.ends_with("_ms")) return true;
  if (table == "cosignature") return column == "signature";
  if (table == "fork_evidence") return column == "first" || column == "second";
  if (table == "origin") return column == "peer";  // for whose sake only times are set
  return table == "log_head" && column == "sequence";
}

// Gives each row of the table as a text.
std::string RowsQuery(Connection& connection, const std::string& table) {
  std::string text = "'" + table + "'";
  for (const auto& column :
       ReadTexts(connection, "SELECT name FROM pragma_table_info('" + table + "')")) {
    if (!IsLeftOut(table, column)) text += "||'|'||quote(\"" + column + "\")";
  }
  return "SELECT " + text + " FROM \"" + table + "\"";
}

// Of tables, in an order that does not depend on when their rows were made.
std::string RowsQuery(Connection& connection, const std::vector<std::string>& tables) {
  std::string made;
  for (const auto& table : tables) {
    made += (made.empty() ? "" : " UNION ALL ") + RowsQuery(connection, table);
  }
  return made + " ORDER BY 1";
}

// All nodes have the same tables.
const std::string& QueryOfAll(Connection& connection) {
  static const auto query = RowsQuery(
      connection, ReadTexts(connection,
                            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN "
                            "('peer', 'sqlite_sequence')"));
  return query;
}
// What a node without content answers from.
const std::string& QueryOfShown(Connection& connection) {
  static const auto query =
      RowsQuery(connection, {"heads_journal", "log_head", "log_entry", "cosignature", "origin"});
  return query;
}

std::string ReadRows(Connection& connection, const std::string& query) {
  std::string text;
  for (const auto& row : ReadTexts(connection, query)) text += row + "\n";
  return text;
}

std::string PlacesText(Connection& connection, const std::string& query,
                       const JournalNames& names) {
  std::string text;
  auto rows = connection.Query(query);
  while (rows.Next()) {
    text += rows.Text(0) + "=" +
            names.NameOf({rows.Text(1), static_cast<std::uint64_t>(rows.Int(2))}) + "\n";
  }
  MUST(Status(rows.status()));
  return text;
}

std::string JournalText(Connection& connection, const JournalNames& names) {
  return PlacesText(connection,
                    "SELECT origin || ' ' || epoch, id, sequence FROM log_head, heads_journal",
                    names);
}

std::string EvidenceText(Connection& connection) {
  std::string text;
  auto rows = connection.Query("SELECT first, second FROM fork_evidence ORDER BY origin, epoch");
  while (rows.Next()) text += NoteName(rows.Text(0)) + NoteName(rows.Text(1));
  MUST(Status(rows.status()));
  return text;
}

ServiceMemory::HeldHeads HeldHeadsOf(Connection& connection) {
  ServiceMemory::HeldHeads held;
  auto rows = connection.Query(
      "SELECT node, epoch, size FROM log_head JOIN origin ON id = origin ORDER BY epoch");
  while (rows.Next()) {
    held[NodeId(rows.DigestAt<LogHash>(0))] = {static_cast<std::uint64_t>(rows.Int(1)),
                                               static_cast<std::uint64_t>(rows.Int(2))};
  }
  MUST(Status(rows.status()));
  return held;
}

}  // namespace

void JournalNames::Look(SimNode& node, std::size_t lives) {
  auto lease = MUST(node.database().Read());
  auto rows = lease->Query(
      "SELECT id, sequence, origin || '/' || epoch || '/' || size FROM log_head, heads_journal");
  while (rows.Next()) {
    names_.try_emplace({rows.Text(0), static_cast<std::uint64_t>(rows.Int(1))},
                       std::to_string(lives) + "/" + rows.Text(2));
  }
  MUST(Status(rows.status()));
}

std::string JournalNames::NameOf(const JournalPlace& place) const {
  const auto found = names_.find({place.journal, place.sequence});
  return place.journal + "," +
         (found == names_.end() ? std::to_string(place.sequence) : found->second);
}

NodeState StateOf(SimNode& node, const JournalNames& names, const Watch& watch) {
  auto lease = MUST(node.database().Read());
  const auto all = ReadRows(*lease, QueryOfAll(*lease));
  const bool has_content = node.store() != nullptr;
  NodeState state;
  state.shown =
      (has_content ? all : ReadRows(*lease, QueryOfShown(*lease))) + JournalText(*lease, names);
  state.rest = all + EvidenceText(*lease);
  // How often it failed, and why, only says how long it is left alone.
  state.rest += PlacesText(*lease,
                           "SELECT id || ' ' || quote(node) || (answered_ms IS NULL) || "
                           "(failures > 0), journal, sequence FROM peer",
                           names);
  state.rest +=
      ServiceMemory::ToText(node.service(), MUST(FindJournalPlace(*lease)), HeldHeadsOf(*lease),
                            [&](const JournalPlace& place) { return names.NameOf(place); });
  state.rest += watch.ToText();
  return state;
}

}  // namespace banyan::simulation
