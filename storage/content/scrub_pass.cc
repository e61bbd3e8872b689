#include "storage/content/scrub_pass.h"

namespace banyan::storage {

Result<ScrubPass> ReadScrubPass(Connection& connection) {
  ScrubPass pass;
  auto rows = connection.Query(
      "SELECT begun_ms, after_pack, until_pack, bytes, damaged,"
      " ended_ms, ended_bytes, ended_damaged FROM scrub_pass");
  if (!rows.Next()) {
    TRY(Status(rows.status()));
    return Error(Errc::Corrupt, "catalog: the row of the scrub is missing");
  }
  if (!rows.IsNull(0)) pass.begun_ms = rows.Int(0);
  pass.after = static_cast<PackId>(rows.Int(1));
  pass.until = static_cast<PackId>(rows.Int(2));
  pass.stored_bytes = static_cast<std::uint64_t>(rows.Int(3));
  pass.damaged_chunks = static_cast<std::uint64_t>(rows.Int(4));
  if (!rows.IsNull(5)) {
    pass.last = WholeScrub{rows.Int(5), static_cast<std::uint64_t>(rows.Int(6)),
                           static_cast<std::uint64_t>(rows.Int(7))};
  }
  TRY(Status(rows.status()));
  return pass;
}

Status WriteScrubPass(Connection& connection, const ScrubPass& pass) {
  return connection.Execute(
      "UPDATE scrub_pass SET begun_ms = ?, after_pack = ?, until_pack = ?, bytes = ?, damaged = ?",
      pass.begun_ms, pass.after, pass.until, pass.stored_bytes, pass.damaged_chunks);
}

Status RecordWholeScrub(Connection& connection, const WholeScrub& whole) {
  return connection.Execute(
      "UPDATE scrub_pass SET ended_ms = ?, ended_bytes = ?, ended_damaged = ?", whole.ended_ms,
      whole.stored_bytes, whole.damaged_chunks);
}

}  // namespace banyan::storage
