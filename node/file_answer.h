#pragma once
// Answers with the bytes of a file in the content store.

#include <string>

#include "node/hub.h"
#include "storage/content/content_store.h"

namespace banyan::node {

// Headers that keep a browser from running what somebody uploaded: a sandboxing policy, nosniff,
// and a content type by the file's name with all active types as plain text. `as_text` says that
// the file may be shown as UTF-8 text.
void SetFileHeaders(Response& response, std::string_view path, bool as_text);

// "inline" or "attachment", with the file's name in both forms of RFC 6266.
std::string ContentDisposition(std::string_view path, bool attachment);

// Preconditions, ranges and body of a GET or HEAD for the content with this strong ETag (without
// quotes). The bytes go from the mapped pack to the socket where both allow it.
void AnswerContent(Hub& hub, const Request& request, Response& response,
                   const storage::FileContent& file, const std::string& etag);

// The same for HEAD, of content that is not here.
void AnswerSize(const Request& request, Response& response, std::uint64_t size_bytes,
                const std::string& etag);

}  // namespace banyan::node
