#pragma once
// How this node answers what origins state of their repositories (PROTOCOL.md section 10). Values
// and pure functions; the operator's file is read in node/policy_file.h.

#include <set>

#include "federation/content_selection.h"
#include "federation/fetch_limits.h"
#include "federation/format/block.h"
#include "federation/format/card.h"
#include "federation/format/node_id.h"
#include "federation/peer_rules.h"
#include "storage/base/repository_name.h"

namespace banyan::federation {

inline constexpr std::int64_t kDeleteAfterDays = 30;

struct Decision {
  Action action = Action::Keep;
  std::int64_t after_days = kDeleteAfterDays;  // of Delete
  bool operator==(const Decision&) const = default;
};

// Holds when all of it does.
struct AnswerRule {
  std::optional<NodeId> origin;                // nullopt: any, this node itself, too
  std::string repository;                      // glob over "models/ns/name"; empty: any
  std::set<storage::StandingStatus> statuses;  // empty: any but Live
  std::set<storage::StandingReason> reasons;   // empty: any
  std::vector<std::string> jurisdictions;      // one of the scope's; empty: any
  Decision decision;
};

// More than both is not deleted without the operator.
struct Brake {
  std::uint64_t repositories = 10;
  std::uint64_t percent = 10;  // of the bytes held of one origin
  bool operator==(const Brake&) const = default;
};

// Of what is followed, what is mirrored: all of it must hold, as far as it is said. Words are
// globs, in any case.
struct Selection {
  std::set<NodeId> origins;
  std::vector<std::string> repositories;  // globs over "models/ns/name", as their origin has it
  std::vector<std::string> kinds;         // "models", "datasets"
  std::vector<std::string> licences;      // as cards state them: "CC-*"
  std::vector<std::string> tasks;
  std::vector<std::string> languages;  // one of the repository's
  std::uint64_t max_bytes = 0;         // of the newest revision; 0: any
  ContentSelection content;            // what of a repository that it holds for
};

// Of the logs that are held here (cosignatures.h).
struct CosignRules {
  bool makes = true;       // this node says in public which logs it holds
  std::size_t keeps = 16;  // by others, of one log, to be shown beside its head
};

struct Policy {
  FetchLimits limits;
  CosignRules cosignatures;
  PeerRules peers;
  std::vector<Selection> selections;       // the first that holds; none: all that is followed
  std::vector<AnswerRule> answers;         // the first that holds decides
  std::vector<std::string> jurisdictions;  // of this node; empty: every scope counts
  Brake brake;
  bool publishes_receipts = true;
  std::set<storage::StandingReason> unpublished;  // reasons whose receipts are not
  std::optional<std::set<NodeId>> readers;        // of the tree of files; nullopt: anybody
  std::set<NodeId> accept_from;  // may bring what this node asks of them and cannot fetch

  // Some rule is about repositories that are live.
  bool JudgesLive() const;
};

// Whose repository stands how.
struct Judged {
  std::optional<NodeId> origin;  // nullopt: this node's own
  storage::RepositoryId id;
  storage::Standing standing;
};
Decision Decide(const Policy& policy, const Judged& judged);

// A card that is followed.
struct StatedCard {
  NodeId origin;
  storage::RepositoryId id;  // as its origin calls it
  const Card& card;          // the latest
  const Json& meta;          // its meta object; perhaps without members
};
// What of this repository is mirrored; nullopt: nothing.
std::optional<ContentSelection> SelectContent(const Policy& policy, const StatedCard& stated);

}  // namespace banyan::federation
