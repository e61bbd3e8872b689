#pragma once
// Asking a node, before a push, what it thinks of a README.md's front matter.

#include <string>
#include <vector>

#include "cli/api_client.h"
#include "storage/base/repository_name.h"

namespace banyan::cli {

struct CardOpinion {
  std::vector<std::string> errors;  // nobody will read licence, languages, ... of this card
  std::vector<std::string> warnings;
};

// Both empty, too, when the node has no such route or does not take the card for its size. Fails
// when it cannot be reached, and with Cancelled.
Result<CardOpinion> AskAboutCard(ApiClient& client, storage::RepositoryKind kind,
                                 const std::string& card);

}  // namespace banyan::cli
