#include "storage/content/scrub.h"

#include <algorithm>

#include "storage/base/logging.h"
#include "storage/content/chunker.h"
#include "storage/content/damage.h"
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

bool IsListed(PackStore& packs, PackId id) {
  const auto sealed = packs.SealedIds();
  const auto open = packs.OpenIds();
  return std::find(sealed.begin(), sealed.end(), id) != sealed.end() ||
         std::find(open.begin(), open.end(), id) != open.end();
}

// Part: cancelled before the end. What a collection takes away meanwhile is not damaged; an error
// that says nothing of the bytes, such as too many open files, ends the scrub.
Result<Extent> ScrubPack(ContentCore& core, PackId id, const ScrubOptions& options, Pacer& pacer,
                         ScrubReport& report) {
  const auto pack = core.packs->Get(id);
  if (!pack) {
    if (!IsListed(*core.packs, id)) return Extent::Whole;
    if (pack.error().code() != Errc::Corrupt) return pack.error();
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
    if (!read && read.error().code() == Errc::NotFound && !entries[i].dropped) continue;
    if (!read && read.error().code() == Errc::NoSpace) return read.error();
    if (!read) report.damaged.push_back({id, i, entries[i].id, read.error().message()});
    ++report.chunks;
    report.stored_bytes += entries[i].stored_bytes;
    pacer.Count(entries[i].stored_bytes);
  }
  ++report.packs;
  return Extent::Whole;
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
    if (Cancelled(options) || TRY(ScrubPack(core, id, options, pacer, report)) == Extent::Part) {
      report.complete = false;
      break;
    }
    report.last_pack = id;
  }
  TRY(RecordDamage(core, report, report.complete && options.after == 0));
  log::Info("storage", "scrubbed packs={} chunks={} bytes={} damaged={} files={}", report.packs,
            report.chunks, report.stored_bytes, report.damaged.size(), report.damaged_files.size());
  return report;
}

Status VerifyChunks(ContentCore& core, const Recipe& recipe) {
  ChunkDecoder decoder;
  Bytes raw;
  Status all = Ok();
  for (const Term& term : recipe.terms) {
    const auto pack = TRY(core.packs->Get(term.pack));
    for (std::uint32_t i = term.first; i < term.first + term.count; ++i) {
      raw.resize(pack->entry(i).raw_bytes);
      Status read = pack->ReadChunk(i, raw, decoder, Pack::Verify::Always);
      if (!read) all = std::move(read);
    }
  }
  return all;
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
