#pragma once
// What is worth telling a card's author beyond its form. Nothing here refuses a card: the answers
// are warnings, for uploads and pages alike.

#include <vector>

#include "storage/base/repository_name.h"
#include "storage/metadata/card_yaml.h"

namespace banyan::storage {

// The card's own problems first, then ids and values that no table knows, then what is missing.
// At most 200; only the card's own problems carry a line.
std::vector<CardProblem> CheckCard(const Card& card, RepositoryKind kind);

// The same as texts, "line N: ..." first.
std::vector<std::string> CardWarnings(const Card& card, RepositoryKind kind);

}  // namespace banyan::storage
