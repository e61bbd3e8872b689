#include "cli/new_repository.h"

#include "cli/whoami.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

Json NameOf(const RepositoryAddress& address) {
  return {{"name", address.id.name},
          {"organization", address.id.owner},
          {"type", std::string(storage::Singular(address.id.kind))}};
}

// Will another run of the same push go on with what this one sent?
bool MayGoOn(Errc code) {
  switch (code) {
    case Errc::Unavailable:
    case Errc::Io:
    case Errc::NoSpace:
    case Errc::Corrupt:  // what the node holds: its operator mends that
    case Errc::Cancelled: return true;
    case Errc::NotFound:
    case Errc::Invalid:
    case Errc::Denied:
    case Errc::Withheld:
    case Errc::Conflict:
    case Errc::TooLarge: return false;
  }
  return true;
}

}  // namespace

Status RequireWritingToken(ApiClient& client) {
  if (!client.has_token()) return Ok();
  const auto who = client.Get(kWhoAmIPath);
  if (!who || TokenMember(*who, "role") != "read") return Ok();
  return Error(Errc::Denied, "this token may only read: log in with one that may write");
}

Result<Json> CreateRepository(ApiClient& client, const RepositoryAddress& address,
                              Visibility visibility) {
  Json wish = NameOf(address);
  wish["visibility"] = visibility == Visibility::Private ? "private" : "public";
  auto made = client.SendJson("POST", "/api/repos/create", wish);
  if (made || made.error().code() != Errc::Denied) return made;
  TRY(RequireWritingToken(client));
  return made;
}

// Branches and their commits; empty when the node does not tell.
std::string RepositoryOfPush::Heads() const {
  const auto refs = client_->Get(address_.ApiPath() + "/refs");
  const Json* branches = refs ? FindMember(*refs, "branches") : nullptr;
  return branches == nullptr ? "" : DumpJson(*branches);
}

Result<RepositoryOfPush> RepositoryOfPush::Ensure(ApiClient& client,
                                                  const RepositoryAddress& address,
                                                  Visibility visibility) {
  RepositoryOfPush repository(client, address);
  const auto made = CreateRepository(client, address, visibility);
  if (!made && made.error().code() != Errc::Conflict) return made.error();
  repository.was_made_ = made.has_value();
  if (repository.was_made_) repository.heads_ = repository.Heads();
  return repository;
}

RepositoryOfPush::Remains RepositoryOfPush::Withdraw(const Error& failure) {
  if (!was_made_) return Remains::Nothing;
  if (MayGoOn(failure.code()) || heads_.empty() || Heads() != heads_) return Remains::WhatWasMade;
  const auto deleted = client_->Send(JsonRequest("DELETE", "/api/repos/delete", NameOf(address_)));
  return deleted ? Remains::Nothing : Remains::WhatWasMade;
}

}  // namespace banyan::cli
