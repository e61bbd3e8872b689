#pragma once
// The one authorisation of deduplication: which stored chunks may a caller who works on one
// repository learn of and reuse? Those in some public file, those in a file of the same repository,
// committed or waiting for its commit, and those it uploaded in this very session. Nothing else,
// whatever hash it knows.

#include <map>
#include <vector>

#include "storage/base/sqlite.h"
#include "storage/content/chunk_finder.h"

namespace banyan::storage {

// A set of (pack, index) places kept as runs.
class LocationSet {
 public:
  void Add(const Term& term);
  bool Contains(const ChunkLocation& at) const;

 private:
  std::map<PackId, std::map<std::uint32_t, std::uint32_t>> runs_;  // first -> end, disjoint
};

// Used by one thread at a time.
class ChunkScope {
 public:
  // Reads the repository's files and the session's stored ranges.
  static Result<ChunkScope> Load(Database& database, std::int64_t repository, std::int64_t session);
  // What the session stores later.
  void AddUploaded(const Term& term) { own_.Add(term); }
  Result<Visibility> Judge(const ChunkLocation& at);
  // Forgets what was read of public counts, so that the next judgement sees the newest commit.
  void Refresh() { public_.clear(); }

 private:
  explicit ChunkScope(Database& database) : database_(&database) {}
  Database* database_;
  LocationSet own_;                 // of this repository and session
  std::map<PackId, Bytes> public_;  // public counts as last read, by pack
};

}  // namespace banyan::storage
