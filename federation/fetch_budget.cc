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

// What does not grow may stay above a limit that was lowered.
bool Fits(std::uint64_t limit, std::uint64_t held, std::uint64_t more) {
  return limit == 0 || more == 0 || (held <= limit && more <= limit - held);
}

std::uint64_t Growth(std::uint64_t before, std::uint64_t now) {
  return now > before ? now - before : 0;
}

Status Require(const FetchLimits& limits, const MirrorBytes& held, const MirrorBytes& more) {
  if (!Fits(limits.held_bytes, held.all, more.all)) {
    return Error(Errc::TooLarge,
                 "all mirrors together would be larger than the policy's "
                 "mirror.held allows: raise it, or follow less");
  }
  if (Fits(limits.held_origin_bytes, held.of_origin, more.of_origin)) return Ok();
  return Error(Errc::TooLarge,
               "the mirrors of this origin would be larger than the policy's "
               "mirror.held_per_origin allows: raise it, or follow less of it");
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

Result<MirrorBytes> ReadMirrorBytes(Connection& connection, const FetchLimits& limits,
                                    std::int64_t origin) {
  MirrorBytes bytes;
  if (limits.held_bytes > 0) {
    bytes.all = TRY(ReadSum(connection.Query(
        "SELECT coalesce(sum(stored_bytes), 0) FROM repository WHERE origin IS NOT NULL")));
  }
  if (limits.held_origin_bytes > 0) {
    bytes.of_origin = TRY(ReadSum(connection.Query(
        "SELECT coalesce(sum(stored_bytes), 0) FROM repository WHERE origin = ?", origin)));
  }
  return bytes;
}

Status RequireMirrorRoom(Connection& connection, const FetchLimits& limits, std::int64_t origin,
                         const MirrorBytes& more) {
  return Require(limits, TRY(ReadMirrorBytes(connection, limits, origin)), more);
}

Status RequireWithinMirrorRoom(Connection& connection, const FetchLimits& limits,
                               std::int64_t origin, const MirrorBytes& before) {
  const auto now = TRY(ReadMirrorBytes(connection, limits, origin));
  return Require(limits, before,
                 {Growth(before.all, now.all), Growth(before.of_origin, now.of_origin)});
}

}  // namespace banyan::federation
