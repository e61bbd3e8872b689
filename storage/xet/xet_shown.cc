// What a session is told of chunks that are here.

#include <algorithm>

#include "storage/content/merkle.h"
#include "storage/xet/xet_session.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxShownChunks = 262'144;  // 12 MiB of shard
constexpr std::size_t kMaxShownRuns = 4096;
constexpr std::int64_t kFreshMs = std::int64_t{24} * 3600 * 1000;
constexpr std::int64_t kKeyLifetimeS = 24 * 3600;

bool Overlap(const Term& a, const Term& b) {
  return a.pack == b.pack && a.first < b.first + b.count && b.first < a.first + a.count;
}

// Nothing when not all of it can be used.
Result<ChunkList> ChunksOfRun(ContentCore& core, const Term& run) {
  const auto pack = TRY(core.packs->Get(run.pack));
  ChunkList chunks;
  for (std::uint32_t i = run.first; i < run.first + run.count; ++i) {
    const PackEntry entry = pack->entry(i);
    if (entry.raw_bytes == 0 || entry.dropped || pack->IsDamaged(i)) return ChunkList();
    chunks.push_back({entry.id, entry.raw_bytes});
  }
  return chunks;
}

}  // namespace

Status XetSession::LoadLargeFiles() {
  std::vector<Recipe> files;
  auto connection = TRY(store_.core().database.Read());
  auto rows = connection->Query(
      "SELECT coalesce(h.recipe, f.recipe) FROM repository_file h JOIN file f ON f.id = h.file"
      " WHERE repository = ? AND committed = 1",
      owner().repository);
  while (rows.Next()) {
    Recipe recipe = TRY(ParseRecipe(rows.Blob(0)));
    if (recipe.terms.size() > 1) files.push_back(std::move(recipe));
  }
  TRY(Status(rows.status()));
  large_files_ = std::move(files);
  return Ok();
}

// A client asks for one chunk in a thousand, so one that has a file of this repository is told of
// all of it. But for the chunk that was asked for, no xorb has one chunk alone: its hash would be
// the chunk's id.
Result<std::vector<Term>> XetSession::RunsToShow(const ChunkId& chunk) {
  const auto around = TRY(content_->RunAround(chunk));
  if (!around) return std::vector<Term>();
  std::vector<Term> runs{*around};
  LocationSet known;
  known.Add(*around);
  MutexLock lock(mutex_);
  if (!large_files_) TRY(LoadLargeFiles());
  for (const Recipe& file : *large_files_) {
    const bool has_it = std::any_of(file.terms.begin(), file.terms.end(),
                                    [&](const Term& term) { return Overlap(term, *around); });
    if (!has_it) continue;
    for (const Term& term : file.terms) {
      if (term.count == 1 || known.Contains({term.pack, term.first}) ||
          known.Contains({term.pack, term.first + term.count - 1})) {
        continue;
      }
      if (runs.size() == kMaxShownRuns) return runs;
      runs.push_back(term);
      known.Add(term);
    }
  }
  return runs;
}

// Names that were made today need not be made again.
Status XetSession::NameShown(std::vector<XorbName> names) {
  {
    auto lease = TRY(store_.core().database.Read());
    std::erase_if(names, [&](const XorbName& name) {
      const auto known = FindXorb(*lease, owner().user, name.hash);
      return known && *known && (*known)->recipe == name.recipe &&
             (*known)->shown_in == name.shown_in && (*known)->used_ms > name.used_ms - kFreshMs;
    });
  }
  if (names.empty()) return Ok();
  return store_.core().database.Write([&](Connection& connection) -> Status {
    for (const XorbName& name : names) TRY(NameXorb(connection, owner().user, name));
    return Ok();
  });
}

Result<std::optional<Bytes>> XetSession::Show(const ChunkId& chunk) {
  ContentCore& core = store_.core();
  const std::int64_t now_ms = core.clock.NowMs();
  std::vector<ShownXorb> xorbs;
  std::vector<XorbName> names;
  std::size_t count = 0;
  for (const Term& run : TRY(RunsToShow(chunk))) {
    auto chunks = TRY(ChunksOfRun(core, run));
    count += chunks.size();
    if (count > kMaxShownChunks) break;
    if (chunks.empty()) continue;
    const XorbHash hash = HashXorb(chunks);
    names.push_back({hash, {{run}}, XorbOrigin::Shown, owner().repository, now_ms});
    xorbs.push_back({hash, std::move(chunks)});
  }
  if (xorbs.empty()) return std::optional<Bytes>();
  TRY(NameShown(std::move(names)));
  ShardKey key;
  random_.Fill(key.key);
  key.made_s = static_cast<std::uint64_t>(now_ms / 1000);
  key.expires_s = key.made_s + kKeyLifetimeS;
  return std::optional(EncodeShownShard(xorbs, key));
}

}  // namespace banyan::storage
