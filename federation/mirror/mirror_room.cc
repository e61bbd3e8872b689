#include "federation/mirror/mirror_room.h"

namespace banyan::federation {

MirrorRoom::Share::~Share() {
  if (bytes_ == 0) return;
  const MutexLock lock(room_->mutex_);
  const auto at = room_->taken_.find(origin_);
  at->second -= bytes_;
  if (at->second == 0) room_->taken_.erase(at);
}

Status MirrorRoom::Share::Take(storage::Connection& connection, const FetchLimits& limits,
                               std::int64_t origin, std::uint64_t bytes) {
  if (room_ == nullptr) return RequireMirrorRoom(connection, limits, origin, {bytes, bytes});
  const MutexLock lock(room_->mutex_);
  const auto taken = RequireMirrorRoom(connection, limits, origin, room_->With(origin, bytes));
  if (!taken) {
    TRY(RequireMirrorRoom(connection, limits, origin, {bytes, bytes}));
    return Error(Errc::Unavailable,
                 "what is under way of other mirrors takes all the room that the policy leaves: "
                 "it is tried again when that ended");
  }
  room_->taken_[origin] += bytes;
  origin_ = origin;
  bytes_ = bytes;
  return Ok();
}

MirrorBytes MirrorRoom::With(std::int64_t origin, std::uint64_t bytes) const {
  MirrorBytes sum{bytes, bytes};
  for (const auto& [of, taken] : taken_) {
    sum.all += taken;
    if (of == origin) sum.of_origin += taken;
  }
  return sum;
}

}  // namespace banyan::federation
