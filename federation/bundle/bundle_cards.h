#pragma once
// What a bundle is to have: which cards and logs, and what each card reaches. Functions work on the
// connection they are given.

#include <map>
#include <optional>
#include <set>

#include "federation/bundle/bundle_export.h"
#include "federation/format/card.h"
#include "federation/log_rows.h"
#include "storage/history/manifest.h"

namespace banyan::federation {

struct BundleCard {
  std::int64_t row = 0;  // of repository_card
  std::int64_t repository = 0;
  BundleNote::Card place;
  Card card;
};

struct BundleLog {
  NodeId node;
  LogId log;
  std::uint64_t size = 0;
  std::string note;         // its signed head
  std::uint64_t known = 0;  // entries; tiles and bundles that are full of these are left out
};

struct BundlePlan {
  std::vector<BundleCard> cards;
  std::vector<BundleLog> logs;
  std::vector<BundleNote::Card> known;  // content of these is left out
};
// As of one moment, when the connection is a snapshot. Invalid when the head that is asked for is
// none of the logs that are here.
Result<BundlePlan> PlanBundle(storage::Connection& connection, const ExportRequest& request);

// Objects by hash, and contents of the heads of branches and tags.
struct Reached {
  std::set<Sha256> objects;
  std::map<Sha256, storage::ManifestEntry> files;  // by SHA-256
};
// What the repository's latest card reaches, of which all is here.
Result<Reached> ReachedByCard(storage::Connection& connection, const BundleCard& card);
// What an earlier card reached, as far as its trees are still here; nothing when it was not open to
// all.
Result<Reached> ReachedBefore(storage::Connection& connection, const BundleNote::Card& place);

}  // namespace banyan::federation
