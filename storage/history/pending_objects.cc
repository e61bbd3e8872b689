#include "storage/history/pending_objects.h"

namespace banyan::storage {

void PendingObjects::AddObject(const GitOid& oid, GitObjectType type, ByteView data) {
  ENSURE(type != GitObjectType::Blob);
  const auto [at, is_new] = objects_.try_emplace(oid, Object{type, {}});
  if (!is_new) return;
  const auto pieces = type == GitObjectType::Tree ? CutTree(data) : std::vector<ByteView>{data};
  at->second.pieces = pieces_.Add(pieces);
}

void PendingObjects::AddBlob(const GitOid& oid, const PendingBlob& blob) {
  ENSURE(FindFile(blob.file) != nullptr);
  blobs_.try_emplace(oid, blob);
}

void PendingObjects::AddFile(const FileContent& file, std::unique_ptr<FileWriter> pin) {
  files_.try_emplace(file.sha256, file);
  if (pin) pins_.push_back(std::move(pin));
}

void PendingObjects::MakePointer(const GitOid& oid, const Sha256& file) {
  ENSURE(FindFile(file) != nullptr);
  auto& blob = blobs_.at(oid);
  blob.file = file;
  blob.is_pointer = true;
}

void PendingObjects::KeepOnly(const std::set<GitOid>& needed) {
  const auto unneeded = [&](const auto& item) { return needed.count(item.first) == 0; };
  std::erase_if(objects_, unneeded);
  std::erase_if(blobs_, unneeded);
}

const PendingObjects::Object* PendingObjects::FindObject(const GitOid& oid) const {
  const auto found = objects_.find(oid);
  return found == objects_.end() ? nullptr : &found->second;
}

const PendingBlob* PendingObjects::FindBlob(const GitOid& oid) const {
  const auto found = blobs_.find(oid);
  return found == blobs_.end() ? nullptr : &found->second;
}

const FileContent* PendingObjects::FindFile(const Sha256& sha256) const {
  const auto found = files_.find(sha256);
  return found == files_.end() ? nullptr : &found->second;
}

Status PendingObjects::Insert(Connection& connection, std::int64_t now_ms) {
  file_rows_.clear();
  for (const auto& [oid, blob] : blobs_) {
    const Sha256& sha256 = blob.file;
    const FileContent& file = files_.at(sha256);
    if (file_rows_.count(sha256) != 0) continue;
    if (file.row == 0) {
      file_rows_[sha256] = TRY(RecordFile(connection, file, now_ms));
      continue;
    }
    auto known = GetFile(connection, file.row);
    if (!known && known.error().code() != Errc::NotFound) return known.error();
    if (!known || known->sha256 != sha256) {
      return Error(Errc::NotFound, "file " + sha256.Short() + " is gone: upload it again");
    }
    file_rows_[sha256] = file.row;
  }
  for (const auto& [oid, blob] : blobs_) TRY(InsertBlob(connection, oid, blob));
  PieceWriter writer(connection);
  for (const auto& [oid, object] : objects_) TRY(InsertObject(connection, writer, oid, object));
  return Ok();
}

Status PendingObjects::InsertBlob(Connection& connection, const GitOid& oid,
                                  const PendingBlob& blob) const {
  const std::int64_t row = file_rows_.at(blob.file);
  const auto content = blob.is_pointer ? std::nullopt : std::optional(row);
  const auto lfs = blob.is_pointer ? std::optional(row) : std::nullopt;
  return connection.Execute(
      "INSERT OR IGNORE INTO git_blob(oid, size, content, lfs) VALUES(?, ?, ?, ?)", oid,
      blob.size_bytes, content, lfs);
}

Status PendingObjects::InsertObject(Connection& connection, PieceWriter& writer, const GitOid& oid,
                                    const Object& object) const {
  {
    auto rows = connection.Query("SELECT 1 FROM git_object WHERE oid = ?", oid);
    if (rows.Next()) return Ok();
    TRY(rows.status());
  }
  const bool is_tree = object.type == GitObjectType::Tree;
  const Bytes column = is_tree ? TRY(writer.Store(object.pieces)) : object.Data();
  return connection.Execute("INSERT INTO git_object(oid, type, size, data) VALUES(?, ?, ?, ?)", oid,
                            static_cast<int>(object.type), object.size_bytes(), column);
}

}  // namespace banyan::storage
