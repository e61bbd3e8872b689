#include "storage/history/uploads.h"

#include <algorithm>

#include "storage/content/loose_places.h"

namespace banyan::storage {
namespace {

struct Waiting {
  std::int64_t namespace_row = 0;
  std::uint64_t bytes = 0;
};

Result<Waiting> WaitingBytes(Connection& connection, std::int64_t repository) {
  auto rows = connection.Query(
      "SELECT o.id, (SELECT coalesce(sum(f.size), 0) FROM repository r"
      " JOIN repository_file h INDEXED BY repository_file_waiting"
      " ON h.repository = r.id AND h.committed = 0"
      " JOIN file f ON f.id = h.file WHERE r.namespace = o.id)"
      " FROM namespace o WHERE o.id = (SELECT namespace FROM repository WHERE id = ?)",
      repository);
  if (!rows.Next()) {
    TRY(rows.status());
    return Error(Errc::NotFound, "no such repository");
  }
  const Waiting waiting{rows.Int(0), static_cast<std::uint64_t>(rows.Int(1))};
  TRY(rows.status());
  return waiting;
}

// Each once, however many repositories of the namespace hold it.
Result<std::uint64_t> CountDamagedBytes(Connection& connection, std::int64_t namespace_row) {
  auto rows = connection.Query(
      "SELECT coalesce(sum(f.size), 0) FROM file f WHERE f.damaged = 1 AND EXISTS"
      " (SELECT 1 FROM repository_file h JOIN repository r ON r.id = h.repository"
      " WHERE h.file = f.id AND r.namespace = ?)",
      namespace_row);
  const std::uint64_t bytes = rows.Next() ? static_cast<std::uint64_t>(rows.Int(0)) : 0;
  TRY(rows.status());
  return bytes;
}

}  // namespace

Result<std::optional<FileContent>> FindUsableFile(Connection& connection, std::int64_t repository,
                                                  const Sha256& sha256) {
  return FindHeldFile(connection, repository, sha256, Holding::Uploaded);
}

Result<std::optional<FileContent>> FindCommittedFile(Connection& connection,
                                                     std::int64_t repository,
                                                     const Sha256& sha256) {
  return FindHeldFile(connection, repository, sha256, Holding::Committed);
}

Result<std::uint64_t> CountNewBytes(Connection& connection, std::int64_t repository,
                                    const Sha256& sha256, std::uint64_t size_bytes) {
  auto rows = connection.Query(
      "SELECT 1 FROM repository_file WHERE repository = ?"
      " AND file = (SELECT id FROM file WHERE sha256 = ? AND size = ?)",
      repository, sha256, static_cast<std::int64_t>(size_bytes));
  const bool is_held = rows.Next();
  TRY(rows.status());
  return is_held ? 0 : size_bytes;
}

Status RequireUploadRoom(Connection& connection, std::int64_t repository,
                         std::uint64_t additional_bytes, const QuotaPolicy& policy) {
  if (additional_bytes == 0) return Ok();
  const auto waiting = TRY(WaitingBytes(connection, repository));
  return RequireRoom(connection, waiting.namespace_row, waiting.bytes + additional_bytes, policy);
}

Status RequireLooseRoom(Connection& connection, std::int64_t repository,
                        std::uint64_t additional_bytes, const QuotaPolicy& policy) {
  const auto waiting = TRY(WaitingBytes(connection, repository));
  if (!TRY(ReadQuota(connection, waiting.namespace_row, policy)).limit_bytes) return Ok();
  const auto loose = TRY(CountLooseBytes(connection, repository));
  const auto sent = loose + additional_bytes;
  const auto paid = std::min(sent, TRY(CountDamagedBytes(connection, waiting.namespace_row)));
  if (sent == paid) return Ok();
  auto room = RequireRoom(connection, waiting.namespace_row, waiting.bytes + sent - paid, policy);
  if (room || loose == 0) return room;
  return Error(
      room.error().code(),
      room.error().message() + ". " + std::to_string(loose) +
          " bytes of what is wanted were sent already and are in no file: finish the uploads "
          "that they belong to, or wait: what was refused, broke off or was given up goes when "
          "this node collects next, mostly within a day, and the rest when it is unused for 7 "
          "days");
}

Status RequireRoomToSend(Connection& connection, std::int64_t repository,
                         std::uint64_t additional_bytes, const QuotaPolicy& policy) {
  if (additional_bytes == 0) return Ok();
  TRY(RequireLooseRoom(connection, repository, 1, policy));
  return RequireUploadRoom(connection, repository, additional_bytes, policy);
}

Result<std::optional<std::uint64_t>> FindRoomToSend(Connection& connection, std::int64_t repository,
                                                    const QuotaPolicy& policy) {
  const auto waiting = TRY(WaitingBytes(connection, repository));
  const auto quota = TRY(ReadQuota(connection, waiting.namespace_row, policy));
  if (!quota.limit_bytes) return std::optional<std::uint64_t>();
  const std::uint64_t taken = quota.used_bytes + waiting.bytes;
  const std::uint64_t room = *quota.limit_bytes - std::min(taken, *quota.limit_bytes);
  const auto loose = TRY(CountLooseBytes(connection, repository));
  return std::optional<std::uint64_t>(loose < room ? room : 0);
}

Status HoldPart(Connection& connection, std::int64_t repository, const FileContent& file,
                const Sha256& whole, std::int64_t now_ms) {
  bool is_wanted_otherwise = false;
  {
    auto rows = connection.Query(
        "SELECT 1 FROM repository_file WHERE repository = ? AND file = ? AND part_of IS NOT ?",
        repository, file.row, whole);
    is_wanted_otherwise = rows.Next();
    TRY(Status(rows.status()));
  }
  TRY(HoldFile(connection, repository, file, Holding::Uploaded, now_ms));
  if (is_wanted_otherwise) return Ok();
  return connection.Execute(
      "UPDATE repository_file SET part_of = ? WHERE repository = ? AND file = ?", whole, repository,
      file.row);
}

Status DropPart(Connection& connection, std::int64_t repository, std::int64_t file,
                const Sha256& whole) {
  return connection.Execute(
      "DELETE FROM repository_file WHERE repository = ? AND file = ? AND committed = 0"
      " AND part_of = ?",
      repository, file, whole);
}

}  // namespace banyan::storage
