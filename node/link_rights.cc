#include "node/link_rights.h"

#include "storage/catalog/authorisation.h"
#include "storage/catalog/tokens.h"

namespace banyan::node {
namespace {

using storage::Caller;

Status Require(const Hub& hub, storage::Connection& connection, const SignedLink& link) {
  const auto holder = TRY(HolderOf(connection, link, hub.clock.NowMs()));
  const auto repository = TRY(storage::GetRepository(connection, link.repository));
  const Error denied(Errc::Denied, "no right to it");
  if (link.method != "GET") return storage::CanWrite(holder, repository) ? Ok() : Status(denied);
  if (holder.IsAnonymous() && !hub.config.access_anonymous) return denied;
  if (!storage::CanRead(holder, repository)) return denied;
  return storage::RequireFiles(connection, holder, repository);
}

}  // namespace

Result<Caller> HolderOf(storage::Connection& connection, const SignedLink& link,
                        std::int64_t now_ms) {
  if (link.user == 0) return Caller();
  if (link.token == 0) return storage::CallerOf(connection, link.user, storage::Role::Write);
  return storage::CallerOfToken(connection, link.token, now_ms);
}

Status RequireLinkRights(const Hub& hub, storage::Connection& connection, const SignedLink& link) {
  const auto status = Require(hub, connection, link);
  if (status) return status;
  const auto code = status.error().code();
  if (code != Errc::Denied && code != Errc::NotFound) return status;
  return Error(Errc::Denied, "this link does not hold any more: ask for a new one");
}

}  // namespace banyan::node
