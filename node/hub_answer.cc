#include "node/hub_answer.h"

namespace banyan::node {

void AnswerSignIn(Response& response, std::string_view message, std::string_view code) {
  Fail(response, 401, message, code);
  response.headers.Set("WWW-Authenticate", "Bearer realm=\"Banyan\"");
}

void AnswerNoRepository(const Request& request, Response& response) {
  constexpr std::string_view kMessage = "Repository not found";
  if (request.caller.IsAnonymous()) return AnswerSignIn(response, kMessage, kRepoNotFound);
  Fail(response, 404, kMessage, kRepoNotFound);
}

void AnswerNoRevision(Response& response) {
  Fail(response, 404, "Revision not found", kRevisionNotFound);
}

void AnswerNoEntry(Response& response, const GitOid& commit) {
  response.headers.Set("X-Repo-Commit", commit.ToString());
  Fail(response, 404, "Entry not found", kEntryNotFound);
}

void AnswerGated(const Request& request, Response& response, std::string_view message) {
  if (request.caller.IsAnonymous()) return AnswerSignIn(response, message, kGatedRepo);
  Fail(response, 403, message, kGatedRepo);
}

void AnswerDenied(const Request& request, Response& response, std::string_view message) {
  if (request.caller.IsAnonymous()) return AnswerSignIn(response, message);
  Fail(response, 403, message);
}

void AnswerWithheld(Response& response, std::string_view message) {
  Fail(response, 451, message);
  response.headers.Set("X-Error-Message", "Access to this resource is disabled.");
}

}  // namespace banyan::node
