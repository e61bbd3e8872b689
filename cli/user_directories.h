#pragma once
// Where a user's files of this program are. Invalid when there is neither the variable nor a home.

#include <string>

#include "cli/environment.h"

namespace banyan::cli {

// $BANYAN_CACHE, else $XDG_CACHE_HOME/banyan/hub, else ~/.cache/banyan/hub.
Result<std::string> BanyanCache(const Environment& environment);
// $HF_HUB_CACHE, else $HF_HOME/hub, else ~/.cache/huggingface/hub.
Result<std::string> HuggingFaceCache(const Environment& environment);
// known_repositories.json beside the login file.
Result<std::string> KnownRepositoriesPath(const Environment& environment);
// What an interrupted push keeps: one file for each folder and target, whatever the node.
Result<std::string> PushStatePath(const Environment& environment, const std::string& folder,
                                  const std::string& target);

}  // namespace banyan::cli
