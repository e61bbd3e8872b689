#include "storage/content/steady_scrub.h"

#include <algorithm>

#include "storage/base/logging.h"
#include "storage/content/damage.h"
#include "storage/content/pack_scrub.h"

namespace banyan::storage {
namespace {

constexpr std::uint64_t kMostBytesPerSecond = std::uint64_t{1} << 40;

void WarnOfDamage(const ScrubReport& report) {
  for (const DamagedChunk& chunk : report.damaged) {
    log::Warning("storage", "event=damaged pack={} chunk={} error=\"{}\"", chunk.pack,
                 chunk.id.Short(), chunk.reason);
  }
  for (const DamagedFile& file : report.damaged_files) {
    std::string names;
    for (const auto& name : file.repositories) names += (names.empty() ? "" : ",") + name;
    log::Warning("storage", "event=damaged_file sha256={} repositories={}", file.sha256.Short(),
                 names);
  }
}

}  // namespace

SteadyScrub::SteadyScrub(LocalContentStore& store, const Options& options)
    : core_(store.core()),
      options_{std::min(options.bytes_per_second, kMostBytesPerSecond), options.every_ms},
      counted_ms_(core_.clock.MonotonicMs()) {}

Result<std::uint64_t> SteadyScrub::Step(const std::atomic<bool>& cancelled) {
  CountTime();
  if (counted_ms_ < rests_until_ms_) return std::uint64_t{0};
  auto read = ReadOn(cancelled);
  if (!read) {
    rests_until_ms_ = core_.clock.MonotonicMs() + kRestMs;
    pack_ = 0;
  }
  return read;
}

// What is not asked for in time is not made up for: bytes that are due never pile up.
void SteadyScrub::CountTime() {
  const std::int64_t now_ms = core_.clock.MonotonicMs();
  const auto most = static_cast<std::int64_t>(options_.bytes_per_second) * kMostMs / 1000;
  const auto due = static_cast<std::int64_t>(options_.bytes_per_second) *
                   std::min(now_ms - counted_ms_, kMostMs) / 1000;
  due_bytes_ = std::min(due_bytes_ + due, most);
  counted_ms_ = now_ms;
}

// A clock that was put back does not keep it from reading.
bool SteadyScrub::IsTime() const {
  if (!pass_->begun_ms) return true;
  const std::int64_t now_ms = core_.clock.NowMs();
  return now_ms < *pass_->begun_ms || now_ms - *pass_->begun_ms >= options_.every_ms;
}

Result<std::uint64_t> SteadyScrub::ReadOn(const std::atomic<bool>& cancelled) {
  std::uint64_t read = 0;
  if (!pass_) {
    auto connection = TRY(core_.database.Read());
    pass_ = TRY(ReadScrubPass(*connection));
  }
  if (!pass_->IsUnderWay()) {
    if (core_.packs->HighestId() == 0 || !IsTime()) return read;
    TRY(Begin());
  }
  while (due_bytes_ > 0 && !cancelled && pass_->IsUnderWay()) {
    const PackId id = NextPack(*core_.packs, pass_->after, pass_->until);
    if (id == 0) {
      TRY(End());
      continue;
    }
    if (id != pack_) {
      pack_ = id;
      chunk_ = 0;
      report_ = {};
    }
    const std::uint64_t before = report_.stored_bytes;
    const auto may_read = [&] {
      return !cancelled && due_bytes_ > static_cast<std::int64_t>(report_.stored_bytes - before);
    };
    const auto extent = ScrubPack(core_, id, chunk_, may_read, report_);
    read += report_.stored_bytes - before;
    due_bytes_ -= static_cast<std::int64_t>(report_.stored_bytes - before);
    if (TRY(extent) == ScrubExtent::Part) break;
    TRY(EndPack());
  }
  return read;
}

Status SteadyScrub::Begin() {
  ScrubPass next;
  next.begun_ms = core_.clock.NowMs();
  next.until = core_.packs->HighestId();
  TRY(core_.database.Write(
      [&](Connection& connection) { return WriteScrubPass(connection, next); }));
  pass_ = next;
  return Ok();
}

Status SteadyScrub::EndPack() {
  ScrubPass next = *pass_;
  next.after = NextPack(*core_.packs, pack_, next.until) == 0 ? next.until : pack_;
  next.stored_bytes += report_.stored_bytes;
  next.damaged_chunks += report_.damaged.size();
  TRY(RecordDamage(core_, report_,
                   [&](Connection& connection) { return Enter(connection, next); }));
  WarnOfDamage(report_);
  Take(next);
  return Ok();
}

// What was left is gone.
Status SteadyScrub::End() {
  ScrubPass next = *pass_;
  next.after = next.until;
  TRY(core_.database.Write([&](Connection& connection) { return Enter(connection, next); }));
  Take(next);
  return Ok();
}

Status SteadyScrub::Enter(Connection& connection, const ScrubPass& next) {
  TRY(WriteScrubPass(connection, next));
  if (next.IsUnderWay()) return Ok();
  return RecordWholeScrub(connection,
                          {core_.clock.NowMs(), next.stored_bytes, next.damaged_chunks});
}

void SteadyScrub::Take(const ScrubPass& next) {
  pass_ = next;
  pack_ = 0;
  if (next.IsUnderWay()) return;
  log::Info("storage", "event=scrubbed bytes={} damaged={}", next.stored_bytes,
            next.damaged_chunks);
}

}  // namespace banyan::storage
