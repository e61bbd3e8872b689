// POST /api/repos/create, DELETE /api/repos/delete, POST /api/repos/move,
// PUT /api/{t}/{id}/settings, POST /api/{t}/{id}/duplicate (refused).

#include <algorithm>

#include "node/entering.h"
#include "node/hub_json.h"
#include "node/links.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/history/commit.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::Connection;
using storage::RepositoryId;

constexpr std::uint64_t kMaxCreateBytes = 16u << 20;
constexpr std::size_t kMaxFirstFiles = 100;

struct Exchange {
  Hub& hub;
  Request& request;
  Response& response;
};

std::string LinkOf(const Hub& hub, const Request& request, const RepositoryId& id) {
  return LinkIn(hub, request, "/" + std::string(PathPrefix(id.kind)) + id.Path());
}

// {"name", "organization", "type"}: the name may hold the namespace; without any it is the
// caller's own.
Result<RepositoryId> NamedRepository(const Json& body, const storage::Caller& caller) {
  const auto kind = TRY(storage::ParseRepositoryKind(FindString(body, "type").value_or("model")));
  const std::string name = FindString(body, "name").value_or("");
  if (name.find('/') != name.npos) return storage::ParseRepositoryId(kind, name);
  const auto owner = FindString(body, "organization").value_or(caller.name);
  return storage::ParseRepositoryId(kind, owner + "/" + name);
}

// nullopt when the body says nothing about it.
Result<std::optional<bool>> WantedPrivacy(const Json& body) {
  if (const auto visibility = FindString(body, "visibility")) {
    if (*visibility == "public") return std::optional(false);
    if (*visibility == "private") return std::optional(true);
    return Error(Errc::Invalid, "visibility is \"public\" or \"private\"");
  }
  return FindBool(body, "private");
}

Result<std::vector<storage::AddInline>> InitialFiles(const Json& body) {
  std::vector<storage::AddInline> files;
  const Json* list = FindMember(body, "files");
  if (list != nullptr && list->size() > kMaxFirstFiles) {
    return Error(Errc::TooLarge, "files: too many to begin with: commit them");
  }
  for (const auto& item : list != nullptr && list->is_array() ? *list : Json::array()) {
    const std::string path = FindString(item, "path").value_or("");
    const std::string content = FindString(item, "content").value_or("");
    const bool is_base64 = FindString(item, "encoding") == "base64";
    Bytes bytes =
        is_base64 ? TRY(ParseBase64(content).Context(path)) : Bytes(content.begin(), content.end());
    files.push_back({path, std::move(bytes)});
  }
  const auto is_card = [](const auto& file) { return file.path == "README.md"; };
  const auto licence = FindString(body, "license");
  if (licence && std::none_of(files.begin(), files.end(), is_card)) {
    const std::string card = "---\nlicense: " + DumpJson(*licence) + "\n---\n";
    files.push_back({"README.md", Bytes(card.begin(), card.end())});
  }
  return files;
}

struct Wanted {
  RepositoryId id;
  bool is_private = false;
  std::vector<storage::AddInline> files;
};
Result<Wanted> ParseWanted(const Json& body, const storage::Caller& caller) {
  Wanted wanted;
  wanted.id = TRY(NamedRepository(body, caller));
  TRY(storage::ValidateRepositoryName(wanted.id.name));
  wanted.is_private = TRY(WantedPrivacy(body)).value_or(false);
  wanted.files = TRY(InitialFiles(body));
  return wanted;
}

// Before anything is written; an old name of another repository may be taken over.
Result<std::optional<storage::Repository>> FindExisting(Hub& hub, const RepositoryId& id) {
  auto lease = TRY(hub.database.Read());
  auto found = storage::FindRepository(*lease, id);
  if (found && found->match != storage::NameMatch::OldName) return std::optional(found->repository);
  if (!found && found.error().code() != Errc::NotFound) return std::move(found.error());
  return std::optional<storage::Repository>();
}

// The first commit is made beforehand, so that the write lock is held for rows only.
Result<storage::Creation> Create(Exchange& exchange, const Wanted& wanted) {
  auto& [hub, request, response] = exchange;
  if (auto existing = TRY(FindExisting(hub, wanted.id))) {
    return storage::Creation{*std::move(existing), /*existed=*/true};
  }
  storage::FirstCommit first;
  first.kind = wanted.id.kind;
  first.author = PersonOf(hub, request.caller);
  first.time_ms = hub.clock.NowMs();
  first.files = wanted.files;
  auto change = TRY(storage::PrepareFirstCommit(hub.database, hub.content, first));
  storage::Creation creation;
  TRY(hub.database.Write([&, &hub = hub](Connection& connection) -> Status {
    storage::NewRepository made;
    made.id = wanted.id;
    made.is_private = wanted.is_private;
    creation = TRY(storage::CreateRepository(connection, hub.random, made, hub.clock.NowMs()));
    if (creation.existed) return Ok();
    TRY(storage::EnterChange(connection, creation.repository.row, change, Entering(hub)));
    return Ok();
  }));
  if (!creation.existed) FollowHead(hub, creation.repository.row);
  return creation;
}

// Whether the caller may put a repository there; a namespace that does not exist is answered like
// one in which it may not.
bool MayCreateIn(Exchange& exchange, const std::string& owner) {
  auto& [hub, request, response] = exchange;
  auto lease = hub.database.Read();
  if (!lease) {
    Fail(response, lease.error());
    return false;
  }
  const auto place = storage::FindNamespace(**lease, owner);
  if (place && storage::CanCreateIn(request.caller, *place)) return true;
  AnswerDenied(request, response,
               "You may not create repositories under the namespace \"" + owner + "\"");
  return false;
}

void PostCreate(Exchange& exchange) {
  auto& [hub, request, response] = exchange;
  if (request.caller.IsAnonymous()) {
    return AnswerSignIn(response, "Sign in to create a repository");
  }
  const auto body = ReadJsonOrAnswer(request, response, kMaxCreateBytes);
  if (!body) return;
  const auto wanted = ParseWanted(*body, request.caller);
  if (!wanted) return Fail(response, wanted.error());
  if (!MayCreateIn(exchange, wanted->id.owner)) return;
  const auto creation = Create(exchange, *wanted);
  if (!creation) return Fail(response, creation.error());
  const auto& repository = creation->repository;
  Json answer = {{"url", LinkOf(hub, request, repository.id)},
                 {"name", repository.id.Path()},
                 {"id", repository.uid.ToString().substr(0, 24)}};
  if (creation->existed) {
    const std::string message = "There is a " + std::string(storage::Singular(repository.id.kind)) +
                                " \"" + repository.id.Path() + "\" already";
    Fail(response, 409, message);
    answer["error"] = message;  // beside the url, which clients read to go on
  }
  response.SetJson(answer);
}

// The repository with this id, if the caller may administer it. Not by an old name: that must not
// lead a deletion to its heir.
std::optional<storage::Repository> FindForAdmin(Exchange& exchange, const RepositoryId& id) {
  auto lease = exchange.hub.database.Read();
  if (!lease) {
    Fail(exchange.response, lease.error());
    return std::nullopt;
  }
  auto found =
      FindOrAnswer(exchange.hub, **lease, id, Access::Admin, exchange.request, exchange.response);
  if (!found) return std::nullopt;
  if (found->match != storage::NameMatch::OldName) return std::move(found->repository);
  AnswerNoRepository(exchange.request, exchange.response);
  return std::nullopt;
}

void DeleteRepository(Exchange& exchange) {
  auto& [hub, request, response] = exchange;
  const auto body = ReadJsonOrAnswer(request, response, Request::kDefaultBodyLimitBytes);
  if (!body) return;
  const auto id = NamedRepository(*body, request.caller);
  if (!id) return AnswerNoRepository(request, response);
  const auto repository = FindForAdmin(exchange, *id);
  if (!repository) return;
  const auto deleted = hub.database.Write([&](Connection& connection) {
    return storage::DeleteRepository(connection, repository->row);
  });
  if (!deleted) return Fail(response, deleted.error());
  response.SetJson({{"deleted", repository->id.Path()}});
}

void PostMove(Exchange& exchange) {
  auto& [hub, request, response] = exchange;
  const auto body = ReadJsonOrAnswer(request, response, Request::kDefaultBodyLimitBytes);
  if (!body) return;
  const auto kind = storage::ParseRepositoryKind(FindString(*body, "type").value_or("model"));
  if (!kind) return Fail(response, kind.error());
  const auto from = storage::ParseRepositoryId(*kind, FindString(*body, "fromRepo").value_or(""));
  const auto to = storage::ParseRepositoryId(*kind, FindString(*body, "toRepo").value_or(""));
  if (!from) return AnswerNoRepository(request, response);
  if (!to) return Fail(response, to.error());
  const auto repository = FindForAdmin(exchange, *from);
  if (!repository || !MayCreateIn(exchange, to->owner)) return;
  const auto moved = hub.database.Write([&, &hub = hub](Connection& connection) -> Status {
    TRY(storage::MoveRepository(connection, repository->row, *to, hub.quota()));
    return Ok();
  });
  if (!moved) return Fail(response, moved.error());
  response.SetJson({{"url", LinkOf(hub, request, *to)}});
}

Result<storage::RepositorySettings> ParseSettings(const Json& body) {
  storage::RepositorySettings settings;
  settings.is_private = TRY(WantedPrivacy(body));
  settings.default_branch = FindString(body, "defaultBranch");
  if (const Json* gated = FindMember(body, "gated")) {
    if (*gated == false) {
      settings.gating = storage::Gating::No;
    } else if (gated->is_string()) {
      settings.gating = TRY(storage::ParseGating(gated->get<std::string>()));
    } else {
      return Error(Errc::Invalid, "gated is \"auto\", \"manual\" or false");
    }
  }
  return settings;
}

// An empty change takes the head from what is now the default branch.
Status EnterDefaultBranch(Hub& hub, Connection& connection, const storage::Repository& changed) {
  storage::HistoryChange nothing;
  TRY(storage::EnterChange(connection, changed.row, nothing, Entering(hub)));
  return Ok();
}

void PutSettings(RepositoryCall& call) {
  const auto repository = call.Find(Access::Admin);
  if (!repository) return;
  const auto body = call.ReadJson();
  if (!body) return;
  const auto settings = ParseSettings(*body);
  if (!settings) return call.Fail(settings.error());
  std::optional<storage::Repository> changed;
  const auto written = call.hub.database.Write([&](Connection& connection) -> Status {
    changed = TRY(storage::ChangeSettings(connection, repository->row, *settings));
    return settings->default_branch ? EnterDefaultBranch(call.hub, connection, *changed) : Ok();
  });
  if (!written) return call.Fail(written.error());
  FollowHead(call.hub, repository->row);
  call.response.SetJson({{"private", changed->is_private},
                         {"gated", GatingJson(changed->gating)},
                         {"defaultBranch", changed->default_branch}});
}

void PostDuplicate(RepositoryCall& call) {
  if (!call.Find(Access::Metadata)) return;
  Fail(call.response, 501,
       "This node does not duplicate repositories: create one and push a clone of this one to it");
}

Handler Bind(Hub& hub, void (*handler)(Exchange&)) {
  return [&hub, handler](Request& request, Response& response) {
    Exchange exchange{hub, request, response};
    handler(exchange);
  };
}

}  // namespace

void AddManageRoutes(Router& router, Hub& hub) {
  router.Add("POST", "/api/repos/create", Bind(hub, PostCreate), {kMaxCreateBytes});
  router.Add("DELETE", "/api/repos/delete", Bind(hub, DeleteRepository));
  router.Add("POST", "/api/repos/move", Bind(hub, PostMove));
  AddApiRoute(router, hub, "PUT", "/settings", PutSettings);
  AddApiRoute(router, hub, "POST", "/duplicate", PostDuplicate);
}

}  // namespace banyan::node
