#pragma once
// What links the cards of a repository to a chain; readable in cards of every version, also in one
// that needs a newer program (PROTOCOL.md section 4). A value.

#include <optional>

#include "federation/format/entry_member.h"
#include "federation/format/repository_key.h"

namespace banyan::federation {

struct CardLink {
  std::optional<RepositoryKey> repository;  // none in the first card, whose leaf hash it is
  std::uint64_t number = 1;
  std::optional<LogHash> previous;

  // Invalid when a key has another form, or they contradict each other.
  static Result<CardLink> Parse(const Json& entry);
  // Of the repository that a card with this link and leaf hash is of.
  RepositoryKey Key(const LogHash& leaf) const {
    return repository.value_or(RepositoryKey::FromRaw(leaf.bytes()));
  }
};

}  // namespace banyan::federation
