#pragma once
// The refusals that hub clients tell apart, each in one place. Bodies do not depend on why: what
// a caller may not see is answered word for word like what does not exist.

#include "node/http/http_error.h"
#include "storage/base/digest.h"

namespace banyan::node {

// 401 for a caller that is not signed in, else 404; RepoNotFound.
void AnswerNoRepository(const Request& request, Response& response);
// 404 RevisionNotFound.
void AnswerNoRevision(Response& response);
// 404 EntryNotFound. With the commit, so that clients remember the absence.
void AnswerNoEntry(Response& response, const GitOid& commit);
// The files of a gated repository: 401 or 403, GatedRepo. The message says how to get at them.
void AnswerGated(const Request& request, Response& response, std::string_view message);
// Files that were taken down: 451, as hub clients know a disabled repository; the body says why.
void AnswerWithheld(Response& response, std::string_view message);
// Something the caller sees but may not do: 401 when not signed in, else 403.
void AnswerDenied(const Request& request, Response& response, std::string_view message);
// 401 for who must sign in; asks for a token, as git and browsers understand it.
void AnswerSignIn(Response& response, std::string_view message, std::string_view code = {});

}  // namespace banyan::node
