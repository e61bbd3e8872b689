// Consent to the files of a gated repository.
//   POST /api/{t}/{id}/user-access-request            the caller asks; not here for a mirror's
//   GET  /api/{t}/{id}/user-access-request/{status}   who is pending, accepted or rejected
//   POST /api/{t}/{id}/user-access-request/handle     {"user" or "requestId", "status"}: decide
//   POST /api/{t}/{id}/user-access-request/grant      {"user"}: accept without being asked

#include <charconv>

#include "federation/mirror_state.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/catalog/gated_access.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::AccessStatus;
using storage::Connection;

// A user has one request in each repository, so the user's id names it.
Json RequestJson(const storage::AccessRequest& request) {
  const auto& user = request.user;
  const auto id = fmt::format("{:024x}", user.row);
  return {{"requestId", id},
          {"user",
           {{"id", id},
            {"user", user.name},
            {"fullname", user.fullname.empty() ? user.name : user.fullname},
            {"type", "user"}}},
          {"status", ToString(request.status)},
          {"timestamp", ToIsoTime(request.changed_ms)},
          {"fields", Json::object()}};
}

// Of a mirrored repository nobody here decides; nullopt: it is this node's own.
Result<std::optional<federation::MirrorMark>> FindOrigin(Hub& hub, std::int64_t repository) {
  auto lease = TRY(hub.database.Read());
  return federation::FindMirrorMark(*lease, repository);
}

void PostAsk(RepositoryCall& call) {
  const auto repository = call.Find(Access::Metadata);
  if (!repository) return;
  if (repository->gating == storage::Gating::No) {
    return Fail(call.response, 400, "This repository is open: there is nothing to ask for");
  }
  const auto origin = FindOrigin(call.hub, repository->row);
  if (!origin) return call.Fail(origin.error());
  if (*origin) {
    return Fail(call.response, 403,
                "This repository is mirrored, and nobody here can give access to it: ask " +
                    federation::DescribeOrigin(**origin));
  }
  const auto& caller = call.request.caller;
  if (caller.IsAnonymous()) return AnswerSignIn(call.response, "Sign in to ask for access");
  auto status = AccessStatus::Pending;
  const auto asked = call.hub.database.Write([&](Connection& connection) -> Status {
    status = TRY(storage::RequestAccess(connection, *repository, caller.user, call.NowMs()));
    return Ok();
  });
  if (!asked) return call.Fail(asked.error());
  call.response.SetJson({{"status", ToString(status)}});
}

void GetRequests(RepositoryCall& call) {
  const auto repository = call.Find(Access::Admin);
  if (!repository) return;
  const auto status = storage::ParseAccessStatus(call.request.Param("status"));
  if (!status) return call.Fail(status.error());
  auto lease = call.hub.database.Read();
  if (!lease) return call.Fail(lease.error());
  const auto requests = storage::ListAccess(**lease, repository->row, *status);
  if (!requests) return call.Fail(requests.error());
  Json list = Json::array();
  for (const auto& request : *requests) list.push_back(RequestJson(request));
  call.response.SetJson(list);
}

// The user whose request a decision is about.
Result<storage::Namespace> FindRequester(Connection& connection, const Json& body) {
  const auto name = FindString(body, "user");
  const auto id = FindString(body, "requestId");
  if (name.has_value() == id.has_value()) {
    return Error(Errc::Invalid, "say who by either user or requestId");
  }
  if (name) return storage::FindNamespace(connection, *name);
  std::int64_t row = 0;
  const char* const end = id->data() + id->size();
  const auto parsed = std::from_chars(id->data(), end, row, 16);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    return Error(Errc::Invalid, "requestId is not one that the list of requests has");
  }
  return storage::GetNamespace(connection, row);
}

void Decide(RepositoryCall& call, std::optional<AccessStatus> decision) {
  const auto repository = call.Find(Access::Admin);
  if (!repository) return;
  const auto body = call.ReadJson();
  if (!body) return;
  const auto decided = call.hub.database.Write([&](Connection& connection) -> Status {
    const auto user = TRY(FindRequester(connection, *body));
    const auto status =
        decision ? *decision
                 : TRY(storage::ParseAccessStatus(FindString(*body, "status").value_or("")));
    return storage::DecideAccess(connection, repository->row, user.row, status, call.NowMs());
  });
  if (!decided) return call.Fail(decided.error());
  call.response.SetJson(Json::object());
}

void PostHandle(RepositoryCall& call) { Decide(call, std::nullopt); }
void PostGrant(RepositoryCall& call) { Decide(call, AccessStatus::Accepted); }

}  // namespace

void AddGatedRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "POST", "/user-access-request", PostAsk);
  AddApiRoute(router, hub, "GET", "/user-access-request/:status", GetRequests);
  AddApiRoute(router, hub, "POST", "/user-access-request/handle", PostHandle);
  AddApiRoute(router, hub, "POST", "/user-access-request/grant", PostGrant);
}

}  // namespace banyan::node
