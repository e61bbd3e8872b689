#include "storage/catalog/quota.h"

#include "storage/catalog/accounts.h"

namespace banyan::storage {
namespace {

std::optional<std::uint64_t> LimitOf(const Namespace& account, const QuotaPolicy& policy) {
  if (!account.quota_bytes) return policy.default_bytes;
  return *account.quota_bytes == 0 ? std::nullopt : account.quota_bytes;
}

// Room for `additional_bytes` on top of `used_bytes`?
Status Require(const Namespace& account, std::uint64_t used_bytes, std::uint64_t additional_bytes,
               const QuotaPolicy& policy) {
  const auto limit = LimitOf(account, policy);
  if (additional_bytes == 0 || !limit) return Ok();
  if (used_bytes <= *limit && additional_bytes <= *limit - used_bytes) return Ok();
  return Error(Errc::TooLarge, "the storage quota of '" + account.name +
                                   "' does not suffice: " + std::to_string(used_bytes) +
                                   " bytes used, " + std::to_string(additional_bytes) +
                                   " more wanted, " + std::to_string(*limit) +
                                   " allowed. Delete repositories you no longer need, or ask the "
                                   "operator of this node for a larger quota");
}

}  // namespace

Result<Quota> ReadQuota(Connection& connection, std::int64_t namespace_row,
                        const QuotaPolicy& policy) {
  const auto account = TRY(GetNamespace(connection, namespace_row));
  return Quota{account.used_bytes, LimitOf(account, policy)};
}

Status RequireRoom(Connection& connection, std::int64_t namespace_row,
                   std::uint64_t additional_bytes, const QuotaPolicy& policy) {
  const auto account = TRY(GetNamespace(connection, namespace_row));
  return Require(account, account.used_bytes, additional_bytes, policy);
}

Status RequireWithinQuota(Connection& connection, std::int64_t namespace_row,
                          std::uint64_t used_before_bytes, const QuotaPolicy& policy) {
  const auto account = TRY(GetNamespace(connection, namespace_row));
  const auto used = account.used_bytes;
  return Require(account, used_before_bytes,
                 used > used_before_bytes ? used - used_before_bytes : 0, policy);
}

}  // namespace banyan::storage
