#include "storage/content/collector.h"

#include "storage/base/logging.h"
#include "storage/content/live_chunks.h"
#include "storage/content/own_copies.h"

namespace banyan::storage {
namespace {

// A file row may go when no repository holds it and no git blob stands on it.
constexpr const char* kUnheld =
    " NOT EXISTS (SELECT 1 FROM repository_file WHERE file = file.id)"
    " AND NOT EXISTS (SELECT 1 FROM git_blob WHERE content = file.id)"
    " AND NOT EXISTS (SELECT 1 FROM git_blob WHERE lfs = file.id)";

class Collection {
 public:
  Collection(LocalContentStore& store, const CollectionOptions& options)
      : core_(store.core()), options_(options), now_(core_.clock.NowMs()) {
    SetCollecting(true);
  }
  ~Collection() { SetCollecting(false); }
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  Status ExpireAndQuarantine(Connection& c);
  Status Mark(Connection& c);
  Status SweepPacks();
  CollectionReport report;

 private:
  struct Dead {
    std::vector<std::uint32_t> chunks;
    std::uint64_t stored_bytes = 0;
    bool is_damaged = false;  // one of them
  };
  void SetCollecting(bool is_collecting);
  Dead FindDead(Pack& pack) const;
  bool IsWorthSweeping(Pack& pack, const Dead& dead) const;
  Result<std::vector<PackId>> PacksToSweep();
  Result<Dead> TakeFromIndex(Pack& pack);
  Status SweepPack(PackId id);

  ContentCore& core_;
  const CollectionOptions& options_;
  const std::int64_t now_;
  LiveChunks live_;
  std::int64_t marked_upto_ = 0;
};

void Collection::SetCollecting(bool is_collecting) {
  MutexLock lock(core_.pins_mutex);
  core_.is_collecting = is_collecting;
  core_.late_pins.clear();
}

Status Collection::ExpireAndQuarantine(Connection& c) {
  const std::int64_t session_limit = now_ - options_.session_expiry_ms;
  const std::string unheld = kUnheld;
  TRY(c.Execute("DELETE FROM upload_session WHERE used_ms = 0"));  // ended, and left over
  TRY(c.Execute("DELETE FROM upload_session WHERE used_ms < ?", session_limit));
  report.sessions_expired = static_cast<std::uint64_t>(c.Changes());
  TRY(c.Execute("DELETE FROM xet_xorb WHERE used_ms < ?", now_ - options_.xorb_name_expiry_ms));
  TRY(c.Execute("DELETE FROM repository_file WHERE committed = 0 AND since_ms < ?", session_limit));
  TRY(
      c.Execute("UPDATE file SET unreferenced_ms = NULL WHERE unreferenced_ms IS NOT NULL AND NOT"
                " (" +
                unheld + ")"));
  TRY(c.Execute("UPDATE file SET unreferenced_ms = ? WHERE unreferenced_ms IS NULL AND" + unheld,
                now_));
  if (options_.grace_ms > 0) report.files_quarantined = static_cast<std::uint64_t>(c.Changes());
  TRY(c.Execute("DELETE FROM file WHERE unreferenced_ms <= ?", now_ - options_.grace_ms));
  report.files_deleted = static_cast<std::uint64_t>(c.Changes());
  return ShareCopiesOfAbandonedRows(c);
}

Status Collection::Mark(Connection& c) {
  marked_upto_ = TRY(LastFileRow(c));
  TRY(live_.MarkUploads(c));
  TRY(live_.MarkOwnCopies(c));
  return live_.MarkFiles(c, 0, marked_upto_);
}

Collection::Dead Collection::FindDead(Pack& pack) const {
  Dead dead;
  const auto entries = pack.entries();
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    const bool damaged = entries[i].dropped && entries[i].stored_bytes > 0;
    if (live_.IsLive(pack.id(), i) || (entries[i].dropped && !damaged)) continue;
    dead.chunks.push_back(i);
    dead.stored_bytes += entries[i].stored_bytes;
    dead.is_damaged = dead.is_damaged || damaged || pack.IsDamaged(i);
  }
  return dead;
}

bool Collection::IsWorthSweeping(Pack& pack, const Dead& dead) const {
  const bool whole = dead.stored_bytes == pack.payload_bytes();
  if (dead.chunks.empty()) return whole;
  // Damage that no file has goes at once, so that scrubs do not find it again.
  return whole || dead.is_damaged ||
         static_cast<double>(dead.stored_bytes) >=
             static_cast<double>(pack.payload_bytes()) * options_.rewrite_share;
}

// An open pack with much that is dead is sealed for it: it may never fill up.
Result<std::vector<PackId>> Collection::PacksToSweep() {
  const auto is_worth_it = [&](Pack& pack) {
    const Dead dead = FindDead(pack);
    return !dead.chunks.empty() && IsWorthSweeping(pack, dead);
  };
  if (!options_.dry_run) {
    const Status sealed = core_.packs->SealIdle(is_worth_it);
    // What is sealed already can be swept all the same, which may be what makes room.
    if (!sealed) log::Warning("storage", "not sealed error=\"{}\"", sealed.error().message());
  }
  std::vector<PackId> chosen;
  for (const PackId id : core_.packs->SealedIds()) {
    auto pack = core_.packs->Get(id);
    if (!pack) continue;  // unreadable: scrub reports it, and what cannot be read is not deleted
    const Dead dead = FindDead(**pack);
    if (IsWorthSweeping(**pack, dead)) {
      chosen.push_back(id);
    } else {
      report.dead_kept_bytes += dead.stored_bytes;
    }
  }
  for (const PackId id : core_.packs->OpenIds()) {
    const auto pack = TRY(core_.packs->Get(id));
    if (options_.dry_run && is_worth_it(*pack)) {
      chosen.push_back(id);
    } else {
      report.dead_kept_bytes += FindDead(*pack).stored_bytes;
    }
  }
  return chosen;
}

// The last look, with every writer between its look-ups held off: what was recorded or pinned
// since Mark is live too. What is still dead leaves the index before the lock is given up. Own
// copies are not read again: each of them was pinned since, or was a row's or a holder's at Mark.
Result<Collection::Dead> Collection::TakeFromIndex(Pack& pack) {
  WriterLock lock(core_.collection_mutex);
  {
    // Before the catalog: a pin goes only after its file was recorded, which that then shows,
    // unless the file was known before.
    MutexLock pins_lock(core_.pins_mutex);
    for (const Recipe* recipe : core_.pins) live_.Mark(*recipe);
    for (const Recipe& recipe : core_.late_pins) live_.Mark(recipe);
  }
  TRY(core_.database.Snapshot([&](Connection& c) -> Status {
    const std::int64_t last = TRY(LastFileRow(c));
    TRY(live_.MarkFiles(c, marked_upto_, last));
    marked_upto_ = last;
    return live_.MarkUploads(c);
  }));
  const Dead dead = FindDead(pack);
  pack.Drop(dead.chunks);
  for (const std::uint32_t index : dead.chunks) {
    const ChunkId id = pack.entry(index).id;
    if (pack.Find(id).empty()) core_.index.Remove(id, pack.id());  // no other owner's copy
  }
  return dead;
}

Status Collection::SweepPack(PackId id) {
  const auto pack = TRY(core_.packs->Get(id));
  const std::uint64_t payload = pack->payload_bytes();
  const Dead dead = options_.dry_run ? FindDead(*pack) : TRY(TakeFromIndex(*pack));
  report.chunks_dropped += dead.chunks.size();
  if (dead.stored_bytes == payload) {
    ++report.packs_removed;
    report.freed_bytes += payload + EncodeFooter(pack->entries()).size();
    if (options_.dry_run) return Ok();
    // Before the pack, whose number may be given again: a new pack must not find old counts.
    TRY(core_.database.Write([id](Connection& c) -> Status {
      TRY(c.Execute("DELETE FROM damaged_chunk WHERE pack = ?", id));
      return c.Execute("DELETE FROM pack_visibility WHERE pack = ?", id);
    }));
    return core_.packs->Remove(id);
  }
  if (dead.chunks.empty()) return Ok();
  ++report.packs_rewritten;
  report.freed_bytes += dead.stored_bytes;
  if (options_.dry_run) return Ok();
  TRY(pack->Rewrite());
  core_.packs->Forget(id);
  return Ok();
}

Status Collection::SweepPacks() {
  for (const PackId id : TRY(PacksToSweep())) TRY(SweepPack(id));
  return Ok();
}

}  // namespace

Result<CollectionReport> Collect(LocalContentStore& store, const CollectionOptions& options,
                                 const HistorySteps& history) {
  MutexLock lock(store.core().upkeep_mutex);
  Collection collection(store, options);
  if (history.mark) TRY(store.core().database.Snapshot(history.mark));
  const auto apply = [&](Connection& c) -> Status {
    if (history.sweep) TRY(history.sweep(c));
    TRY(collection.ExpireAndQuarantine(c));
    TRY(collection.Mark(c));
    // A dry run sees exactly what a run would, then takes it back.
    return options.dry_run ? Status(Error(Errc::Cancelled, "dry run")) : Ok();
  };
  const Status applied = store.core().database.Write(apply);
  if (!applied && applied.error().code() != Errc::Cancelled) return applied.error();
  TRY(collection.SweepPacks());
  const CollectionReport& report = collection.report;
  log::Info("storage", "collected dry_run={} files={} packs_removed={} packs_rewritten={} bytes={}",
            options.dry_run, report.files_deleted, report.packs_removed, report.packs_rewritten,
            report.freed_bytes);
  return report;
}

}  // namespace banyan::storage
