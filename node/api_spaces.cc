// What clients ask of spaces, which are not here: lists are empty, and each space is missing in the
// form that clients tell from other errors. Nothing is here that anybody may not know of, so all
// callers are answered alike.

#include "node/http/http_error.h"
#include "node/routes.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

void AnswerEmptyList(Request&, Response& response) { response.SetJson(Json::array()); }

void AnswerNoSpace(Request&, Response& response) {
  Fail(response, 404, "Repository not found: this node hosts models and datasets only, no spaces",
       kRepoNotFound);
}

}  // namespace

void AddSpaceRoutes(Router& router, Hub&) {
  RouteOptions same;  // as another route says
  same.is_alias = true;
  router.Add("GET", "/api/spaces", AnswerEmptyList);
  router.Add("GET", "/api/spaces/semantic-search", AnswerEmptyList, same);
  router.Add("GET", "/api/spaces/*id", AnswerNoSpace);
  for (const auto* method : {"POST", "PUT", "DELETE"}) {
    router.Add(method, "/api/spaces/*id", AnswerNoSpace, same);
  }
  router.Add("GET", "/spaces/*id", AnswerNoSpace);
  router.Add("POST", "/spaces/*id", AnswerNoSpace, same);  // git and git-lfs
}

}  // namespace banyan::node
