#include "node/repository_lookup.h"

#include "federation/mirror_state.h"
#include "node/hub_answer.h"

namespace banyan::node {
namespace {

// Why the files of a gated repository are not given, and where to ask for access.
Result<std::string> WhyGated(storage::Connection& connection, const storage::RepositoryId& id,
                             const storage::Caller& caller) {
  const auto found = TRY(storage::FindRepository(connection, id));
  const std::string restricted = "Access to this repository is restricted";
  if (const auto mark = TRY(federation::FindMirrorMark(connection, found.repository.row))) {
    return restricted +
           ", and given only where it comes from: " + federation::DescribeOrigin(*mark);
  }
  const auto& name = found.repository.id;
  const std::string path = "/api/" + std::string(storage::Plural(name.kind)) + "/" + name.Path();
  return restricted + (caller.IsAnonymous() ? ": sign in and" : " and was not given to you:") +
         " ask for it with POST " + path + "/user-access-request; the terms are in the card that " +
         "GET " + path + " shows";
}

}  // namespace

void RepositoryLookup::Refuse(const Error& error, const storage::RepositoryId& id,
                              storage::Access access) {
  if (error.code() == Errc::NotFound) return AnswerNoRepository(request, response);
  if (error.code() == Errc::Withheld) return AnswerWithheld(response, error.message());
  if (error.code() != Errc::Denied) return Fail(response, error);
  if (access != storage::Access::Files) return AnswerDenied(request, response, error.message());
  const auto why = WhyGated(connection, id, request.caller);
  if (!why) return Fail(response, why.error());
  AnswerGated(request, response, *why);
}

std::optional<storage::FoundRepository> RepositoryLookup::Find(const storage::RepositoryId& id,
                                                               storage::Access access) {
  if (request.caller.IsAnonymous() && !admits_anonymous) {
    AnswerNoRepository(request, response);
    return std::nullopt;
  }
  auto found = storage::FindRepositoryFor(connection, request.caller, access, id);
  if (found) return *std::move(found);
  Refuse(found.error(), id, access);
  return std::nullopt;
}

std::optional<storage::FoundRepository> RepositoryLookup::FindByPath(storage::RepositoryKind kind,
                                                                     storage::Access access) {
  std::string name = request.Param("name");
  if (name.ends_with(".git")) name.resize(name.size() - 4);  // as git remotes may be written
  const auto id = storage::ParseRepositoryId(kind, request.Param("ns") + "/" + name);
  if (id) return Find(*id, access);
  AnswerNoRepository(request, response);
  return std::nullopt;
}

}  // namespace banyan::node
