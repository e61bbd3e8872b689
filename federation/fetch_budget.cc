#include "federation/fetch_budget.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::Rows;

Result<std::uint64_t> ReadSum(Rows rows) {
  const auto sum = rows.Next() ? static_cast<std::uint64_t>(rows.Int(0)) : 0;
  TRY(rows.status());
  return sum;
}

bool IsLeft(std::uint64_t limit, std::uint64_t spent) { return limit == 0 || spent < limit; }

bool Fits(std::uint64_t limit, std::uint64_t held, std::uint64_t more) {
  return limit == 0 || (held <= limit && more <= limit - held);
}

}  // namespace

Status CountFetched(Connection& connection, std::uint64_t bytes, std::int64_t now_ms) {
  const auto now = LocalTimeOf(now_ms);
  TRY(connection.Execute("DELETE FROM fetched WHERE day < ?", (now.month - 1) * 100));
  return connection.Execute(
      "INSERT INTO fetched(day, bytes) VALUES(?, ?) "
      "ON CONFLICT(day) DO UPDATE SET bytes = bytes + excluded.bytes",
      now.day, bytes);
}

Result<FetchState> ReadFetchState(Connection& connection, const FetchLimits& limits,
                                  std::int64_t now_ms) {
  const auto now = LocalTimeOf(now_ms);
  FetchState state;
  state.is_open = IsWithinWindows(limits, now);
  state.today_bytes = TRY(ReadSum(
      connection.Query("SELECT coalesce(sum(bytes), 0) FROM fetched WHERE day = ?", now.day)));
  state.month_bytes = TRY(ReadSum(connection.Query(
      "SELECT coalesce(sum(bytes), 0) FROM fetched WHERE day / 100 = ?", now.month)));
  state.has_budget = IsLeft(limits.bytes_per_day, state.today_bytes) &&
                     IsLeft(limits.bytes_per_month, state.month_bytes);
  return state;
}

Status RequireMirrorRoom(Connection& connection, const FetchLimits& limits, std::int64_t origin,
                         std::uint64_t additional_bytes) {
  if (limits.held_bytes == 0 && limits.held_origin_bytes == 0) return Ok();
  const auto all = TRY(ReadSum(connection.Query(
      "SELECT coalesce(sum(stored_bytes), 0) FROM repository WHERE origin IS NOT NULL")));
  const auto of_origin = TRY(ReadSum(connection.Query(
      "SELECT coalesce(sum(stored_bytes), 0) FROM repository WHERE origin = ?", origin)));
  if (!Fits(limits.held_bytes, all, additional_bytes)) {
    return Error(Errc::TooLarge,
                 "all mirrors together would be larger than the policy's "
                 "mirror.held allows: raise it, or follow less");
  }
  if (Fits(limits.held_origin_bytes, of_origin, additional_bytes)) return Ok();
  return Error(Errc::TooLarge,
               "the mirrors of this origin would be larger than the policy's "
               "mirror.held_per_origin allows: raise it, or follow less of it");
}

}  // namespace banyan::federation
