#pragma once
// What a node answers to its peers, from what it holds: the paths of PROTOCOL.md section 7 that
// follow asks for.

#include "federation/follow/exchange.h"
#include "tests/simulation/sim_node.h"

namespace banyan::simulation {

// The body, empty for "nothing changed"; NotFound for what it has not.
Result<Bytes> AnswerFile(SimNode& node, const std::string& path);
Result<std::vector<std::optional<Bytes>>> AnswerObjects(SimNode& node,
                                                        const std::vector<Sha256>& ids);
federation::Answer MakeAnswer(const federation::Ask& ask, Result<Bytes> body);
// Either, as it was asked, within the asked size.
federation::Answer AnswerAsk(SimNode& node, const federation::Ask& ask);

}  // namespace banyan::simulation
