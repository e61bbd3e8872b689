#include "storage/content/loose_bytes.h"

#include <algorithm>
#include <vector>

namespace banyan::storage {

Status ChargeLooseBytes(Connection& connection, std::int64_t session, std::uint64_t bytes) {
  if (bytes == 0) return Ok();
  return connection.Execute("UPDATE upload_session SET loose_bytes = loose_bytes + ? WHERE id = ?",
                            bytes, session);
}

Status PayLooseBytes(Connection& connection, std::int64_t user, std::uint64_t bytes) {
  struct Charged {
    std::int64_t session;
    std::uint64_t bytes;
  };
  std::vector<Charged> charged;
  {
    auto rows = connection.Query(
        "SELECT id, loose_bytes FROM upload_session WHERE user = ? AND loose_bytes > 0 ORDER BY id",
        user);
    while (rows.Next()) charged.push_back({rows.Int(0), static_cast<std::uint64_t>(rows.Int(1))});
    TRY(Status(rows.status()));
  }
  for (const auto& item : charged) {
    const auto paid = std::min(bytes, item.bytes);
    bytes -= paid;
    if (paid == 0) break;
    TRY(connection.Execute("UPDATE upload_session SET loose_bytes = ? WHERE id = ?",
                           item.bytes - paid, item.session));
  }
  return Ok();
}

Result<std::uint64_t> CountLooseBytes(Connection& connection, std::int64_t namespace_row) {
  auto rows = connection.Query(
      "SELECT coalesce(sum(loose_bytes), 0) FROM upload_session WHERE loose_bytes > 0 AND "
      "repository IN (SELECT id FROM repository WHERE namespace = ?)",
      namespace_row);
  const auto bytes = rows.Next() ? static_cast<std::uint64_t>(rows.Int(0)) : 0;
  TRY(Status(rows.status()));
  return bytes;
}

}  // namespace banyan::storage
