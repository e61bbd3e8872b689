#include "node/upload.h"

#include "storage/history/upload_store.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

Status RequireExpected(const storage::FileContent& content, const ExpectedFile& expected) {
  if (content.size_bytes != expected.size_bytes) {
    return Error(Errc::Invalid, "the file has " + std::to_string(content.size_bytes) + " bytes, " +
                                    std::to_string(expected.size_bytes) + " were announced");
  }
  if (expected.sha256 && content.sha256 != *expected.sha256) {
    return Error(Errc::Invalid, "the file's SHA-256 is " + content.sha256.ToString() + ", " +
                                    expected.sha256->ToString() + " was announced");
  }
  return Ok();
}

// What the repository has already, such as when a client tries again, takes no room.
Result<std::uint64_t> NewBytes(storage::Connection& connection, const ExpectedFile& expected,
                               std::int64_t repository) {
  if (!expected.sha256) return expected.size_bytes;
  return storage::CountNewBytes(connection, repository, *expected.sha256, expected.size_bytes);
}

// Before anything is stored. What comes may be other bytes than were announced, and is left over
// then: what is left over already has to have its room.
Status RequireRoomToStore(Hub& hub, const ExpectedFile& expected, std::int64_t repository) {
  auto lease = TRY(hub.database.Read());
  const auto bytes = TRY(NewBytes(*lease, expected, repository));
  if (bytes == 0) return storage::RequireLooseRoom(*lease, repository, 0, hub.quota());
  return storage::RequireRoomToSend(*lease, repository, bytes, hub.quota());
}

// Durable first, then recorded: the row must never name bytes that a power cut may take back.
// `parts` of it wait no longer.
Result<storage::FileContent> Record(Hub& hub, storage::FileWriter& writer,
                                    const ExpectedFile& expected, const UploadTarget& target,
                                    const std::vector<storage::FileContent>& parts) {
  auto content = TRY(writer.Finish());
  const Status right = RequireExpected(content, expected);
  if (!right) {
    hub.metrics.Add(Counter::UploadsRefused);
    return right.error();
  }
  TRY(hub.content.Sync());
  const std::int64_t now_ms = hub.clock.NowMs();
  const std::int64_t repository = target.owner.repository;
  TRY(hub.database.Write([&](storage::Connection& connection) -> Status {
    TRY(target.still_allowed(connection));
    for (const auto& file : parts) {
      TRY(storage::DropPart(connection, repository, file.row, content.sha256));
    }
    const auto bytes = TRY(NewBytes(connection, {content.size_bytes, content.sha256}, repository));
    TRY(storage::RequireUploadRoom(connection, repository, bytes, hub.quota()));
    content.row = TRY(storage::RecordFile(connection, content, now_ms));
    if (target.whole) {
      return storage::HoldPart(connection, repository, content, *target.whole, now_ms);
    }
    return storage::HoldFile(connection, repository, content, storage::Holding::Uploaded, now_ms);
  }));
  hub.metrics.Add(Counter::UploadsTaken);
  hub.metrics.Add(Counter::UploadBytesTaken, content.size_bytes);
  return content;
}

}  // namespace

Result<storage::FileContent> ReceiveFile(Hub& hub, Request& request, const ExpectedFile& expected,
                                         const UploadTarget& target) {
  if (request.headers.Has("Content-Range")) {
    return Error(Errc::Invalid, "a file is sent whole here, without Content-Range");
  }
  TRY(RequireRoomToStore(hub, expected, target.owner.repository));
  request.LimitBody(expected.size_bytes);
  if (const auto announced = request.body_size_bytes();
      announced && *announced != expected.size_bytes) {
    hub.metrics.Add(Counter::UploadsRefused);
    return Error(Errc::Invalid, "the body has " + std::to_string(*announced) + " bytes, " +
                                    std::to_string(expected.size_bytes) + " were announced");
  }
  storage::UploadStore store(hub.content, target.owner, hub.quota());
  auto writer = TRY(store.NewFile({expected.size_bytes, target.owner.repository}));
  while (const std::size_t count = TRY(request.ReadBody(writer->Room()))) {
    TRY(writer->Wrote(count));
  }
  return Record(hub, *writer, expected, target, {});
}

Result<storage::FileContent> JoinFiles(Hub& hub, const std::vector<storage::FileContent>& parts,
                                       const ExpectedFile& expected, const UploadTarget& target) {
  std::uint64_t size_bytes = 0;
  for (const auto& part : parts) {
    if (part.size_bytes > expected.size_bytes - size_bytes) {
      return Error(Errc::Invalid, "the parts are longer than the file that was announced");
    }
    size_bytes += part.size_bytes;
  }
  if (size_bytes != expected.size_bytes) {
    return Error(Errc::Invalid, "the parts have " + std::to_string(size_bytes) + " bytes, " +
                                    std::to_string(expected.size_bytes) + " were announced");
  }
  {  // the parts, which wait, make room for what they become
    auto lease = TRY(hub.database.Read());
    TRY(storage::RequireLooseRoom(*lease, target.owner.repository, 0, hub.quota()));
  }
  storage::UploadStore store(hub.content, target.owner, hub.quota());
  auto writer = TRY(store.NewFile({expected.size_bytes, target.owner.repository}));
  for (const auto& part : parts) {
    auto reader = TRY(hub.content.OpenFile(part));
    TRY(reader->Stream(0, part.size_bytes, /*allow_mapped=*/false,
                       [&](ByteView slice) { return writer->Write(slice); }));
  }
  return Record(hub, *writer, expected, target, parts);
}

}  // namespace banyan::node
