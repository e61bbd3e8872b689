#pragma once
// The one authorisation of deduplication: which stored chunks may a caller who works on one
// repository learn of and reuse? Those in some public file, those in a file of the same repository,
// committed or waiting for its commit, and those it uploaded in this very session. Nothing else,
// whatever hash it knows. What is written is placed by it too (chunk_placer.h).

#include <limits>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "storage/base/mutex.h"
#include "storage/base/sqlite.h"
#include "storage/content/recipe.h"

namespace banyan::storage {

// May a caller know that a chunk is stored at a place, and use it?
enum class Visibility { Hidden, Visible };

// A set of (pack, index) places kept as runs.
class LocationSet {
 public:
  void Add(const Term& term);
  bool Contains(const ChunkLocation& at) const { return Overlaps({at.pack, at.index, 1, 0}); }
  // Contains one of the run.
  bool Overlaps(const Term& run) const;
  bool HasSomeOf(PackId pack) const { return runs_.contains(pack); }

 private:
  std::map<PackId, std::map<std::uint32_t, std::uint32_t>> runs_;  // first -> end, disjoint
};

// Where the chunks of a repository's files are. Thread safe.
class RepositoryPlaces {
 public:
  explicit RepositoryPlaces(std::int64_t repository) : repository_(repository) {}
  static Result<std::shared_ptr<RepositoryPlaces>> Read(Database& database,
                                                        std::int64_t repository);
  std::int64_t repository() const { return repository_; }
  // Adds those of files that the repository came to hold since.
  Status Refresh(Database& database) EXCLUDES(mutex_);
  void Add(const Term& place) EXCLUDES(mutex_);
  bool Contains(const ChunkLocation& at) const { return Overlaps({at.pack, at.index, 1, 0}); }
  bool Overlaps(const Term& run) const EXCLUDES(mutex_);
  bool HasSomeOf(PackId pack) const EXCLUDES(mutex_);

 private:
  const std::int64_t repository_;
  mutable Mutex mutex_;
  LocationSet places_ GUARDED_BY(mutex_);
  // The last one that was read, in the order in which the repository came to hold them.
  std::int64_t since_ms_ GUARDED_BY(mutex_) = std::numeric_limits<std::int64_t>::min();
  std::int64_t file_ GUARDED_BY(mutex_) = 0;
};

// Those of repositories that were written to lately, so that they are not read again for each file:
// with what their writers placed, which no file may have yet. For placing only. Thread safe.
class KnownPlaces {
 public:
  // As they are now. Repository 0 is nobody's: what one writer placed is not for the next.
  Result<std::shared_ptr<RepositoryPlaces>> Of(Database& database, std::int64_t repository);

 private:
  Mutex mutex_;
  std::list<std::shared_ptr<RepositoryPlaces>> recent_ GUARDED_BY(mutex_);
};

// Used by one thread at a time.
class ChunkScope {
 public:
  // The repository's files, and what is public.
  ChunkScope(Database& database, std::shared_ptr<RepositoryPlaces> files)
      : database_(&database), files_(std::move(files)) {}
  // Reads the repository's files and the session's stored ranges.
  static Result<ChunkScope> Load(Database& database, std::int64_t repository, std::int64_t session);
  // Adds the session's stored ranges.
  Status ReadUploaded(std::int64_t session);
  // What the session stores later.
  void AddUploaded(const Term& term) { own_.Add(term); }
  // What a writer stores, for other writers of the repository too.
  void AddPlaced(const Term& place) { files_->Add(place); }
  // What files have that the session makes.
  void AddFile(const Recipe& recipe);
  // The places of the repository's files, as they were read last.
  const RepositoryPlaces& files() const { return *files_; }
  // Reads them again: those of files that went are not in scope any more, unless the session
  // stored them.
  Status ReadFiles();
  Result<Visibility> Judge(const ChunkLocation& at);
  // Hidden when nothing of the pack is in scope.
  Result<Visibility> JudgePack(PackId pack);
  // Forgets what was read of public counts, so that the next judgement sees the newest commit.
  void Refresh() { public_.clear(); }

 private:
  Result<ByteView> PublicCounts(PackId pack);

  Database* database_;
  std::shared_ptr<RepositoryPlaces> files_;
  LocationSet own_;                 // of the session
  std::map<PackId, Bytes> public_;  // public counts as last read, by pack
};

}  // namespace banyan::storage
