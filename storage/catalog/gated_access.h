#pragma once
// Consent to read the files of a gated repository. What a repository is stays readable by all who
// may see it; its files only by members of its namespace and users it accepted.

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/catalog/accounts.h"
#include "storage/catalog/repositories.h"

namespace banyan::storage {

enum class AccessStatus { Pending = 0, Accepted = 1, Rejected = 2 };
// "pending", "accepted", "rejected".
std::string_view ToString(AccessStatus status);
Result<AccessStatus> ParseAccessStatus(std::string_view text);

// nullopt: never asked.
Result<std::optional<AccessStatus>> AccessOf(Connection& connection, std::int64_t repository,
                                             std::int64_t user);

// The user asks: accepted at once where gating is Auto, else pending. A decision already made
// stands. Gives the status that holds now.
Result<AccessStatus> RequestAccess(Connection& connection, const Repository& repository,
                                   std::int64_t user, std::int64_t now_ms);
// An admin decides, asked or not.
Status DecideAccess(Connection& connection, std::int64_t repository, std::int64_t user,
                    AccessStatus status, std::int64_t now_ms);

struct AccessRequest {
  Namespace user;
  AccessStatus status = AccessStatus::Pending;
  std::int64_t changed_ms = 0;
};
// Those with this status, oldest change first, at most 1,000.
Result<std::vector<AccessRequest>> ListAccess(Connection& connection, std::int64_t repository,
                                              AccessStatus status);

}  // namespace banyan::storage
