#pragma once
// A card: the whole current state of one repository, as its origin states it (PROTOCOL.md section
// 4). A newer card replaces an older one; the numbers make a replay visible. A value.

#include <optional>
#include <string>
#include <vector>

#include "federation/format/entry_member.h"
#include "federation/format/repository_key.h"
#include "storage/base/standing.h"

namespace banyan::federation {

enum class CardAccess { Open, Attest };

struct Upstream {
  std::string hub;  // host name of a public hub
  std::string id;   // ns/name there
  GitOid commit;
  bool operator==(const Upstream&) const = default;
};

// Files and history; a card has it unless it is withdrawn or removed.
struct CardContent {
  std::optional<GitOid> head;  // none while the repository is empty
  Sha256 manifest;             // of head; the empty tree's root without one
  Sha256 refs;                 // root of the ref list
  Sha256 commits;              // root of the commit tree (key "git")
  std::uint64_t bytes = 0;     // logical, of head
  std::uint64_t files = 0;
  std::string licence = "NONE";
  std::optional<Sha256> licence_text;
  bool operator==(const CardContent&) const = default;
};

struct Card {
  std::optional<RepositoryKey> repository;  // none in the first card, whose leaf hash it is
  std::uint64_t number = 1;
  std::optional<LogHash> previous;
  std::optional<Sha256> meta;
  std::optional<CardContent> content;
  CardAccess access = CardAccess::Open;
  storage::Standing standing;
  std::vector<std::string> parents;  // base models and data sets
  std::optional<Upstream> upstream;
  std::int64_t time_s = 0;

  // Invalid when a key is missing, has another form, or the keys contradict each other. Keys that
  // are unknown are passed over; `crit` of such a key makes the card Invalid.
  static Result<Card> Parse(const Json& entry);
  // TooLarge for more than an entry may hold, Invalid for text that is not printable ASCII.
  Result<Bytes> Render() const;
  bool operator==(const Card&) const = default;
};

}  // namespace banyan::federation
