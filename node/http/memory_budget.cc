#include "node/http/memory_budget.h"

#include <algorithm>
#include <set>

namespace banyan::node {

Status MemoryBudget::Hold::SetTo(std::uint64_t bytes) {
  if (budget_.options_.total_bytes == 0) return Ok();
  const auto wanted = bytes <= kFreeBytes ? 0 : std::min(bytes, budget_.options_.total_bytes);
  if (wanted > bytes_) return budget_.Raise(*this, wanted - bytes_);
  if (wanted < bytes_) budget_.Lower(*this, bytes_ - wanted);
  return Ok();
}

Status MemoryBudget::Raise(Hold& hold, std::uint64_t more_bytes) {
  const MutexLock lock(mutex_);
  Waiter waiter{hold, more_bytes, false, {}};
  waiting_.push_back(&waiter);
  GiveRoom();
  const std::int64_t until_ms = clock_.MonotonicMs() + options_.wait_ms;
  while (!waiter.has_room) {
    const std::int64_t left_ms = until_ms - clock_.MonotonicMs();
    if (left_ms > 0 && waiter.came.WaitFor(mutex_, left_ms)) continue;
    if (waiter.has_room) break;
    waiting_.remove(&waiter);
    const bool has_share_left = HasShareLeft(waiter);
    GiveRoom();  // to those who came after it
    return Error(Errc::Unavailable,
                 has_share_left
                     ? "this node takes in as much as it has memory for: try again later"
                     : "the requests of yours that this node takes in fill your share of its "
                       "memory: send fewer at once, and try again when one has ended");
  }
  return Ok();
}

void MemoryBudget::Lower(Hold& hold, std::uint64_t less_bytes) {
  const MutexLock lock(mutex_);
  hold.bytes_ -= less_bytes;
  held_bytes_ -= less_bytes;
  if (hold.client_.is_stranger) held_by_strangers_ -= less_bytes;
  const auto found = held_by_.find(hold.client_.key);
  found->second -= less_bytes;
  if (found->second == 0) held_by_.erase(found);
  GiveRoom();
}

void MemoryBudget::GiveRoom() {
  std::set<std::string_view> held_up;  // clients of whom one waits that came before
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    Waiter& waiter = **at;
    const Client& client = waiter.hold.client_;
    const bool is_new = waiter.hold.bytes_ == 0;
    if ((is_new && held_up.contains(client.key)) || !HasShareLeft(waiter)) {
      held_up.insert(client.key);
      ++at;
      continue;
    }
    if (held_bytes_ + waiter.more_bytes > options_.total_bytes) {
      if (waiter.hold.bytes_ + waiter.more_bytes <= ShareBytes()) break;
      ++at;  // more than a client's share holds up nobody else
      continue;
    }
    Give(waiter);
    at = waiting_.erase(at);
  }
  LetOneGoOn();
}

void MemoryBudget::LetOneGoOn() {
  std::uint64_t waiting_bytes = 0;
  std::map<std::string_view, std::uint64_t> waiting_by;  // client
  for (const Waiter* waiter : waiting_) {
    waiting_bytes += waiter->hold.bytes_;
    waiting_by[waiter->hold.client_.key] += waiter->hold.bytes_;
  }
  const auto chosen = std::ranges::max_element(
      waiting_, {}, [](const Waiter* waiter) { return waiter->hold.bytes_; });
  if (waiting_bytes > 0 && waiting_bytes == held_bytes_) {
    Give(**chosen);
    waiting_.erase(chosen);
    return;
  }
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    Waiter& waiter = **at;
    const Client& client = waiter.hold.client_;
    const bool is_most = std::ranges::none_of(waiting_, [&](const Waiter* other) {
      return other->hold.client_.key == client.key && other->hold.bytes_ > waiter.hold.bytes_;
    });
    const bool may_go = waiter.hold.bytes_ > 0 && waiting_by[client.key] == HeldBy(client) &&
                        held_bytes_ + waiter.more_bytes <= options_.total_bytes;
    if (!may_go || !is_most || !HasStrangersRoom(waiter)) {
      ++at;
      continue;
    }
    Give(waiter);
    at = waiting_.erase(at);
  }
}

void MemoryBudget::Give(Waiter& waiter) {
  waiter.hold.bytes_ += waiter.more_bytes;
  held_bytes_ += waiter.more_bytes;
  if (waiter.hold.client_.is_stranger) held_by_strangers_ += waiter.more_bytes;
  held_by_[waiter.hold.client_.key] += waiter.more_bytes;
  waiter.has_room = true;
  waiter.came.NotifyOne();
}

bool MemoryBudget::HasShareLeft(const Waiter& waiter) const {
  const auto held = HeldBy(waiter.hold.client_);
  const bool fits = held == waiter.hold.bytes_ || held + waiter.more_bytes <= ShareBytes();
  return fits && HasStrangersRoom(waiter);
}

bool MemoryBudget::HasStrangersRoom(const Waiter& waiter) const {
  return !waiter.hold.client_.is_stranger || held_by_strangers_ == waiter.hold.bytes_ ||
         held_by_strangers_ + waiter.more_bytes <= options_.total_bytes / 2;
}

std::uint64_t MemoryBudget::HeldBy(const Client& client) const {
  const auto found = held_by_.find(client.key);
  return found == held_by_.end() ? 0 : found->second;
}

std::uint64_t MemoryBudget::held_bytes() const {
  const MutexLock lock(mutex_);
  return held_bytes_;
}

std::size_t MemoryBudget::waiting() const {
  const MutexLock lock(mutex_);
  return waiting_.size();
}

}  // namespace banyan::node
