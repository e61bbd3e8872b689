#include "federation/mirror/swarm_plan.h"

#include <algorithm>

#include "storage/base/check.h"

namespace banyan::federation {
namespace {

constexpr std::int64_t kPauseMs = 500;
constexpr std::int64_t kPauseMaxMs = 4'000;
constexpr double kFaster = 2;      // a second peer is asked when it is so much faster,
constexpr double kSoonMs = 1'000;  // and the first would take so much longer
constexpr double kNewRateShare = 0.5;
constexpr std::uint64_t kOrdersLeft = 2;  // that each stream should still have at least

}  // namespace

SwarmPlan::SectionId SwarmPlan::Add(const storage::ChunkList& chunks,
                                    const std::vector<bool>& wanted, std::vector<bool> holders) {
  ENSURE(wanted.size() == chunks.size() && holders.size() == peers_.size());
  Section section;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    section.sizes.push_back(chunks[i].size_bytes);
    section.here.push_back(!wanted[i]);
    if (!wanted[i]) continue;
    ++section.lacking;
    all_bytes_ += chunks[i].size_bytes;
    wanted_bytes_ += chunks[i].size_bytes;
  }
  section.orders.resize(chunks.size());
  section.holders = std::move(holders);
  section.wanted = section.lacking;
  sections_.emplace(++last_id_, std::move(section));
  return last_id_;
}

void SwarmPlan::Drop(SectionId id) {
  const Section& section = sections_.at(id);
  for (std::size_t i = 0; i < section.sizes.size(); ++i) {
    if (section.here[i]) continue;
    bytes_in_flight_ -= section.orders[i] * std::uint64_t{section.sizes[i]};
    if (section.orders[i] == 0) wanted_bytes_ -= section.sizes[i];
  }
  sections_.erase(id);
}

bool SwarmPlan::IsOut(const Peer& peer, std::int64_t now_ms) const {
  if (peer.is_liar) return true;
  if (peer.failures < limits_.failures) return false;
  return !peer.gave_ms || now_ms - *peer.gave_ms >= limits_.patience_ms;
}

bool SwarmPlan::IsFree(const Peer& peer, std::int64_t now_ms) const {
  return !IsOut(peer, now_ms) && peer.paused_until_ms <= now_ms && peer.orders < streams_.each();
}

std::size_t SwarmPlan::PeersIn(std::int64_t now_ms) const {
  return static_cast<std::size_t>(std::ranges::count_if(peers_, [&](const Peer& peer) {
    return !IsOut(peer, now_ms) && peer.paused_until_ms <= now_ms;
  }));
}

std::size_t SwarmPlan::Holders(const Section& section, std::int64_t now_ms) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (section.holders[i] && !IsOut(peers_[i], now_ms)) ++count;
  }
  return count;
}

SwarmPlan::State SwarmPlan::StateOf(SectionId id, std::int64_t now_ms) const {
  const Section& section = sections_.at(id);
  if (section.lacking == 0) return State::Here;
  if (section.wanted < section.lacking) return State::Going;
  return Holders(section, now_ms) > 0 ? State::Going : State::Hopeless;
}

std::optional<SwarmPlan::Order> SwarmPlan::Next(std::int64_t now_ms) {
  if (orders_.size() >= limits_.orders || bytes_in_flight_ >= limits_.bytes_in_flight) return {};
  std::vector<std::size_t> free;  // who is asked least first, of these the fastest
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (IsFree(peers_[i], now_ms)) free.push_back(i);
  }
  std::ranges::stable_sort(free, [&](std::size_t a, std::size_t b) {
    const Peer &one = peers_[a], &two = peers_[b];
    return one.orders != two.orders ? one.orders < two.orders : one.bytes_per_ms > two.bytes_per_ms;
  });
  for (const std::size_t peer : free) {
    if (auto order = NextOf(peer, now_ms)) return order;
  }
  for (const std::size_t peer : free) {
    if (auto order = Double(peer, now_ms)) return order;
  }
  return {};
}

std::uint64_t SwarmPlan::OrderBytes(const Peer& peer, std::int64_t now_ms) const {
  const auto streams = std::min(PeersIn(now_ms) * streams_.each(), limits_.orders);
  const auto share = wanted_bytes_ / (kOrdersLeft * std::max<std::size_t>(streams, 1));
  const auto carried = static_cast<std::uint64_t>(peer.bytes_per_ms * double(limits_.order_ms));
  const auto most = peer.bytes_per_ms == 0 ? limits_.order_first_bytes : carried;
  return std::clamp(std::min(most, share), limits_.order_min_bytes, limits_.order_max_bytes);
}

std::optional<SwarmPlan::Order> SwarmPlan::NextOf(std::size_t peer, std::int64_t now_ms) {
  Section* rarest = nullptr;
  SectionId id = 0;
  std::size_t fewest = peers_.size() + 1;
  for (auto& [at, section] : sections_) {
    if (section.wanted == 0 || !section.holders[peer]) continue;
    const auto holders = Holders(section, now_ms);
    if (holders >= fewest) continue;
    fewest = holders;
    rarest = &section;
    id = at;
  }
  if (rarest == nullptr) return {};
  const auto is_wanted = [&](std::size_t i) { return !rarest->here[i] && rarest->orders[i] == 0; };
  while (!is_wanted(rarest->from)) ++rarest->from;
  const auto most = OrderBytes(peers_[peer], now_ms);
  Order order{0, peer, id, rarest->from, rarest->from};
  for (std::uint64_t bytes = 0; order.end < rarest->sizes.size() && is_wanted(order.end);) {
    bytes += rarest->sizes[order.end];
    if (bytes > most && order.end > order.first) break;
    ++order.end;
  }
  return Begin(order, now_ms);
}

SwarmPlan::Order SwarmPlan::Begin(Order order, std::int64_t now_ms) {
  order.id = ++last_id_;
  Section& section = sections_.at(order.section);
  for (std::size_t i = order.first; i < order.end; ++i) {
    if (section.here[i]) continue;
    if (section.orders[i]++ == 0) {
      --section.wanted;
      wanted_bytes_ -= section.sizes[i];
    }
    bytes_in_flight_ += section.sizes[i];
  }
  ++peers_[order.peer].orders;
  orders_.emplace(order.id, Running{order, order.first, now_ms, now_ms});
  return order;
}

std::uint64_t SwarmPlan::BytesLeft(const Running& running, const Section& section) {
  std::uint64_t bytes = 0;
  for (std::size_t i = running.next; i < running.order.end; ++i) {
    if (!section.here[i]) bytes += section.sizes[i];
  }
  return bytes;
}

// At the speed so far; nothing came: at least as long again as it took until now.
double SwarmPlan::MsLeft(const Running& running, std::uint64_t bytes, std::int64_t now_ms) {
  const auto spent = static_cast<double>(now_ms - running.begun_ms);
  if (running.came_bytes == 0) return spent;
  return spent * static_cast<double>(bytes) / static_cast<double>(running.came_bytes);
}

std::optional<SwarmPlan::Order> SwarmPlan::Double(std::size_t peer, std::int64_t now_ms) {
  const double rate = peers_[peer].bytes_per_ms;
  if (rate == 0) return {};
  Running* slowest = nullptr;
  std::uint64_t twice = 0;
  double longest_ms = 0;
  for (auto& [id, running] : orders_) {
    const auto at = sections_.find(running.order.section);
    if (at == sections_.end() || running.is_doubled || running.order.peer == peer ||
        !at->second.holders[peer]) {
      continue;
    }
    const auto bytes = BytesLeft(running, at->second);
    const double left_ms = MsLeft(running, bytes, now_ms);
    const double here_ms = static_cast<double>(bytes) / rate;
    if (bytes == 0 || left_ms < kFaster * here_ms + kSoonMs || left_ms < longest_ms) continue;
    slowest = &running;
    longest_ms = left_ms;
    twice = bytes;
  }
  if (slowest == nullptr) return {};
  const auto most = std::max(all_bytes_ / limits_.twice_share, limits_.order_min_bytes);
  const bool is_stalled = now_ms - slowest->moved_ms >= limits_.stalled_ms;
  if (!is_stalled && twice_bytes_ + twice > most) return {};
  twice_bytes_ += is_stalled ? 0 : twice;
  slowest->is_doubled = true;
  const auto order =
      Begin({0, peer, slowest->order.section, slowest->next, slowest->order.end}, now_ms);
  orders_.at(order.id).is_doubled = true;
  return order;
}

std::optional<std::int64_t> SwarmPlan::NextChanceMs(std::int64_t now_ms) const {
  std::optional<std::int64_t> next;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    const Peer& peer = peers_[i];
    if (IsOut(peer, now_ms) || peer.paused_until_ms <= now_ms) continue;
    const bool has_some = std::ranges::any_of(sections_, [&](const auto& section) {
      return section.second.wanted > 0 && section.second.holders[i];
    });
    if (has_some && (!next || peer.paused_until_ms < *next)) next = peer.paused_until_ms;
  }
  return next;
}

void SwarmPlan::Moved(OrderId id, std::uint64_t bytes, std::int64_t now_ms) {
  Running& running = orders_.at(id);
  running.came_bytes += bytes;
  running.moved_ms = now_ms;
  const auto most = limits_.orders / streams_.each();
  streams_.Came(bytes, {std::min(PeersIn(now_ms), most), orders_.size()}, now_ms);
}

bool SwarmPlan::Came(OrderId id, std::int64_t now_ms) {
  Running& running = orders_.at(id);
  Peer& peer = peers_[running.order.peer];
  peer.failures = 0;
  peer.gave_ms = now_ms;
  ++running.next;
  const auto at = sections_.find(running.order.section);
  if (at == sections_.end()) return false;
  return running.next == running.order.end || BytesLeft(running, at->second) > 0;
}

void SwarmPlan::Kept(OrderId id, std::size_t chunk) {
  const auto at = sections_.find(orders_.at(id).order.section);
  if (at == sections_.end() || at->second.here[chunk]) return;
  at->second.here[chunk] = true;
  --at->second.lacking;
  bytes_in_flight_ -= at->second.orders[chunk] * std::uint64_t{at->second.sizes[chunk]};
}

void SwarmPlan::Ended(OrderId id, End end, std::int64_t now_ms) {
  const Running running = orders_.at(id);
  orders_.erase(id);
  const Order& order = running.order;
  Peer& peer = peers_[order.peer];
  --peer.orders;
  const auto at = sections_.find(order.section);
  if (at != sections_.end()) {
    Section& section = at->second;
    for (std::size_t i = order.first; i < order.end; ++i) {
      if (section.here[i]) continue;
      bytes_in_flight_ -= section.sizes[i];
      if (--section.orders[i] > 0) continue;
      ++section.wanted;
      wanted_bytes_ += section.sizes[i];
      section.from = std::min(section.from, i);
    }
    if (end == End::Absent) section.holders[order.peer] = false;
  }
  if (end == End::Lied) peer.is_liar = true;
  if (end == End::Failed && id >= peer.failures_from) {
    const auto pause = std::min(kPauseMs << std::min(peer.failures, 10), kPauseMaxMs);
    ++peer.failures;
    peer.failures_from = last_id_ + 1;
    peer.paused_until_ms = now_ms + pause;
  }
  const auto spent = now_ms - running.begun_ms;
  if (running.came_bytes == 0 || end != End::Done) return;
  const double rate =
      static_cast<double>(running.came_bytes) / double(std::max<std::int64_t>(spent, 1));
  peer.bytes_per_ms = peer.bytes_per_ms == 0
                          ? rate
                          : peer.bytes_per_ms + (rate - peer.bytes_per_ms) * kNewRateShare;
}

}  // namespace banyan::federation
