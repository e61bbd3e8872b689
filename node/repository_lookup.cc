#include "node/repository_lookup.h"

#include "node/hub_answer.h"

namespace banyan::node {
namespace {

void Refuse(const Error& error, storage::Access access, const Request& request,
            Response& response) {
  if (error.code() == Errc::NotFound) return AnswerNoRepository(request, response);
  if (error.code() == Errc::Withheld) return AnswerWithheld(response, error.message());
  if (error.code() != Errc::Denied) return Fail(response, error);
  if (access == storage::Access::Files) return AnswerGated(request, response);
  AnswerDenied(request, response, error.message());
}

}  // namespace

std::optional<storage::FoundRepository> RepositoryLookup::Find(const storage::RepositoryId& id,
                                                               storage::Access access) {
  if (request.caller.IsAnonymous() && !admits_anonymous) {
    AnswerNoRepository(request, response);
    return std::nullopt;
  }
  auto found = storage::FindRepositoryFor(connection, request.caller, access, id);
  if (found) return *std::move(found);
  Refuse(found.error(), access, request, response);
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
