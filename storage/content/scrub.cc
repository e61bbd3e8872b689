#include "storage/content/scrub.h"

#include <algorithm>

#include "storage/base/logging.h"
#include "storage/content/chunker.h"
#include "storage/content/live_chunks.h"
#include "storage/content/merkle.h"

namespace banyan::storage {
namespace {

bool Cancelled(const ScrubOptions& options) {
  return options.cancelled != nullptr && options.cancelled->load();
}

// Sleeps so that reading never runs ahead of the set pace, and no longer when cancelled.
class Pacer {
 public:
  Pacer(Clock& clock, const ScrubOptions& options)
      : clock_(clock), options_(options), start_ms_(clock.MonotonicMs()) {}
  void Count(std::uint64_t bytes) {
    if (options_.bytes_per_second == 0) return;
    done_bytes_ += bytes;
    const auto due_ms = static_cast<std::int64_t>(done_bytes_ * 1000 / options_.bytes_per_second);
    while (!Cancelled(options_)) {
      const std::int64_t ahead_ms = due_ms - (clock_.MonotonicMs() - start_ms_);
      if (ahead_ms <= 10) return;
      clock_.SleepMs(std::min(ahead_ms, kMaxSleepMs));
    }
  }

 private:
  static constexpr std::int64_t kMaxSleepMs = 200;

  Clock& clock_;
  const ScrubOptions& options_;
  std::int64_t start_ms_;
  std::uint64_t done_bytes_ = 0;
};

enum class Extent { Whole, Part };

// Part: cancelled before the end.
Extent ScrubPack(ContentCore& core, PackId id, const ScrubOptions& options, Pacer& pacer,
                 ScrubReport& report) {
  const auto pack = core.packs->Get(id);
  if (!pack) {
    report.damaged.push_back({id, Pack::kNone, ChunkId(), pack.error().message()});
    return Extent::Whole;
  }
  ChunkDecoder decoder;
  Bytes raw;
  const auto entries = (*pack)->entries();
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    if (Cancelled(options)) return Extent::Part;
    if (entries[i].dropped && entries[i].stored_bytes == 0) continue;
    raw.resize(entries[i].raw_bytes);
    const Status read = (*pack)->ReadChunk(i, raw, decoder, Pack::Verify::Always);
    if (!read) report.damaged.push_back({id, i, entries[i].id, read.error().message()});
    ++report.chunks;
    report.stored_bytes += entries[i].stored_bytes;
    pacer.Count(entries[i].stored_bytes);
  }
  ++report.packs;
  return Extent::Whole;
}

Status FindDamagedFiles(ContentCore& core, ScrubReport& report) {
  std::map<PackId, std::vector<std::uint32_t>> bad;
  for (const DamagedChunk& chunk : report.damaged) bad[chunk.pack].push_back(chunk.index);
  const auto hits = [&](const Term& term) {
    const auto found = bad.find(term.pack);
    if (found == bad.end()) return false;
    for (const std::uint32_t index : found->second) {
      if (index == Pack::kNone) return true;
      if (index >= term.first && index - term.first < term.count) return true;
    }
    return false;
  };
  auto connection = TRY(core.database.Read());
  auto rows = connection->Query("SELECT sha256, recipe FROM file");
  while (rows.Next()) {
    const Recipe recipe = TRY(ParseRecipe(rows.Blob(1)));
    for (const Term& term : recipe.terms) {
      if (!hits(term)) continue;
      report.damaged_files.push_back(rows.DigestAt<Sha256>(0));
      break;
    }
  }
  return rows.status();
}

}  // namespace

Result<ScrubReport> Scrub(LocalContentStore& store, const ScrubOptions& options) {
  ContentCore& core = store.core();
  ScrubReport report;
  Pacer pacer(core.clock, options);
  std::vector<PackId> ids = core.packs->SealedIds();
  const auto open = core.packs->OpenIds();
  ids.insert(ids.end(), open.begin(), open.end());
  std::sort(ids.begin(), ids.end());
  report.last_pack = options.after;
  for (const PackId id : ids) {
    if (id <= options.after) continue;
    if (Cancelled(options) || ScrubPack(core, id, options, pacer, report) == Extent::Part) {
      report.complete = false;
      break;
    }
    report.last_pack = id;
  }
  if (!report.damaged.empty()) TRY(FindDamagedFiles(core, report));
  log::Info("storage", "scrubbed packs={} chunks={} bytes={} damaged={} files={}", report.packs,
            report.chunks, report.stored_bytes, report.damaged.size(), report.damaged_files.size());
  return report;
}

Status VerifyFile(ContentStore& store, const FileContent& file) {
  Sha256Hasher hasher;
  ChunkList chunks;
  Chunker chunker([&](ByteView chunk) {
    chunks.push_back({HashChunk(chunk), static_cast<std::uint32_t>(chunk.size())});
    return Ok();
  });
  auto reader = TRY(store.OpenFile(file));
  TRY(reader->Stream(0, file.size_bytes, /*allow_mapped=*/false, [&](ByteView slice) {
    hasher.Update(slice);
    return chunker.Feed(slice);
  }));
  TRY(chunker.Finish());
  if (hasher.Finish() != file.sha256 || HashFile(chunks) != file.hash) {
    return Error(Errc::Corrupt, "file " + file.sha256.Short() + ": stored bytes give other hashes");
  }
  return Ok();
}

}  // namespace banyan::storage
