#pragma once
// Compares an answer with the one that an example shows. JSON is compared by structure: the order
// of members and white space do not count, `...` in an object or array stands for more members,
// and as a value for any value. Headers that are not shown are left alone, but for X-Error-Code.

#include "tests/node/http_examples.h"
#include "tests/node/placeholders.h"
#include "tests/node/test_node.h"

namespace banyan::node {

// What does not fit, for a person to read; empty when all does. Learns the names of placeholders.
std::string FindMisfit(const HttpBlock& expected, const Reply& reply, Placeholders& names);

}  // namespace banyan::node
