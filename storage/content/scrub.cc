#include "storage/content/scrub.h"

#include <algorithm>
#include <utility>

#include "storage/base/logging.h"
#include "storage/content/chunker.h"
#include "storage/content/damage.h"
#include "storage/content/merkle.h"
#include "storage/content/pack_scrub.h"
#include "storage/content/scrub_pass.h"

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
  // So many bytes are read so far.
  void Await(std::uint64_t done_bytes) {
    if (options_.bytes_per_second == 0) return;
    const auto due_ms = static_cast<std::int64_t>(done_bytes * 1000 / options_.bytes_per_second);
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
};

}  // namespace

Result<ScrubReport> Scrub(LocalContentStore& store, const ScrubOptions& options) {
  ContentCore& core = store.core();
  ScrubReport report;
  Pacer pacer(core.clock, options);
  const auto may_read = [&] {
    pacer.Await(report.stored_bytes);
    return !Cancelled(options);
  };
  report.last_pack = options.after;
  const PackId until = core.packs->HighestId();
  while (const PackId id = NextPack(*core.packs, report.last_pack, until)) {
    std::uint32_t chunk = 0;
    if (Cancelled(options) ||
        TRY(ScrubPack(core, id, chunk, may_read, report)) == ScrubExtent::Part) {
      report.complete = false;
      break;
    }
    report.last_pack = id;
  }
  TRY(RecordDamage(core, report, [&](Connection& connection) {
    if (!report.complete || options.after != 0) return Ok();
    return RecordWholeScrub(connection, {core.clock.NowMs(), report.stored_bytes,
                                         static_cast<std::uint64_t>(report.damaged.size())});
  }));
  log::Info("storage", "scrubbed packs={} chunks={} bytes={} damaged={} files={}",
            report.packs.size(), report.chunks, report.stored_bytes, report.damaged.size(),
            report.damaged_files.size());
  return report;
}

Status VerifyChunks(ContentCore& core, const Recipe& recipe,
                    const std::function<Status()>& progress) {
  ChunkDecoder decoder;
  Bytes raw;
  Status all = Ok();
  auto terms = recipe.terms;
  std::ranges::sort(terms);  // a file may have a chunk a million times
  PackId of = 0;
  std::uint32_t next = 0;  // behind the last chunk of this pack that was read
  for (const Term& term : terms) {
    if (std::exchange(of, term.pack) != term.pack) next = 0;
    const auto pack = TRY(core.packs->Get(term.pack));
    const std::uint32_t end = term.first + term.count;
    for (std::uint32_t i = std::max(term.first, next); i < end; ++i) {
      if (progress) TRY(progress());
      raw.resize(pack->entry(i).raw_bytes);
      Status read = pack->ReadChunk(i, raw, decoder, Pack::Verify::Always);
      if (!read) all = std::move(read);
    }
    next = std::max(next, end);
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
