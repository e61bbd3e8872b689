#pragma once
// The peers that are asked, as rows of the catalog: those that the operator named, and those that
// were found (learned_peers.h). Functions work on the connection they
// are given; those that change something inside Database::Write.

#include <optional>
#include <string>
#include <vector>

#include "federation/format/heads_page.h"
#include "federation/format/node_id.h"
#include "storage/base/sqlite.h"

namespace banyan::federation {

inline constexpr std::string_view kCallingPrefix = "node:";
// The problem of a peer that turned out to be the node that asks.
inline constexpr std::string_view kIsItself = "this node itself answers there";

// How its address came to be known.
enum class Found { Named = 0, InLog = 1, Nearby = 2 };

struct Peer {
  std::int64_t row = 0;
  // A URL without a slash at its end, an absolute folder, or "node:<id>": one that has no address
  // and calls.
  std::string address;
  Found found = Found::Named;
  std::optional<NodeId> expected;  // who is to answer there, unless Named
  std::optional<NodeId> node;      // who answered there last; nullopt: nobody yet
  JournalPlace heads;              // how far its heads were read
  std::int64_t added_ms = 0;
  std::optional<std::int64_t> answered_ms;
  std::uint64_t failures = 0;  // since it answered
  std::string problem;         // of the last of them
  bool is_pushed = false;      // it cannot reach this node, which brings it what it wants

  bool Calls() const { return address.starts_with(kCallingPrefix); }
};

// The form that is kept. Invalid unless it is http://, https://, the whole path of a folder, or a
// node id (perhaps after "node:"), at most 1,024 bytes, a URL without user, query and fragment.
Result<std::string> NormalizeAddress(std::string_view address);

// Conflict when the operator named it already; one that was found is a named one from now on.
// Invalid when what has no URL is to be pushed to.
enum class Push { No, Yes };
Result<Peer> AddPeer(storage::Connection& connection, std::string_view address, std::int64_t now_ms,
                     Push push = Push::No);
// By address, or by the id of the node that answered there. NotFound when there is none.
Result<Peer> FindPeer(storage::Connection& connection, std::string_view text);
// NotFound when it was removed.
Result<Peer> GetPeer(storage::Connection& connection, std::int64_t row);
Result<std::vector<Peer>> ListPeers(storage::Connection& connection);
Status RemovePeer(storage::Connection& connection, std::int64_t row);

// It answered as this node; its heads, from where `before` has been, were taken up to there. That
// is not noted when they are to be read anew, because somebody is followed since.
Status PeerAnswered(storage::Connection& connection, const Peer& before, const NodeId& node,
                    const JournalPlace& heads, std::int64_t now_ms);
Status PeerFailed(storage::Connection& connection, std::int64_t row, const std::string& problem);

}  // namespace banyan::federation
