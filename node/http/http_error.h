#pragma once
// Error answers in the form that hub clients read: JSON {"error": message}, X-Error-Code when
// there is one, X-Error-Message in header-safe form.

#include <string_view>

#include "node/http/http_types.h"

namespace banyan::node {

// The codes that clients act upon; send none for other errors.
inline constexpr std::string_view kRepoNotFound = "RepoNotFound";
inline constexpr std::string_view kRevisionNotFound = "RevisionNotFound";
inline constexpr std::string_view kEntryNotFound = "EntryNotFound";
inline constexpr std::string_view kGatedRepo = "GatedRepo";

// NotFound 404, Invalid 400, Denied 403, Conflict 409, TooLarge 413, NoSpace 507, Unavailable 503,
// Cancelled 503, Corrupt and Io 500.
int HttpStatusOf(Errc code);

// What a 401 asks for where the token is to come as a password, as git and browsers send it.
inline constexpr std::string_view kBasicChallenge = "Basic realm=\"Banyan\", charset=\"UTF-8\"";

// Makes `response` an error answer, keeping the headers already set (X-Repo-Commit on a missing
// entry). An empty `code` sends no X-Error-Code.
void Fail(Response& response, int status, std::string_view message, std::string_view code = {});
// As above from an Error. The text of a 500 stays in the log: clients get a neutral sentence.
void Fail(Response& response, const Error& error, std::string_view code = {});

// What such an answer says; empty when it is of another form.
std::string FailureText(const Response& response);

// Printable ASCII: everything else becomes "?", and at most 512 characters remain.
std::string HeaderSafe(std::string_view text);

}  // namespace banyan::node
