#pragma once
// What went wrong with a request, in words for people and a code for programs.

#include "cli/node_url.h"
#include "node/client/http_handle.h"

namespace banyan::cli {

// The node's words, made Printable; empty when it has none, as another kind of server.
std::string MessageOf(const node::ApiAnswer& answer);

// For an answer with a status of 300 or more. The node's own words are used where it has some.
Error ErrorOfAnswer(const node::ApiAnswer& answer, const NodeUrl& node, bool has_token);

// For an outcome that is no answer.
Error ErrorOfOutcome(const node::HttpOutcome& outcome, const NodeUrl& node);

}  // namespace banyan::cli
