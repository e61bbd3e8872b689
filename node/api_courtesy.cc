// What clients ask in passing: is this card fine (validate-yaml), which tools do you know
// (agent-harnesses), what did I do (telemetry), is anybody talking about it (discussions).

#include "node/http/json_body.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/metadata/card_check.h"

namespace banyan::node {
namespace {

constexpr std::uint64_t kMaxCardBytes = 4u << 20;
constexpr JsonLimits kCardLimits{kMaxCardBytes, 8, 100};

// Many clients read the answer's lists before its status.
void PostValidateYaml(Request& request, Response& response) {
  const auto body = request.ReadAll(kMaxCardBytes);
  if (!body) return Fail(response, body.error());
  const auto json = ParseJsonBody(request, *body, kCardLimits);
  if (!json && json.error().code() == Errc::Unavailable) return Fail(response, json.error());
  const auto content = json ? FindString(*json, "content") : std::nullopt;
  if (!content) return Fail(response, 400, "expected {\"content\": ..., \"repoType\": ...}");
  const auto kind = storage::ParseRepositoryKind(FindString(*json, "repoType").value_or("model"));
  Json answer = {{"errors", Json::array()}, {"warnings", Json::array()}};
  const auto card = storage::ParseCard(*content);
  if (!card) {
    answer["errors"].push_back({{"message", card.error().message()}});
    response.status = 400;
    return response.SetJson(answer);
  }
  const auto warnings = storage::CardWarnings(*card, kind ? *kind : storage::RepositoryKind::Model);
  for (const auto& warning : warnings) answer["warnings"].push_back({{"message", warning}});
  response.SetJson(answer);
}

void GetDiscussions(RepositoryCall& call) {
  if (!call.Find(storage::Access::Metadata)) return;
  call.response.SetJson({{"count", 0}, {"start", 0}, {"discussions", Json::array()}});
}

void GetDiscussion(RepositoryCall& call) {
  if (!call.Find(storage::Access::Metadata)) return;
  Fail(call.response, 404, "This node has no discussions and no pull requests");
}

// To open one, comment, merge.
void PostDiscussion(RepositoryCall& call) {
  if (!call.Find(storage::Access::Metadata)) return;
  Fail(call.response, 501,
       "This node has no discussions and no pull requests: commit to a branch of your own instead");
}

}  // namespace

void AddCourtesyRoutes(Router& router, Hub& hub) {
  router.Add("POST", "/api/validate-yaml", PostValidateYaml, {kMaxCardBytes});
  router.Add("GET", "/api/agent-harnesses", [](Request&, Response& response) {
    Fail(response, 404, "This node keeps no registry of agents");
  });
  router.Add("HEAD", "/api/telemetry/*topic",
             [](Request&, Response& response) { response.status = 204; });
  AddApiRoute(router, hub, "GET", "/discussions", GetDiscussions);
  AddApiRoute(router, hub, "POST", "/discussions", PostDiscussion);
  AddApiRoute(router, hub, "GET", "/discussions/*number", GetDiscussion);
  AddApiRoute(router, hub, "POST", "/discussions/*number", PostDiscussion);
}

}  // namespace banyan::node
