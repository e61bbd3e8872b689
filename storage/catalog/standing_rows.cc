#include "storage/catalog/standing_rows.h"

#include <array>

#include "storage/catalog/repositories.h"
#include "storage/content/content_store.h"

namespace banyan::storage {

std::string_view ToString(Answer answer) {
  constexpr std::array<std::string_view, 4> kWords = {"keep", "hide", "stop", "archive"};
  return kWords[static_cast<std::size_t>(answer)];
}

SqlValue ReasonColumn(const Standing& standing) {
  if (!standing.reason) return nullptr;
  return static_cast<int>(*standing.reason);
}

std::string ScopeColumn(const Standing& standing) {
  std::string text;
  for (const auto& country : standing.scope) text += (text.empty() ? "" : " ") + country;
  return text;
}

Standing ReadStanding(const Rows& rows, int column) {
  Standing standing;
  standing.status = static_cast<StandingStatus>(rows.Int(column));
  if (!rows.IsNull(column + 1)) {
    standing.reason = static_cast<StandingReason>(rows.Int(column + 1));
  }
  const std::string scope = rows.Text(column + 2);
  for (std::size_t at = 0; at < scope.size(); at += 3) {
    standing.scope.push_back(scope.substr(at, 2));
  }
  return standing;
}

Status SetStanding(Connection& connection, std::int64_t repository, const Standing& standing,
                   const Answered& answered, std::int64_t since_ms) {
  const bool was_closed = TRY(GetRepository(connection, repository)).IsClosed();
  TRY(connection.Execute(
      "UPDATE repository SET status = ?, reason = ?, scope = ?, answer = ?, delete_ms = ?, "
      "answered_ms = ? WHERE id = ?",
      static_cast<int>(standing.status), ReasonColumn(standing), ScopeColumn(standing),
      static_cast<int>(answered.answer), answered.delete_ms, since_ms, repository));
  const bool is_closed = TRY(GetRepository(connection, repository)).IsClosed();
  if (was_closed == is_closed) return Ok();
  return RepositoryVisibilityChanged(connection, repository, is_closed);
}

}  // namespace banyan::storage
