#include "federation/log_files.h"

#include <algorithm>
#include <utility>

#include "federation/format/entry_bundle.h"
#include "federation/format/note.h"
#include "federation/head_rows.h"

namespace banyan::federation {
namespace {

constexpr std::uint64_t kMaxFileBytes = 8u << 20;
const std::string kCheckpoint = "checkpoint";

}  // namespace

Result<std::string> ReadFence(FileSystem& fs, const std::string& path) {
  const auto bytes = ReadFile(fs, path, kMaxNoteBytes);
  if (!bytes && bytes.error().code() == Errc::NotFound) {
    return Error(Errc::NotFound, path +
                                     ": the fence is not there. Is its disk mounted? For a new "
                                     "fence make an empty file of that name");
  }
  return std::string(AsText(TRY(bytes)));
}

Result<std::unique_ptr<LogFiles>> LogFiles::Open(storage::Database& database, FileSystem& fs,
                                                 Clock& clock, const OwnOrigin& origin,
                                                 LogFilesOptions options) {
  TRY(fs.CreateDirectories(options.directory));
  std::unique_ptr<LogFiles> files(new LogFiles(database, fs, clock, origin, std::move(options)));
  const auto head = TRY(files->ReadCheckpoint(files->options_.directory + "/" + kCheckpoint));
  TRY(files->OpenFence());
  if (head) {
    TRY(files->RequireLedTo(head->state));
    TRY(files->EnterEarlier(*head));
    files->on_disk_ = head->state.size;
    MutexLock lock(files->mutex_);
    files->published_ = head->state;
  }
  return files;
}

// The catalog may have been behind when the node ended, and what was signed must be known there.
Status LogFiles::EnterEarlier(const SignedHead& head) {
  return database_.Write([&](storage::Connection& connection) -> Status {
    const auto entered = TRY(FindHead(connection, origin_.log));
    if (entered && entered->frontier.size() >= head.state.size) return Ok();
    auto frontier = TRY(ReadFrontier(connection, origin_.log, head.state.size));
    return PutHead(connection, origin_.log, {std::move(frontier), head.note, clock_.NowMs()});
  });
}

Result<std::optional<SignedHead>> LogFiles::ReadCheckpoint(const std::string& path) const {
  return ReadSignedHead(fs_, path, origin_.Line(), origin_.keys.log.public_key());
}

// What was released last, here or by another copy of this node.
Status LogFiles::OpenFence() {
  if (options_.fence.empty()) return Ok();
  fence_ = TRY(ReadFence(fs_, options_.fence));
  if (fence_.empty()) return Ok();
  const auto name = LogName::Parse(fence_.substr(0, fence_.find('\n')));
  if (name && name->node == origin_.node && name->epoch < origin_.log.epoch) return Ok();
  if (name && name->node == origin_.node && name->epoch > origin_.log.epoch) {
    return Error(Errc::Conflict, options_.fence + ": the log is at epoch " +
                                     std::to_string(name->epoch) +
                                     ", and this catalog at an earlier one: it is an older copy");
  }
  const auto head = TRY(ReadCheckpoint(options_.fence));
  TRY(RequireLedTo(head->state));
  return EnterEarlier(*head);
}

// A head that was signed before must be one that these rows lead to.
Status LogFiles::RequireLedTo(const LogState& head) const {
  auto lease = TRY(database_.Read());
  const auto rows = TRY(CountEntries(*lease, origin_.log));
  if (rows < head.size) {
    return Error(Errc::Conflict, "a signed head has " + std::to_string(head.size) +
                                     " entries, the catalog has " + std::to_string(rows) +
                                     ": it is an older copy, and nothing is signed with it");
  }
  TileBuilder upto;
  TRY(TakeRows(*lease, head.size, upto));
  if (upto.state() == head) return Ok();
  return Error(
      Errc::Corrupt,
      "the catalog's entries do not lead to the root that was signed, so nothing is signed");
}

Status LogFiles::TakeRows(storage::Connection& connection, std::uint64_t until,
                          TileBuilder& builder) const {
  return ForEachEntry(connection, origin_.log, builder.size(), until,
                      [&](ByteView entry) { builder.Append(HashLeaf(entry)); });
}

Result<LogFiles::News> LogFiles::Look() const {
  if (!is_checked_) return News::Some;
  auto lease = TRY(database_.Read());
  const auto rows = TRY(CountEntries(*lease, origin_.log));
  return rows == published().size ? News::None : News::Some;
}

Status LogFiles::Publish() {
  const Status done = PublishRows();
  if (!done) {
    builder_ = TileBuilder();  // it handed out tiles that are not on the disk
    is_checked_ = false;
  }
  return done;
}

Status LogFiles::PublishRows() {
  const auto before = published();
  std::uint64_t rows = 0;
  {
    auto lease = TRY(database_.Read());
    rows = TRY(CountEntries(*lease, origin_.log));
    if (is_checked_ && rows == before.size) return Ok();
    TRY(TakeRows(*lease, rows, builder_));
  }
  TRY(WriteTiles(is_checked_ ? before.size : 0));
  TRY(Release(before));
  is_checked_ = true;
  RemovePartials(std::exchange(on_disk_, rows), rows);
  return Ok();
}

// Those that have grown.
void LogFiles::RemovePartials(std::uint64_t old_size, std::uint64_t size) {
  for (const auto& tile : NewTiles(old_size, size)) {
    const auto width = TileWidth(tile.level, tile.index, old_size);
    if (width == 0) continue;
    const Tile old{tile.level, tile.index, width};
    static_cast<void>(fs_.Remove(options_.directory + "/" + old.Path()));  // it only takes room
  }
}

Status LogFiles::WriteTiles(std::uint64_t old_size) {
  for (const auto& [tile, hashes] : builder_.TakeTiles()) TRY(WriteFile(tile, hashes));
  for (const auto& tile : NewTiles(old_size, builder_.state().size)) {
    if (tile.level == Tile::kEntries) TRY(WriteBundle(tile));
  }
  return Ok();
}

Status LogFiles::WriteBundle(const Tile& bundle) {
  auto lease = TRY(database_.Read());
  const auto entries =
      TRY(ReadEntries(*lease, origin_.log, bundle.index * kTileWidth, bundle.width));
  return WriteFile(bundle, WriteEntryBundle(entries));
}

Status LogFiles::WriteFile(const Tile& tile, ByteView bytes) {
  const std::string path = options_.directory + "/" + tile.Path();
  TRY(fs_.CreateDirectories(ParentDirectory(path)));
  const auto there = ReadFile(fs_, path, kMaxFileBytes);
  if (there && std::ranges::equal(*there, bytes)) return Ok();
  return WriteFileDurably(fs_, path, bytes);
}

// Readers may see the new head before its checkpoint: its tiles are there.
Status LogFiles::Release(const LogState& before) {
  const Checkpoint checkpoint{origin_.Line(), builder_.state()};
  SignedNote note{checkpoint.ToString(), {}};
  note.signatures.push_back(SignNote(note.text, origin_.Line(), origin_.keys.log));
  const auto text = note.ToString();
  TRY(WriteFence(text));
  SetPublished(checkpoint.state);
  const auto written = WriteFileDurably(fs_, options_.directory + "/" + kCheckpoint, AsBytes(text));
  if (!written) SetPublished(before);
  TRY(Status(written));
  return EnterHead(text);
}

// Into the journal that peers read, unless it is there from before a restart.
Status LogFiles::EnterHead(const std::string& note) {
  return database_.Write([&](storage::Connection& connection) -> Status {
    const auto entered = TRY(FindHead(connection, origin_.log));
    if (entered && entered->note == note) return Ok();
    return PutHead(connection, origin_.log, {builder_.frontier(), note, clock_.NowMs()});
  });
}

Status LogFiles::WriteFence(const std::string& text) {
  if (options_.fence.empty()) return Ok();
  auto there = TRY(ReadFence(fs_, options_.fence));
  if (there != fence_ && there != fence_tried_) {
    return Error(Errc::Conflict, options_.fence +
                                     ": somebody else wrote to the fence: does a copy of this node "
                                     "run elsewhere? Nothing more is signed here");
  }
  fence_ = std::move(there);
  fence_tried_ = text;
  TRY(WriteFileDurably(fs_, options_.fence, AsBytes(text)));
  fence_ = text;
  return Ok();
}

void LogFiles::SetPublished(const LogState& state) {
  MutexLock lock(mutex_);
  published_ = state;
}

LogState LogFiles::published() const {
  MutexLock lock(mutex_);
  return published_;
}

Result<Bytes> LogFiles::Read(const std::string& path) {
  const Error absent(Errc::NotFound, "the log has no " + path);
  if (published().size == 0) return absent;
  if (path == kCheckpoint) {
    return ReadFile(fs_, options_.directory + "/" + path, kMaxNoteBytes);
  }
  const auto tile = Tile::Parse(path);
  if (!tile) return absent;
  for (;;) {
    const auto size = published().size;
    const auto width = TileWidth(tile->level, tile->index, size);
    if (tile->width > width) return absent;
    auto bytes = ReadTile(*tile, width);
    // The log may have grown meanwhile, and the narrower file be gone.
    if (bytes || published().size == size) return bytes;
  }
}

Result<Bytes> LogFiles::ReadTile(const Tile& tile, unsigned width) {
  const std::string path = Tile{tile.level, tile.index, width}.Path();
  Bytes bytes = TRY(ReadFile(fs_, options_.directory + "/" + path, kMaxFileBytes));
  if (tile.width == width) return bytes;
  if (tile.level == Tile::kEntries) {
    auto entries = TRY(ReadEntryBundle(bytes, width));
    entries.resize(tile.width);
    return WriteEntryBundle(entries);
  }
  bytes.resize(tile.width * LogHash::kSize);
  return bytes;
}

}  // namespace banyan::federation
