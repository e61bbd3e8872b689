#pragma once
// What the catalog says now of a public repository, as a card would state it. Making it writes only
// tree nodes, so that what a card names is there when the card is.

#include "federation/format/card.h"
#include "storage/base/json.h"
#include "storage/catalog/repositories.h"
#include "storage/content/content_store.h"

namespace banyan::federation {

struct CardDraft {
  // Its repository, number, previous, meta and time are the log's to set.
  Card card;
  Json meta;  // DescribeMeta; null when the card is to have none
};

// Inside Database::Write; the repository's head must have been described. Corrupt when its history
// lacks something.
Result<CardDraft> DraftCard(storage::Connection& connection, storage::ContentStore& store,
                            const storage::Repository& repository);

// As a card states them. The licence is an SPDX expression, NONE or NOASSERTION.
std::string LicenceOf(const storage::Repository& repository);
CardAccess AccessOf(const storage::Repository& repository);

// Of a repository that is gone, or private by now.
CardDraft DraftWithdrawal();

}  // namespace banyan::federation
