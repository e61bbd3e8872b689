// GET and PUT /api/{t}/{id}/standing: what is stated of a repository, what this node does about it,
// what other nodes say they do, and who holds it.

#include "federation/answers.h"
#include "federation/mirror_state.h"
#include "federation/own_origin.h"
#include "federation/receipts.h"
#include "node/content_holders.h"
#include "node/hub_json.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/history/history.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::Connection;
using storage::Repository;
using storage::Standing;

Json ReceiptJson(const federation::Receipt& receipt) {
  return {{"node", receipt.node.ToString()},
          {"action", ToString(receipt.action)},
          {"reason", storage::ToString(receipt.reason)},
          {"time", ToIsoTime(receipt.time_s * 1000)}};
}

Result<Json> ReadStandingJson(Connection& connection, std::int64_t row) {
  const auto repository = TRY(storage::GetRepository(connection, row));
  const auto name = TRY(federation::FindPublishedName(connection, row));
  const auto own = TRY(federation::FindOwnNode(connection));
  Json json = {{"id", repository.id.Path()}, {"node", own ? Json(own->ToString()) : Json()},
               {"answered", nullptr},        {"deletes", nullptr},
               {"origin", nullptr},          {"repository", nullptr}};
  json.update(StandingJson(repository));
  if (repository.answered_ms != 0) json["answered"] = ToIsoTime(repository.answered_ms);
  if (repository.answered.delete_ms) json["deletes"] = ToIsoTime(*repository.answered.delete_ms);
  Json receipts = Json::array();
  if (name) {
    if (name->node != own) json["origin"] = name->node.ToString();
    json["repository"] = federation::HashText(name->repository);
    for (const auto& receipt : TRY(federation::ListReceipts(connection, name->repository))) {
      receipts.push_back(ReceiptJson(receipt));
    }
  }
  json["receipts"] = std::move(receipts);
  return json;
}

// The content of the newest revision, as far as it is here.
struct OwnContent {
  Sha256 manifest;
  federation::Holdings holdings;
  bool is_open = false;  // peers may hear of it
};
Result<std::optional<OwnContent>> ReadOwnContent(Hub& hub, std::int64_t row) {
  auto lease = TRY(hub.database.Read());
  const auto repository = TRY(storage::GetRepository(*lease, row));
  if (!repository.head) return std::optional<OwnContent>();
  const auto revision = TRY(storage::FindRevision(*lease, row, *repository.head));
  if (!revision) return std::optional<OwnContent>();
  auto history = TRY(storage::History::Open(*lease, hub.content, row));
  TRY(history->LoadManifest(*revision));
  OwnContent content;
  content.manifest = revision->manifest;
  content.holdings =
      TRY(federation::CountHoldings(*lease, history->nodes(), row, revision->manifest));
  content.is_open = !repository.is_private && repository.gating == storage::Gating::No;
  return std::optional(std::move(content));
}

// `address` is where it answered; null for this node.
Json HolderJson(const Json& node, const Json& address, const federation::Holdings& holdings) {
  Json json{{"node", node},
            {"address", address},
            {"files", holdings.files},
            {"bytes", holdings.bytes},
            {"held_files", holdings.held_files},
            {"held_bytes", holdings.held_bytes},
            {"since", nullptr}};
  if (holdings.since_s) json["since"] = ToIsoTime(*holdings.since_s * 1000);
  return json;
}

// Copies of content, which those of a log's entries are not.
Status AddHolders(Hub& hub, std::int64_t row, bool asks, Json& json) {
  json["holders"] = Json::array();
  json["silent"] = Json::array();
  json["heard"] = nullptr;
  const auto own = TRY(ReadOwnContent(hub, row));
  if (!own) return Ok();
  if (own->holdings.held_files > 0) {
    json["holders"].push_back(HolderJson(json["node"], nullptr, own->holdings));
  }
  if (!own->is_open || hub.holders == nullptr) return Ok();
  const auto heard =
      asks ? hub.holders->Ask(own->manifest, own->holdings) : hub.holders->Look(own->manifest);
  if (!heard) return Ok();
  for (const auto& holder : heard->holders) {
    const auto& [node, address] = holder.place;
    json["holders"].push_back(HolderJson(node.ToString(), address, holder.holdings));
  }
  for (const auto& [node, address] : heard->silent) {
    json["silent"].push_back({{"node", node.ToString()}, {"address", address}});
  }
  json["heard"] = ToIsoTime(heard->heard_ms);
  return Ok();
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

Result<Json> StandingAnswer(Hub& hub, std::int64_t row, bool asks) {
  Json json;
  {
    auto lease = TRY(hub.database.Read());
    json = TRY(ReadStandingJson(*lease, row));
  }
  TRY(AddHolders(hub, row, asks, json));
  return json;
}

// Where peers are is for those who have an account here.
void AnswerStanding(RepositoryCall& call, std::int64_t row) {
  auto json = StandingAnswer(call.hub, row, call.request.QueryFlag("ask"));
  if (!json) return call.Fail(json.error());
  if (call.request.caller.IsAnonymous()) {
    for (auto& item : (*json)["holders"]) item["address"] = nullptr;
    for (auto& item : (*json)["silent"]) item["address"] = nullptr;
  }
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
