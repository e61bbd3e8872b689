#pragma once
// Git objects on their way into the catalog: made or received, verified, waiting for the
// transaction that makes them visible. Used by one thread.
//
// A blob's bytes go to the content store at once (so a push of any size needs little memory);
// what waits is its identity and the pin that keeps its chunks. Of trees, which differ little from
// one commit to the next, what they share is held once. The store must be synced between
// the last AddContent and Insert (content_store.h, invariant 2).

#include <map>
#include <optional>
#include <set>

#include "storage/content/content_store.h"
#include "storage/content/piece_table.h"
#include "storage/history/git_tree.h"

namespace banyan::storage {

// A blob is either the bytes of a file or the canonical LFS pointer to one.
struct PendingBlob {
  std::uint64_t size_bytes = 0;  // of the git blob
  Sha256 file;
  bool is_pointer = false;
};

class PendingObjects {
 public:
  struct Object {
    GitObjectType type = GitObjectType::Commit;
    PieceTable::List pieces;
    Bytes Data() const { return PieceTable::Join(pieces); }
    std::size_t size_bytes() const { return PieceTable::SizeOf(pieces); }
  };

  // A commit, tree or tag.
  void AddObject(const GitOid& oid, GitObjectType type, ByteView data);
  // The file's bytes as a blob, or the pointer to it. The file must have been added.
  void AddBlob(const GitOid& oid, const PendingBlob& blob);
  // A file that blobs may name; `pin` keeps new content until the transaction has committed.
  void AddFile(const FileContent& file, std::unique_ptr<FileWriter> pin = nullptr);
  void AddPin(std::unique_ptr<FileWriter> pin) { pins_.push_back(std::move(pin)); }

  // Makes a blob that was received as bytes the pointer to a file that was added.
  void MakePointer(const GitOid& oid, const Sha256& file);
  // Drops all objects and blobs that are not in `needed`.
  void KeepOnly(const std::set<GitOid>& needed);

  const Object* FindObject(const GitOid& oid) const;
  const PendingBlob* FindBlob(const GitOid& oid) const;
  // nullptr when it was not added.
  const FileContent* FindFile(const Sha256& sha256) const;
  // About how much memory commits, trees and tags take.
  std::uint64_t held_bytes() const { return pieces_.held_bytes(); }
  std::size_t object_count() const { return objects_.size() + blobs_.size(); }
  const std::map<GitOid, Object>& objects() const { return objects_; }
  const std::map<GitOid, PendingBlob>& blobs() const { return blobs_; }
  const std::map<Sha256, FileContent>& files() const { return files_; }

  // Records the files that blobs name, inserts what is not in the catalog yet. Inside a
  // transaction. NotFound when a file that was in the catalog (row > 0) is gone: upload it again.
  Status Insert(Connection& connection, std::int64_t now_ms);
  // After Insert: the rows of the files that were recorded.
  const std::map<Sha256, std::int64_t>& file_rows() const { return file_rows_; }

 private:
  Status InsertObject(Connection& connection, PieceWriter& writer, const GitOid& oid,
                      const Object& object) const;
  Status InsertBlob(Connection& connection, const GitOid& oid, const PendingBlob& blob) const;

  PieceTable pieces_;
  std::map<GitOid, Object> objects_;
  std::map<GitOid, PendingBlob> blobs_;
  std::map<Sha256, FileContent> files_;
  std::map<Sha256, std::int64_t> file_rows_;
  std::vector<std::unique_ptr<FileWriter>> pins_;
};

}  // namespace banyan::storage
