#include "node/xet_api.h"

#include "node/http/http_error.h"
#include "node/link_rights.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

constexpr std::uint64_t kMaxTelemetryBytes = 1u << 20;
constexpr std::uint64_t kMaxXorbBytes = 66u << 20;  // a full one that nothing shrinks, and a footer

// "/v1/xorbs/x" as all releases of the client have called it.
std::vector<std::string> Aliases(const std::string& plural, const std::string& singular,
                                 const std::string& rest) {
  return {"v1/" + plural + rest, plural + rest, singular + rest};
}

// Of no use to anybody here.
void AnswerTelemetry(Request& request, Response& response) {
  const auto body = request.ReadAll(kMaxTelemetryBytes);
  if (!body) return Fail(response, body.error());
  response.SetJson(Json::object());
}

void AnswerProblem(const Error& error, Response& response) {
  // Clients repeat what is 5xx and give up on the rest.
  if (error.code() == Errc::Denied) return Fail(response, 403, error.message());
  if (error.code() == Errc::Conflict) return Fail(response, 400, error.message());
  Fail(response, error);
}

}  // namespace

Status XetApi::RequireRights(const XetGrant& grant, Right right) {
  auto lease = TRY(hub_.database.Read());
  TRY(RequireLinkRights(hub_, *lease, grant.AsLink()));
  if (right == Right::Write || (right == Right::Read && !grant.may_write)) return Ok();
  XetGrant reader = grant;
  reader.may_write = false;  // who may write may not read what is withheld
  const Status readable = RequireLinkRights(hub_, *lease, reader.AsLink());
  if (right == Right::Read) return readable;
  if (readable && grant.may_write) return Ok();
  return Error(Errc::NotFound, "nothing that may be told is here");
}

Result<XetGrant> XetApi::Identify(const Request& request, Right right) {
  const XetGrant grant = TRY(GrantOf(hub_.signer, request, hub_.clock.NowMs()));
  TRY(RequireRights(grant, right));
  if (right != Right::Write || grant.may_write) return grant;
  return Error(Errc::Denied, "this Xet token is for reading: ask for one to write");
}

void XetApi::Add(Router& router, std::string_view method, const std::vector<std::string>& patterns,
                 Right right, Handler handler, RouteOptions options) {
  for (const auto& pattern : patterns) {
    router.Add(
        method, std::string(kXetPath) + pattern,
        [this, right, handler](Request& request, Response& response) {
          const auto grant = Identify(request, right);
          if (!grant) {
            if (grant.error().code() != Errc::Denied) return Fail(response, grant.error());
            hub_.metrics.Add(Counter::TokensRefused);
            return Fail(response, 401, grant.error().message());
          }
          const Status done = (this->*handler)(*grant, request, response);
          if (!done) AnswerProblem(done.error(), response);
        },
        options);
    options.is_alias = true;  // the others
  }
}

void XetApi::AddRoutes(Router& router) {
  const std::string hash = "/:hash";
  const std::string named = "/:prefix/:hash";
  Add(router, "GET", Aliases("reconstructions", "reconstruction", hash), Right::Read,
      &XetApi::GetTermsV1);
  Add(router, "GET", {"v2/reconstructions/:hash"}, Right::Read, &XetApi::GetTermsV2);
  Add(router, "GET", {"v1/reconstructions", "reconstructions"}, Right::Read,
      &XetApi::GetTermsOfFiles);
  Add(router, "HEAD", {"v1/files/:hash", "files/:hash"}, Right::Read, &XetApi::HeadFile);
  router.Add("GET", std::string(kXetPath) + "fetch/:file/:section/:run",
             [this](Request& request, Response& response) {
               const Status done = Fetch(request, response);
               if (!done) AnswerProblem(done.error(), response);
             });
  Add(router, "GET", Aliases("chunks", "chunk", named), Right::Ask, &XetApi::GetChunk);
  Add(router, "HEAD", Aliases("xorbs", "xorb", named), Right::Ask, &XetApi::HeadXorb);
  Add(router, "POST", Aliases("xorbs", "xorb", named), Right::Write, &XetApi::PostXorb,
      {kMaxXorbBytes});
  Add(router, "POST", {"v1/shards", "shards", "shard/:prefix/:hash"}, Right::Write,
      &XetApi::PostShardV1, {storage::kMaxShardBytes});
  Add(router, "POST", {"v2/shards"}, Right::Write, &XetApi::PostShardV2, {storage::kMaxShardBytes});
  RouteOptions options;
  const std::string telemetry(kXetTelemetryPath);
  for (const auto& path : {"/xet" + telemetry, std::string("/xet/telemetry"), telemetry}) {
    router.Add("POST", path, AnswerTelemetry, options);
    options.is_alias = true;
  }
  router.Add("GET", std::string(kXetPath) + "health", [](Request&, Response& response) {
    response.SetJson({{"status", "ok"}});
  });
}

}  // namespace banyan::node
