#pragma once
// Bodies coded with zstd (RFC 8878) on the way, for a client that asks for it with Accept-Encoding.
// Level 1: it costs about as much as sending what it saves, so it is done for each answer anew, and
// nothing of it is kept.

#include "node/http/http_types.h"

namespace banyan::node {

// What a client of ours says that it takes.
inline constexpr std::string_view kTakenCodings = "zstd";

// Whether this list, of an Accept-Encoding header, has zstd and does not refuse it.
bool TakesZstd(std::string_view accepted);

// Codes the answer that a handler has made, of status 200 and without ranges, when the client takes
// it: a whole body if it gets shorter, and what a producer of unknown length makes as it comes. In
// any case caches are told that the answer depends on Accept-Encoding.
void CodeBody(const Request& request, Response& response);

// Undoes what the answer's Content-Encoding says; a body without one is given back as it is.
// TooLarge when it would be more than `max_bytes`, before there is room for them; Invalid when it
// is of another coding, wants a window over 8 MiB, or is not one whole frame and nothing else.
Result<std::string> DecodeBody(const HeaderList& headers, std::string body, std::size_t max_bytes);

}  // namespace banyan::node
