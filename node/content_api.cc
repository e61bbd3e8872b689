#include "node/content_api.h"

#include "node/hub_answer.h"

namespace banyan::node {

ContentApi::ContentApi(storage::LocalContentStore& store, Random& random, Authenticate authenticate,
                       ContentApiOptions options)
    : store_(store),
      random_(random),
      authenticate_(std::move(authenticate)),
      options_(options),
      offers_(store.core().fs, store.core().directory),
      sections_(store) {}

void ContentApi::AddRoutes(Router& router) {
  using storage::Access;
  Add(router, "GET", "/fed/o/:id", &ContentApi::GetObject);
  Add(router, "POST", "/fed/o", &ContentApi::PostObjects);
  Add(router, "POST", "/fed/f", &ContentApi::PostFiles);
  Add(router, "GET", "/fed/f/:hash/outline", &ContentApi::GetOutline);
  Add(router, "GET", "/fed/f/:hash/section/:index", &ContentApi::GetSection);
  Add(router, "GET", "/fed/f/:hash/data/:index", &ContentApi::GetData);
  Add(router, "GET", "/fed/f/:hash/run/:index", &ContentApi::GetRun);
  Add(router, "GET", "/fed/f/:hash/have", &ContentApi::GetHave);
  Add(router, "GET", "/fed/f/:hash/have/chunks", &ContentApi::GetHeldChunks);
  Add(router, "GET", "/fed/holdings/:manifest", &ContentApi::GetHoldings);
  Add(router, "GET", "/revision/:rev", Access::Files, &ContentApi::GetRevision);
  const std::string session = "/sessions/:session";
  Add(router, "POST", "/sessions", Access::Write, &ContentApi::BeginSession);
  Add(router, "POST", session + "/offers", Access::Write, &ContentApi::AddOffer,
      {options_.offer_bytes});
  Add(router, "GET", session + "/offers/:offer", Access::Write, &ContentApi::GetOffer);
  Add(router, "POST", session + "/offers/:offer/take", Access::Write, &ContentApi::TakeOffer);
  Add(router, "POST", session + "/chunks", Access::Write, &ContentApi::PutChunks,
      {options_.batch_bytes});
  Add(router, "DELETE", session, Access::Write, &ContentApi::EndSession);
}

void ContentApi::Add(Router& router, std::string_view method, const std::string& pattern,
                     Status (ContentApi::*handler)(Request&, Response&)) {
  router.Add(method, pattern, [this, handler](Request& request, Response& response) {
    if (!Identify(request, response)) return;
    const bool is_guest = request.caller.IsAnonymous() && !request.is_reader;
    if (is_guest && !options_.admits_anonymous) {
      return AnswerSignIn(response, "Sign in to read from this node");
    }
    const Status status = (this->*handler)(request, response);
    if (!status) Fail(response, status.error());
  });
}

void ContentApi::Add(Router& router, std::string_view method, const std::string& rest,
                     storage::Access access,
                     Status (ContentApi::*handler)(const Repository&, Request&, Response&),
                     RouteOptions options) {
  for (const auto kind : {storage::RepositoryKind::Model, storage::RepositoryKind::Dataset}) {
    const auto handle = [=, this](Request& request, Response& response) {
      if (!Identify(request, response)) return;
      const auto repository = FindRepository(kind, access, request, response);
      if (!repository) return;
      const Status status = (this->*handler)(*repository, request, response);
      if (!status) Fail(response, status.error());
    };
    router.Add(method, "/api/banyan/v0/" + std::string(storage::Plural(kind)) + "/:ns/:name" + rest,
               handle, options);
  }
}

bool ContentApi::Identify(Request& request, Response& response) {
  auto caller = [&]() -> Result<storage::Caller> {
    auto connection = TRY(store_.core().database.Read());
    return authenticate_(*connection, request);
  }();
  if (caller) {
    request.caller = *std::move(caller);
    return true;
  }
  Fail(response, caller.error());
  return false;
}

std::optional<storage::Repository> ContentApi::FindRepository(storage::RepositoryKind kind,
                                                              storage::Access access,
                                                              const Request& request,
                                                              Response& response) {
  auto connection = store_.core().database.Read();
  if (!connection) {
    Fail(response, connection.error());
    return std::nullopt;
  }
  auto found =
      RepositoryLookup{**connection, request, response, options_.admits_anonymous}.FindByPath(
          kind, access);
  if (!found) return std::nullopt;
  return std::move(found->repository);
}

}  // namespace banyan::node
