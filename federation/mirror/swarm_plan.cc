#include "federation/mirror/swarm_plan.h"

#include <algorithm>
#include <cmath>

#include "storage/base/check.h"

namespace banyan::federation {

using storage::ChunkSet;
using Share = Holding::Share;

namespace {

constexpr std::int64_t kPauseMs = 500;
constexpr std::int64_t kPauseMaxMs = 4'000;
constexpr double kFaster = 2;    // a second peer is asked when it is so much faster,
constexpr double kSoonMs = 250;  // and the first would take so much longer
constexpr double kNewRateShare = 0.5;
constexpr std::uint64_t kOrdersLeft = 2;  // that each stream should still have at least
constexpr double kMuchFaster = 4;
constexpr std::size_t kBlock = 4;  // chunks: orders of many nodes begin at such places

}  // namespace

SwarmPlan::SectionId SwarmPlan::Add(const storage::ChunkList& chunks, const ChunkSet& wanted,
                                    std::vector<Holding> holdings, std::int64_t now_ms) {
  ENSURE(holdings.size() == peers_.size());
  if (!begun_ms_) begun_ms_ = now_ms;
  const SwarmSection section(chunks, wanted, std::move(holdings), now_ms);
  const auto bytes = section.BytesOf(wanted);
  all_bytes_ += bytes;
  wanted_bytes_ += bytes;
  sections_.emplace(++last_id_, section);
  return last_id_;
}

void SwarmPlan::SetHolding(SectionId id, std::size_t peer, Holding holding, std::int64_t now_ms) {
  SwarmSection& section = sections_.at(id);
  section.SetHolding(peer, std::move(holding), now_ms);
  if (section.BrokePromise(peer, now_ms, limits_.slow_ms)) peers_[peer].breaks_promises = true;
}

void SwarmPlan::Drop(SectionId id) {
  const SwarmSection& section = sections_.at(id);
  const ChunkSet& lacking = section.lacking();
  for (auto i = lacking.NextFrom(0); i; i = lacking.NextFrom(*i + 1)) {
    bytes_in_flight_ -= section.OrdersOf(*i) * std::uint64_t{section.SizeOf(*i)};
  }
  wanted_bytes_ -= section.BytesOf(section.unasked());
  sections_.erase(id);
}

bool SwarmPlan::IsOut(const Peer& peer, std::int64_t now_ms) const {
  if (peer.is_liar) return true;
  if (peer.failures < limits_.failures) return false;
  return !peer.gave_ms || now_ms - *peer.gave_ms >= limits_.patience_ms;
}

bool SwarmPlan::IsReady(std::size_t peer, std::int64_t now_ms) const {
  return !IsOut(peers_[peer], now_ms) && peers_[peer].paused_until_ms <= now_ms;
}

bool SwarmPlan::IsFree(std::size_t peer, std::int64_t now_ms) const {
  return IsReady(peer, now_ms) && peers_[peer].orders < streams_.each();
}

std::size_t SwarmPlan::PeersIn(std::int64_t now_ms) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < peers_.size(); ++i) count += IsReady(i, now_ms) ? 1 : 0;
  return count;
}

std::size_t SwarmPlan::Holders(const SwarmSection& section, std::int64_t now_ms) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (section.HoldingOf(i).share != Share::None && !IsOut(peers_[i], now_ms)) ++count;
  }
  return count;
}

SwarmPlan::State SwarmPlan::StateOf(SectionId id, std::int64_t now_ms) const {
  const SwarmSection& section = sections_.at(id);
  if (section.lacking().IsEmpty()) return State::Here;
  if (section.unasked() != section.lacking()) return State::Going;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (section.HoldingOf(i).share == Share::Whole && !IsOut(peers_[i], now_ms)) {
      return State::Going;
    }
  }
  const bool is_anybody_in =
      std::ranges::any_of(peers_, [&](const Peer& peer) { return !IsOut(peer, now_ms); });
  const bool may_come =
      section.HadParts() && is_anybody_in && now_ms - section.news_ms() < limits_.news_ms;
  return may_come ? State::Going : State::Hopeless;
}

std::optional<SwarmPlan::Order> SwarmPlan::Next(std::int64_t now_ms) {
  if (orders_.size() >= limits_.orders || bytes_in_flight_ >= limits_.bytes_in_flight) return {};
  LookWhoGivesLittle(now_ms);
  std::vector<std::size_t> free;  // who is asked least first, of these the fastest
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (IsFree(i, now_ms)) free.push_back(i);
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

// In which much faster peers that have this section too bring all that nobody was asked for yet.
double SwarmPlan::RestMs(const SwarmSection& section, std::size_t peer, std::int64_t now_ms) const {
  double faster = 0;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    const double rate = peers_[i].bytes_per_ms;
    if (rate <= kMuchFaster * peers_[peer].bytes_per_ms || peers_[i].gives_little) continue;
    const bool may_give = section.HoldingOf(i).share == Share::Whole && IsReady(i, now_ms) &&
                          !IsLeftToOthers(section, i, now_ms);
    if (may_give) faster += rate;
  }
  const double all = faster * static_cast<double>(streams_.each());
  return all == 0 ? HUGE_VAL : static_cast<double>(wanted_bytes_) / all;
}

std::uint64_t SwarmPlan::OrderBytes(const Peer& peer, double rest_ms, std::int64_t now_ms) const {
  const auto streams = std::min(PeersIn(now_ms) * streams_.each(), limits_.orders);
  const auto share = wanted_bytes_ / (kOrdersLeft * std::max<std::size_t>(streams, 1));
  const auto in_ms = [&](double ms) { return static_cast<std::uint64_t>(peer.bytes_per_ms * ms); };
  const auto carried = in_ms(std::min(rest_ms, static_cast<double>(limits_.order_ms)));
  const auto usual = rest_ms == HUGE_VAL ? limits_.order_short_bytes : limits_.order_min_bytes;
  const auto most = std::max(carried, usual);
  const auto least = std::clamp(in_ms(static_cast<double>(limits_.order_min_ms)),
                                limits_.order_min_bytes, limits_.order_max_bytes);
  return std::clamp(std::min(most, share), least, limits_.order_max_bytes);
}

// Those that have nothing may turn out to fetch the same.
bool SwarmPlan::IsEarly(std::int64_t now_ms) const { return now_ms - *begun_ms_ < limits_.come_ms; }

// Others seem to fetch it too, or may turn out to.
bool SwarmPlan::IsShared(const SwarmSection& section, std::int64_t now_ms) const {
  const bool is_early = IsEarly(now_ms);
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    const auto share = section.HoldingOf(i).share;
    if (share == Share::Whole || IsOut(peers_[i], now_ms)) continue;
    if (share == Share::Part || is_early) return true;
  }
  return false;
}

// Of something that they were asked for some time ago.
void SwarmPlan::LookWhoGivesLittle(std::int64_t now_ms) {
  for (auto& peer : peers_) peer.gives_little = false;
  for (const auto& [id, running] : orders_) {
    const auto spent = now_ms - running.begun_ms;
    if (spent < limits_.stalled_ms) continue;
    const auto least = static_cast<double>(limits_.little_bytes) * static_cast<double>(spent) /
                       static_cast<double>(limits_.stalled_ms);
    if (static_cast<double>(running.came_bytes) < least) {
      peers_[running.order.peer].gives_little = true;
    }
  }
}

ChunkSet SwarmPlan::SoonOf(const SwarmSection& section, std::size_t peer,
                           std::int64_t now_ms) const {
  return section.SoonOf(peer, now_ms, peers_[peer].breaks_promises ? 0 : limits_.slow_ms);
}

// A peer with the whole, when those that have a part give enough, together. What those give that
// were not asked yet is to be seen; those that have nothing of what is lacking do not count.
bool SwarmPlan::IsLeftToOthers(const SwarmSection& section, std::size_t peer,
                               std::int64_t now_ms) const {
  if (section.HoldingOf(peer).share != Share::Whole || !IsShared(section, now_ms)) return false;
  const bool is_early = IsEarly(now_ms);
  double parts = 0;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    const auto share = section.HoldingOf(i).share;
    if (share == Share::Whole || !IsReady(i, now_ms) || peers_[i].gives_little) continue;
    if (is_early) return true;
    auto soon = SoonOf(section, i, now_ms);
    soon &= section.lacking();
    if (soon.IsEmpty()) continue;
    if (peers_[i].bytes_per_ms == 0) return true;
    parts += peers_[i].bytes_per_ms;
  }
  return parts * kMuchFaster > peers_[peer].bytes_per_ms;
}

// What it may be asked for.
ChunkSet SwarmPlan::Allowed(const SwarmSection& section, std::size_t peer,
                            std::int64_t now_ms) const {
  ChunkSet allowed = section.unasked();
  const Holding& holding = section.HoldingOf(peer);
  if (holding.share == Share::None) return ChunkSet(allowed.size());
  if (holding.share == Share::Part) {
    allowed &= holding.chunks;
  } else if (IsLeftToOthers(section, peer, now_ms)) {
    if (peers_[peer].orders >= limits_.shared_orders) return ChunkSet(allowed.size());
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      if (IsReady(i, now_ms)) allowed -= SoonOf(section, i, now_ms);
    }
  }
  return allowed;
}

struct SwarmPlan::Choice {
  SectionId id = 0;
  ChunkSet allowed;
  std::size_t holders = 0;
  bool is_shared = false;
};

// The rarest section; of several, when others fetch it too, any.
std::optional<SwarmPlan::Choice> SwarmPlan::Choose(std::size_t peer, std::int64_t now_ms) {
  std::optional<Choice> best;
  unsigned equal = 1;
  for (auto& [id, section] : sections_) {
    if (section.unasked().IsEmpty()) continue;
    const auto holders = Holders(section, now_ms);
    if (best && holders > best->holders) continue;
    if (best && holders == best->holders && !best->is_shared) continue;
    auto allowed = Allowed(section, peer, now_ms);
    if (allowed.IsEmpty()) continue;
    equal = best && holders == best->holders ? equal + 1 : 1;
    if (random_() % equal != 0) continue;
    best = Choice{id, std::move(allowed), holders, IsShared(section, now_ms)};
  }
  return best;
}

std::optional<SwarmPlan::Order> SwarmPlan::NextOf(std::size_t peer, std::int64_t now_ms) {
  const auto choice = Choose(peer, now_ms);
  if (!choice) return {};
  const SwarmSection& section = sections_.at(choice->id);
  const double rate = peers_[peer].bytes_per_ms;
  const double rest_ms = rate == 0 ? HUGE_VAL : RestMs(section, peer, now_ms);
  // All would wait for it.
  if (rate > 0 && rest_ms * rate < static_cast<double>(limits_.order_min_bytes)) return {};
  auto most = OrderBytes(peers_[peer], rest_ms, now_ms);
  std::size_t from = 0;
  if (choice->is_shared) {
    from = random_() % choice->allowed.size() / kBlock * kBlock;
    if (IsLeftToOthers(section, peer, now_ms)) most = std::min(most, limits_.shared_bytes);
  }
  const auto run = section.Cut(choice->allowed, from, most);
  return Begin({0, peer, choice->id, run->first, run->end}, now_ms);
}

SwarmPlan::Order SwarmPlan::Begin(Order order, std::int64_t now_ms) {
  order.id = ++last_id_;
  SwarmSection& section = sections_.at(order.section);
  order.has_part = section.HoldingOf(order.peer).share == Share::Part;
  for (std::size_t i = order.first; i < order.end; ++i) {
    if (!section.IsLacking(i)) continue;
    if (section.Ask(i)) wanted_bytes_ -= section.SizeOf(i);
    bytes_in_flight_ += section.SizeOf(i);
  }
  ++peers_[order.peer].orders;
  orders_.emplace(order.id, Running{order, order.first, now_ms, now_ms});
  return order;
}

std::uint64_t SwarmPlan::BytesLeft(const Running& running, const SwarmSection& section) {
  std::uint64_t bytes = 0;
  for (std::size_t i = running.next; i < running.order.end; ++i) {
    if (section.IsLacking(i)) bytes += section.SizeOf(i);
  }
  return bytes;
}

// At the speed so far; nothing came: at least as long again as it took until now.
double SwarmPlan::MsLeft(const Running& running, std::uint64_t bytes, std::int64_t now_ms) {
  const auto spent = static_cast<double>(now_ms - running.begun_ms);
  if (running.came_bytes == 0) return spent;
  return spent * static_cast<double>(bytes) / static_cast<double>(running.came_bytes);
}

// Nothing comes of it any more, or its rest will take very long.
bool SwarmPlan::IsStalled(const Running& running, double left_ms, std::int64_t now_ms) const {
  return now_ms - running.moved_ms >= limits_.stalled_ms || left_ms >= double(limits_.slow_ms);
}

std::optional<SwarmPlan::Order> SwarmPlan::Double(std::size_t peer, std::int64_t now_ms) {
  const double rate = peers_[peer].bytes_per_ms;
  if (rate == 0) return {};
  Running* slowest = nullptr;
  std::uint64_t twice = 0;
  double longest_ms = 0;
  for (auto& [id, running] : orders_) {
    const auto at = sections_.find(running.order.section);
    if (at == sections_.end() || running.is_doubled || running.order.peer == peer) continue;
    if (!at->second.HoldingOf(peer).Has({running.next, running.order.end})) continue;
    const auto bytes = BytesLeft(running, at->second);
    const double left_ms = MsLeft(running, bytes, now_ms);
    const double here_ms = static_cast<double>(bytes) / rate;
    if (bytes == 0 || left_ms < kFaster * here_ms + kSoonMs || left_ms < longest_ms) continue;
    const bool is_late = IsStalled(running, left_ms, now_ms);
    if (!is_late && wanted_bytes_ > 0 && IsLeftToOthers(at->second, peer, now_ms)) continue;
    slowest = &running;
    longest_ms = left_ms;
    twice = bytes;
  }
  if (slowest == nullptr) return {};
  const auto most = std::max(all_bytes_ / limits_.twice_share, limits_.twice_min_bytes);
  const bool is_stalled = IsStalled(*slowest, longest_ms, now_ms);
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
    const bool has_some = std::ranges::any_of(sections_, [&](const auto& item) {
      return !item.second.unasked().IsEmpty() && item.second.HoldingOf(i).share != Share::None;
    });
    if (has_some && (!next || peer.paused_until_ms < *next)) next = peer.paused_until_ms;
  }
  return next;
}

bool SwarmPlan::IsWanted(const Running& running) const {
  const auto at = sections_.find(running.order.section);
  if (at == sections_.end()) return false;
  const auto lacking = at->second.lacking().NextFrom(running.next);
  return running.next == running.order.end || (lacking && *lacking < running.order.end);
}

bool SwarmPlan::Moved(OrderId id, std::uint64_t bytes, std::int64_t now_ms) {
  Running& running = orders_.at(id);
  running.came_bytes += bytes;
  running.moved_ms = now_ms;
  const auto most = limits_.orders / streams_.each();
  streams_.Came(bytes, {std::min(PeersIn(now_ms), most), orders_.size()}, now_ms);
  return IsWanted(running);
}

bool SwarmPlan::Came(OrderId id, std::int64_t now_ms) {
  Running& running = orders_.at(id);
  Peer& peer = peers_[running.order.peer];
  peer.failures = 0;
  peer.gave_ms = now_ms;
  ++running.next;
  return IsWanted(running);
}

void SwarmPlan::Kept(OrderId id, std::size_t chunk, std::int64_t now_ms) {
  const auto at = sections_.find(orders_.at(id).order.section);
  if (at == sections_.end() || !at->second.IsLacking(chunk)) return;
  SwarmSection& section = at->second;
  bytes_in_flight_ -= section.OrdersOf(chunk) * std::uint64_t{section.SizeOf(chunk)};
  section.Keep(chunk, now_ms);
}

void SwarmPlan::Ended(OrderId id, End end, std::int64_t now_ms) {
  const Running running = orders_.at(id);
  orders_.erase(id);
  const Order& order = running.order;
  Peer& peer = peers_[order.peer];
  --peer.orders;
  const auto at = sections_.find(order.section);
  if (at != sections_.end()) {
    SwarmSection& section = at->second;
    for (std::size_t i = order.first; i < order.end; ++i) {
      if (!section.IsLacking(i)) continue;
      bytes_in_flight_ -= section.SizeOf(i);
      if (section.GiveUp(i)) wanted_bytes_ += section.SizeOf(i);
    }
    if (end == End::Absent) {
      // Who says that it has something, and has it not, is as one that fails.
      if (section.HoldingOf(order.peer).is_said) end = End::Failed;
      section.SetHolding(order.peer, Holding::None(), now_ms);
    }
  }
  if (end == End::Lied) peer.is_liar = true;
  if (end == End::Failed && id >= peer.failures_from) {
    const auto pause = std::min(kPauseMs << std::min(peer.failures, 10), kPauseMaxMs);
    ++peer.failures;
    peer.failures_from = last_id_ + 1;
    peer.paused_until_ms = now_ms + pause;
  }
  const auto spent = now_ms - running.begun_ms;
  if (running.came_bytes == 0 || end == End::Lied) return;
  const double rate =
      static_cast<double>(running.came_bytes) / double(std::max<std::int64_t>(spent, 1));
  peer.bytes_per_ms = peer.bytes_per_ms == 0
                          ? rate
                          : peer.bytes_per_ms + (rate - peer.bytes_per_ms) * kNewRateShare;
}

}  // namespace banyan::federation
