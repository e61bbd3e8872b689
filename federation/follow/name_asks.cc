#include "federation/follow/name_asks.h"

#include <algorithm>

#include "federation/card_meta.h"
#include "storage/base/logging.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kAtOnce = 1024;
constexpr std::int64_t kFirstPauseMs = 1'000;
constexpr std::int64_t kLastPauseMs = 3'600'000;
constexpr std::int64_t kRoomBytes = 64 << 20;
constexpr std::int64_t kRoomOfEachBytes = 4 << 10;

Result<std::int64_t> RoomOf(storage::Connection& connection, std::int64_t origin) {
  auto rows = connection.Query(
      "SELECT ?2 + ?3 * count(*) - coalesce(sum(length(meta)), 0) FROM repository_card "
      "WHERE origin = ?1",
      origin, kRoomBytes, kRoomOfEachBytes);
  const auto room = rows.Next() ? rows.Int(0) : 0;
  TRY(rows.status());
  return room;
}

}  // namespace

bool NamePauses::IsDue(std::int64_t peer, std::int64_t now_ms) const {
  const auto found = pauses_.find(peer);
  if (found == pauses_.end()) return true;
  return found->second.due_ms && *found->second.due_ms <= now_ms;
}

void NamePauses::Got(std::int64_t peer) { pauses_[peer] = {}; }

void NamePauses::Lacks(std::int64_t peer, std::int64_t now_ms) {
  Pause& pause = pauses_[peer];
  pause.pause_ms = std::clamp(2 * pause.pause_ms, kFirstPauseMs, kLastPauseMs);
  pause.due_ms = now_ms + pause.pause_ms;
}

void NameAsks::Add(const FollowedOrigin& origin) {
  const auto is_same = [&](const auto& item) { return item.row == origin.row; };
  if (std::ranges::none_of(origins_, is_same)) origins_.push_back(origin);
}

Result<std::vector<Sha256>> NameAsks::Next(storage::Connection& connection, const TurnOf& turn_of,
                                           FullOrigins& full) {
  awaited_.clear();
  waits_ = false;
  for (; at_ < origins_.size(); ++at_, after_card_ = 0) {
    const auto& origin = origins_[at_];
    const auto missing = TRY(ListMissingMeta(connection, origin.row, after_card_, kAtOnce));
    if (!missing.empty() && after_card_ == 0) room_bytes_ = TRY(RoomOf(connection, origin.row));
    if (!missing.empty() && room_bytes_ <= 0) {
      if (full.Note(origin.row) == FullOrigins::News::No) continue;
      log::Warning("federation", "event=names_not_taken node={} error=\"they take too much room\"",
                   origin.node.ToString());
      continue;
    }
    full.HasRoom(origin.row);
    if (missing.empty()) continue;
    waits_ = turn_of(origin.row) == ReaderBook::Turn::Waits;
    if (waits_) break;
    after_card_ = missing.back().card;
    std::vector<Sha256> ids;
    for (const auto& meta : missing) {
      if (meta.is_awaited) awaited_.insert(meta.id);
      if (std::ranges::find(ids, meta.id) == ids.end()) ids.push_back(meta.id);
    }
    return ids;
  }
  return std::vector<Sha256>();
}

Status NameAsks::Check(const std::vector<Sha256>& ids,
                       const std::vector<std::optional<Bytes>>& objects) {
  if (objects.size() > ids.size()) return Error(Errc::Corrupt, "more objects than asked for");
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (!objects[i] || HashSha256(*objects[i]) == ids[i]) continue;
    return Error(Errc::Corrupt, "object " + ids[i].Short() + " does not hash to its name");
  }
  return Ok();
}

Status NameAsks::Take(storage::Connection& connection, const std::vector<Sha256>& ids,
                      const std::vector<std::optional<Bytes>>& objects) {
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects[i] && objects[i]->size() <= kMaxMetaBytes) {
      TRY(KeepMeta(connection, ids[i], *objects[i]));
      room_bytes_ -= static_cast<std::int64_t>(objects[i]->size());
      ++taken_;
    } else {
      lacks_ = lacks_ || awaited_.contains(ids[i]);
    }
  }
  return Ok();
}

}  // namespace banyan::federation
