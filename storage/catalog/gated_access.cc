#include "storage/catalog/gated_access.h"

namespace banyan::storage {

std::string_view ToString(AccessStatus status) {
  switch (status) {
    case AccessStatus::Pending: return "pending";
    case AccessStatus::Accepted: return "accepted";
    case AccessStatus::Rejected: return "rejected";
  }
  return "pending";
}

Result<AccessStatus> ParseAccessStatus(std::string_view text) {
  for (const auto status :
       {AccessStatus::Pending, AccessStatus::Accepted, AccessStatus::Rejected}) {
    if (text == ToString(status)) return status;
  }
  return Error(Errc::Invalid, "an access status is 'pending', 'accepted' or 'rejected'");
}

Result<std::optional<AccessStatus>> AccessOf(Connection& connection, std::int64_t repository,
                                             std::int64_t user) {
  auto rows = connection.Query(
      "SELECT status FROM repository_access WHERE repository = ? AND user = ?", repository, user);
  std::optional<AccessStatus> status;
  if (rows.Next()) status = static_cast<AccessStatus>(rows.Int(0));
  TRY(rows.status());
  return status;
}

Result<AccessStatus> RequestAccess(Connection& connection, const Repository& repository,
                                   std::int64_t user, std::int64_t now_ms) {
  if (const auto status = TRY(AccessOf(connection, repository.row, user))) return *status;
  const auto status =
      repository.gating == Gating::Auto ? AccessStatus::Accepted : AccessStatus::Pending;
  TRY(DecideAccess(connection, repository.row, user, status, now_ms));
  return status;
}

Status DecideAccess(Connection& connection, std::int64_t repository, std::int64_t user,
                    AccessStatus status, std::int64_t now_ms) {
  const auto account = TRY(GetNamespace(connection, user));
  if (account.kind != NamespaceKind::User) {
    return Error(Errc::Invalid, "access is given to users, not to organisations");
  }
  return connection.Execute(
      "INSERT INTO repository_access(repository, user, status, changed_ms) VALUES(?, ?, ?, ?) "
      "ON CONFLICT(repository, user) DO UPDATE SET status = excluded.status, "
      "changed_ms = excluded.changed_ms",
      repository, user, static_cast<int>(status), now_ms);
}

Result<std::vector<AccessRequest>> ListAccess(Connection& connection, std::int64_t repository,
                                              AccessStatus status) {
  std::vector<std::pair<std::int64_t, std::int64_t>> found;
  {
    auto rows = connection.Query(
        "SELECT user, changed_ms FROM repository_access WHERE repository = ? AND status = ? "
        "ORDER BY changed_ms, user LIMIT 1000",
        repository, static_cast<int>(status));
    while (rows.Next()) found.emplace_back(rows.Int(0), rows.Int(1));
    TRY(rows.status());
  }
  std::vector<AccessRequest> out;
  for (const auto& [user, changed_ms] : found) {
    out.push_back({TRY(GetNamespace(connection, user)), status, changed_ms});
  }
  return out;
}

}  // namespace banyan::storage
