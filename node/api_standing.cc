// GET and PUT /api/{t}/{id}/standing: what is stated of a repository, what this node does about it,
// and what other nodes say they do.

#include "federation/answers.h"
#include "federation/receipts.h"
#include "node/hub_json.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

using federation::RepositoryKey;
using storage::Access;
using storage::Connection;
using storage::Repository;
using storage::Standing;

// Of whom it is mirrored, and what the federation calls it.
struct FederationName {
  std::optional<federation::NodeId> origin;
  std::optional<RepositoryKey> key;
};
Result<FederationName> ReadFederationName(Connection& connection, const Repository& repository) {
  FederationName name;
  auto rows = connection.Query(
      "SELECT key, node, own FROM repository_card JOIN origin ON origin.id = origin "
      "WHERE repository = ?",
      repository.row);
  if (rows.Next()) {
    name.key = rows.DigestAt<RepositoryKey>(0);
    if (rows.Int(2) == 0) name.origin = federation::NodeId(rows.DigestAt<federation::LogHash>(1));
  }
  TRY(rows.status());
  return name;
}

Json ReceiptJson(const federation::Receipt& receipt) {
  return {{"node", receipt.node.ToString()},
          {"action", ToString(receipt.action)},
          {"reason", storage::ToString(receipt.reason)},
          {"time", ToIsoTime(receipt.time_s * 1000)}};
}

Result<Json> ReadStandingJson(Connection& connection, std::int64_t row) {
  const auto repository = TRY(storage::GetRepository(connection, row));
  const auto name = TRY(ReadFederationName(connection, repository));
  Json json = {{"id", repository.id.Path()},
               {"answered", nullptr},
               {"deletes", nullptr},
               {"origin", nullptr},
               {"repository", nullptr}};
  json.update(StandingJson(repository));
  if (repository.answered_ms != 0) json["answered"] = ToIsoTime(repository.answered_ms);
  if (repository.answered.delete_ms) json["deletes"] = ToIsoTime(*repository.answered.delete_ms);
  if (name.origin) json["origin"] = name.origin->ToString();
  Json receipts = Json::array();
  if (name.key) {
    json["repository"] = federation::HashText(*name.key);
    for (const auto& receipt : TRY(federation::ListReceipts(connection, *name.key))) {
      receipts.push_back(ReceiptJson(receipt));
    }
  }
  json["receipts"] = std::move(receipts);
  return json;
}

Result<Standing> ParseStanding(const Json& body) {
  Standing standing;
  standing.status = TRY(storage::ParseStandingStatus(FindString(body, "status").value_or("")));
  if (const auto reason = FindString(body, "reason")) {
    standing.reason = TRY(storage::ParseStandingReason(*reason));
  }
  if ((standing.status == storage::StandingStatus::Live) == standing.reason.has_value()) {
    return Error(Errc::Invalid, "every status but live needs a reason, and live has none");
  }
  if (const Json* scope = FindMember(body, "scope")) {
    if (!scope->is_array()) return Error(Errc::Invalid, "scope is a list of country codes");
    for (const auto& country : *scope) {
      standing.scope.push_back(country.is_string() ? country.get<std::string>() : "");
    }
  }
  TRY(storage::ValidateScope(standing.scope));
  if (standing.status == storage::StandingStatus::Live && !standing.scope.empty()) {
    return Error(Errc::Invalid, "live is everywhere: it has no scope");
  }
  return standing;
}

void AnswerStanding(RepositoryCall& call, std::int64_t row) {
  auto lease = call.hub.database.Read();
  if (!lease) return call.Fail(lease.error());
  const auto json = ReadStandingJson(**lease, row);
  if (!json) return call.Fail(json.error());
  call.response.SetJson(*json);
}

void GetStanding(RepositoryCall& call) {
  const auto repository = call.Find(Access::Metadata);
  if (repository) AnswerStanding(call, repository->row);
}

void PutStanding(RepositoryCall& call) {
  const auto repository = call.Find(Access::Admin);
  if (!repository) return;
  const auto body = call.ReadJson();
  if (!body) return;
  const auto standing = ParseStanding(*body);
  if (!standing) return call.Fail(standing.error());
  const auto policy = call.hub.policy.policy();
  const auto written = call.hub.database.Write([&](Connection& connection) -> Status {
    const auto now = TRY(storage::GetRepository(connection, repository->row));
    return federation::StateOwn(connection, *policy, now, *standing, call.NowMs());
  });
  if (!written) return call.Fail(written.error());
  AnswerStanding(call, repository->row);
}

}  // namespace

void AddStandingRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "GET", "/standing", GetStanding);
  AddApiRoute(router, hub, "PUT", "/standing", PutStanding);
}

}  // namespace banyan::node
