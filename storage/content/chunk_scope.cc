#include "storage/content/chunk_scope.h"

#include <algorithm>

namespace banyan::storage {
namespace {

constexpr std::size_t kRememberedRepositories = 64;

}  // namespace

void LocationSet::Add(const Term& term) {
  auto& runs = runs_[term.pack];
  std::uint32_t first = term.first;
  std::uint32_t end = term.first + term.count;
  auto at = runs.upper_bound(first);
  if (at != runs.begin() && std::prev(at)->second >= first) --at;
  while (at != runs.end() && at->first <= end) {
    first = std::min(first, at->first);
    end = std::max(end, at->second);
    at = runs.erase(at);
  }
  runs[first] = end;
}

bool LocationSet::Overlaps(const Term& run) const {
  const auto pack = runs_.find(run.pack);
  if (pack == runs_.end()) return false;
  const auto after = pack->second.lower_bound(run.first + run.count);
  return after != pack->second.begin() && std::prev(after)->second > run.first;
}

Result<std::shared_ptr<RepositoryPlaces>> RepositoryPlaces::Read(Database& database,
                                                                 std::int64_t repository) {
  auto places = std::make_shared<RepositoryPlaces>(repository);
  TRY(places->Refresh(database));
  return places;
}

Status RepositoryPlaces::Refresh(Database& database) {
  MutexLock lock(mutex_);
  auto connection = TRY(database.Read());
  auto rows = connection->Query(
      "SELECT since_ms, file, coalesce(h.recipe, f.recipe) FROM repository_file h"
      " JOIN file f ON f.id = h.file"
      " WHERE repository = ? AND (since_ms, file) > (?, ?) ORDER BY since_ms, file",
      repository_, since_ms_, file_);
  while (rows.Next()) {
    const Recipe recipe = TRY(ParseRecipe(rows.Blob(2)));
    for (const Term& term : recipe.terms) places_.Add(term);
    since_ms_ = rows.Int(0);
    file_ = rows.Int(1);
  }
  return rows.status();
}

void RepositoryPlaces::Add(const Term& place) {
  MutexLock lock(mutex_);
  places_.Add(place);
}

bool RepositoryPlaces::Overlaps(const Term& run) const {
  MutexLock lock(mutex_);
  return places_.Overlaps(run);
}

bool RepositoryPlaces::HasSomeOf(PackId pack) const {
  MutexLock lock(mutex_);
  return places_.HasSomeOf(pack);
}

Result<std::shared_ptr<RepositoryPlaces>> KnownPlaces::Of(Database& database,
                                                          std::int64_t repository) {
  auto places = std::make_shared<RepositoryPlaces>(repository);
  if (repository == 0) return places;
  {
    MutexLock lock(mutex_);
    const auto found = std::ranges::find(recent_, repository,
                                         [](const auto& known) { return known->repository(); });
    if (found != recent_.end()) {
      recent_.splice(recent_.begin(), recent_, found);
    } else {
      recent_.push_front(std::move(places));
      if (recent_.size() > kRememberedRepositories) recent_.pop_back();
    }
    places = recent_.front();
  }
  TRY(places->Refresh(database));
  return places;
}

// The session's places first: what a file takes over meanwhile is found there.
Result<ChunkScope> ChunkScope::Load(Database& database, std::int64_t repository,
                                    std::int64_t session) {
  ChunkScope scope(database, std::make_shared<RepositoryPlaces>(repository));
  TRY(scope.ReadUploaded(session));
  TRY(scope.ReadFiles());
  return scope;
}

Status ChunkScope::ReadUploaded(std::int64_t session) {
  auto connection = TRY(database_->Read());
  auto rows =
      connection->Query("SELECT pack, first, count FROM upload_range WHERE session = ?", session);
  while (rows.Next()) {
    own_.Add({static_cast<PackId>(rows.Int(0)), static_cast<std::uint32_t>(rows.Int(1)),
              static_cast<std::uint32_t>(rows.Int(2)), 0});
  }
  return rows.status();
}

void ChunkScope::AddFile(const Recipe& recipe) {
  for (const Term& term : recipe.terms) files_->Add(term);
}

Status ChunkScope::ReadFiles() {
  files_ = TRY(RepositoryPlaces::Read(*database_, files_->repository()));
  return Ok();
}

Result<ByteView> ChunkScope::PublicCounts(PackId pack) {
  auto counts = public_.find(pack);
  if (counts == public_.end()) {
    auto connection = TRY(database_->Read());
    auto rows = connection->Query("SELECT counts FROM pack_visibility WHERE pack = ?", pack);
    Bytes read;
    if (rows.Next()) read.assign(rows.Blob(0).begin(), rows.Blob(0).end());
    TRY(Status(rows.status()));
    counts = public_.emplace(pack, std::move(read)).first;
  }
  return ByteView(counts->second);
}

Result<Visibility> ChunkScope::Judge(const ChunkLocation& at) {
  if (own_.Contains(at) || files_->Contains(at)) return Visibility::Visible;
  const ByteView counts = TRY(PublicCounts(at.pack));
  const std::size_t byte = std::size_t{at.index} * 2;
  const bool is_public = byte + 2 <= counts.size() && LoadLe<std::uint16_t>(&counts[byte]) > 0;
  return is_public ? Visibility::Visible : Visibility::Hidden;
}

Result<Visibility> ChunkScope::JudgePack(PackId pack) {
  if (own_.HasSomeOf(pack) || files_->HasSomeOf(pack)) return Visibility::Visible;
  return TRY(PublicCounts(pack)).empty() ? Visibility::Hidden : Visibility::Visible;
}

}  // namespace banyan::storage
