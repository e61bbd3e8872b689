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
  bool Contains(const ChunkLocation& at) const { return Overlaps({at.pack, at.index, 1, 0}); }
  // Contains one of the run.
  bool Overlaps(const Term& run) const;

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
  // What files have that the session makes.
  void AddFile(const Recipe& recipe);
  // The places of the repository's files, as they were read last.
  const LocationSet& files() const { return files_; }
  // Reads them again: those of files that went are not in scope any more, unless the session
  // stored them.
  Status ReadFiles();
  Result<Visibility> Judge(const ChunkLocation& at);
  // Forgets what was read of public counts, so that the next judgement sees the newest commit.
  void Refresh() { public_.clear(); }

 private:
  ChunkScope(Database& database, std::int64_t repository)
      : database_(&database), repository_(repository) {}
  Database* database_;
  std::int64_t repository_;
  LocationSet files_;
  LocationSet own_;                 // of this session
  std::map<PackId, Bytes> public_;  // public counts as last read, by pack
};

}  // namespace banyan::storage
