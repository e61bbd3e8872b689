#pragma once
// What a peer's HTTP status says to whoever asked it. Pure.

#include "storage/base/result.h"

namespace banyan::node {

// Of a status from 300 on: NotFound, Denied, Unavailable or Invalid.
Error ErrorOfStatus(int status);

}  // namespace banyan::node
