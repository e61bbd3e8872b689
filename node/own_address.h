#pragma once
// Whether an address leads to this node itself, as far as its configuration tells. Pure.

#include <string_view>

#include "node/config.h"

namespace banyan::node {

// True for its public_url, and for the host and port that it listens at, on the loopback by any
// name. `address` as federation::NormalizeAddress gives it.
bool IsOwnAddress(const Config& config, std::string_view address);

}  // namespace banyan::node
