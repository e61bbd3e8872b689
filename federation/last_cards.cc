#include "federation/last_cards.h"

#include "federation/format/canonical_json.h"
#include "federation/format/card_link.h"
#include "federation/format/entry_bundle.h"

namespace banyan::federation {
namespace {

using storage::Connection;

Result<LastCards> ListAffected(Connection& connection, LogId log, std::uint64_t size) {
  LastCards affected;
  auto rows = connection.Query(
      "SELECT key FROM repository_card WHERE origin = ? AND (epoch, position) >= (?, ?) "
      "AND number > 0",
      log.origin, log.epoch, size);
  while (rows.Next()) affected[rows.DigestAt<RepositoryKey>(0)] = std::nullopt;
  TRY(rows.status());
  return affected;
}

}  // namespace

Result<LastCards> FindLastCards(Connection& connection, LogId log, std::uint64_t size) {
  auto affected = TRY(ListAffected(connection, log, size));
  if (affected.empty()) return affected;
  for (LogId epoch{log.origin, 0}; epoch.epoch <= log.epoch; ++epoch.epoch) {
    const bool is_cut = epoch.epoch == log.epoch;
    const auto until = is_cut ? size : TRY(CountEntries(connection, epoch));
    std::uint64_t position = 0;
    TRY(ForEachEntry(connection, epoch, 0, until, [&](ByteView bytes) {
      const EntryPlace place{epoch, position++, HashLeaf(bytes)};
      auto entry = ParseCanonical(bytes, {kMaxEntryBytes, 4, true});
      if (!entry || FindString(*entry, "t") != "card") return;
      const auto link = CardLink::Parse(*entry);
      if (!link) return;
      const auto card = affected.find(link->Key(place.leaf));
      if (card != affected.end()) card->second = PlacedCard{place, *std::move(entry)};
    }));
  }
  return affected;
}

}  // namespace banyan::federation
