// Making, recovering and loading packs.

#include "storage/content/pack.h"

namespace banyan::storage {

Result<std::shared_ptr<Pack>> Pack::Create(FileSystem& fs, const std::string& directory,
                                           PackId id) {
  const PackPaths paths = PathsOf(directory, id);
  std::shared_ptr<Pack> pack(new Pack(fs, directory, id));
  MutexLock lock(pack->mutex_);
  pack->data_ = TRY(fs.Open(paths.data, OpenMode::CreateNew));
  pack->table_ = TRY(fs.Open(paths.table, OpenMode::CreateNew));
  return pack;
}

// Drops records from the end until the last one verifies, then checks the others too: a damaged
// chunk before the end is marked dropped, so that indices of later ones stay.
Status Pack::VerifyTail(std::vector<PackEntry>& entries) {
  ChunkDecoder decoder;
  Bytes raw;
  bool at_end = true;
  for (std::size_t i = entries.size(); i-- > 0;) {
    raw.resize(entries[i].raw_bytes);
    const Status status = ReadChunk(static_cast<std::uint32_t>(i), raw, decoder, Verify::Always);
    if (status) {
      at_end = false;
      continue;
    }
    const Errc code = status.error().code();
    if (code == Errc::Io || code == Errc::Unavailable) return status;
    if (at_end) {
      entries.pop_back();
    } else {
      entries[i].dropped = true;
    }
  }
  return Ok();
}

// What was just read may be in the page cache only: after a failed sync the system takes it for
// clean and never writes it. So it is written to new files; both renames leave the same bytes.
Status Pack::WriteAnew() {
  if (!must_write_anew_) return Ok();
  const PackPaths paths = PathsOf(directory_, id_);
  Bytes payload(payload_bytes_);
  const std::size_t got = TRY(data_->ReadAt(0, payload));
  if (got != payload.size()) return Error(Errc::Corrupt, paths.data + ": ends inside a chunk");
  Bytes records;
  for (const PackEntry& entry : entries_) AppendRecord(entry, records);
  const std::pair<std::string, ByteView> files[] = {{paths.data, payload}, {paths.table, records}};
  for (const auto& [path, content] : files) {
    const Status written = WriteFileDurably(fs_, path, content);
    if (!written) static_cast<void>(fs_.Remove(path + ".tmp"));
    TRY(Status(written));
  }
  data_ = TRY(fs_.Open(paths.data, OpenMode::ReadWrite));
  table_ = TRY(fs_.Open(paths.table, OpenMode::ReadWrite));
  must_write_anew_ = dirty_ = false;
  return Ok();
}

Result<std::shared_ptr<Pack>> Pack::Recover(FileSystem& fs, const std::string& directory,
                                            PackId id) {
  const PackPaths paths = PathsOf(directory, id);
  const Bytes table = TRY(ReadFile(fs, paths.table, kMaxPackChunks * kChunkRecordBytes));
  std::shared_ptr<Pack> pack(new Pack(fs, directory, id));
  std::vector<PackEntry> entries;
  {
    MutexLock lock(pack->mutex_);
    pack->data_ = TRY(fs.Open(paths.data, OpenMode::ReadWrite));
    pack->table_ = TRY(fs.Open(paths.table, OpenMode::ReadWrite));
    const std::uint64_t data_bytes = TRY(pack->data_->SizeBytes());
    entries = ParseRecords(table, std::min(data_bytes, kMaxPackRawBytes));
    pack->entries_ = entries;
    pack->payload_written_ = data_bytes;
  }
  const std::size_t listed = entries.size();
  TRY(pack->VerifyTail(entries));
  MutexLock lock(pack->mutex_);
  // The number of a chunk that went is not given again: should the catalog name it after all, its
  // file must not get another's bytes.
  pack->was_cut_ = entries.size() < listed && !entries.empty();
  pack->damaged_.clear();
  pack->verified_.clear();
  pack->entries_ = std::move(entries);
  for (const PackEntry& entry : pack->entries_) {
    pack->payload_bytes_ += entry.stored_bytes;
    pack->raw_bytes_ += entry.raw_bytes;
  }
  pack->payload_written_ = pack->payload_bytes_;
  pack->records_written_ = pack->entries_.size() * kChunkRecordBytes;
  pack->dirty_ = pack->must_write_anew_ = true;
  const Status written = pack->WriteAnew();
  // A full disk must not keep the node from starting: it reads, and frees space.
  if (!written && written.error().code() != Errc::NoSpace) return written.error();
  return pack;
}

Result<std::shared_ptr<Pack>> Pack::Load(FileSystem& fs, const std::string& directory, PackId id) {
  const PackPaths paths = PathsOf(directory, id);
  std::shared_ptr<Pack> pack(new Pack(fs, directory, id));
  MutexLock lock(pack->mutex_);
  pack->data_ = TRY(fs.Open(paths.sealed, OpenMode::Read));
  const std::uint64_t file_bytes = TRY(pack->data_->SizeBytes());
  std::uint64_t tail_bytes = std::min<std::uint64_t>(file_bytes, 64u << 10);
  for (int attempt = 0; attempt < 2; ++attempt) {
    Bytes tail(tail_bytes);
    TRY(pack->data_->ReadAt(file_bytes - tail_bytes, tail));
    auto footer = TRY(ParseFooter(tail, file_bytes).Context(paths.sealed));
    if (footer.needed_bytes == 0) {
      pack->entries_ = std::move(footer.entries);
      break;
    }
    tail_bytes = footer.needed_bytes;
  }
  for (const PackEntry& entry : pack->entries_) {
    pack->payload_bytes_ += entry.stored_bytes;
    pack->raw_bytes_ += entry.raw_bytes;
  }
  pack->sealed_ = true;
  return pack;
}

}  // namespace banyan::storage
