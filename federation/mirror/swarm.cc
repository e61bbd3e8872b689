#include "federation/mirror/swarm.h"

#include <algorithm>
#include <set>

#include "federation/transfer/parallel.h"
#include "storage/base/check.h"

namespace banyan::federation {
namespace {

constexpr std::int64_t kLookMs = 100;  // at what time changes: pauses, cancellation, slow orders

SwarmPlan::End EndOf(const Status& asked) {
  using End = SwarmPlan::End;
  if (asked) return End::Done;
  switch (asked.error().code()) {
    case Errc::Corrupt:
    case Errc::TooLarge: return End::Lied;
    case Errc::Unavailable:
    case Errc::Io: return End::Failed;
    case Errc::Cancelled: return End::Done;
    default: return End::Absent;
  }
}

}  // namespace

Swarm::Swarm(const MirrorPeers& peers, storage::ContentSession& session, const SwarmLimits& limits)
    : peers_(peers),
      session_(session),
      workers_(std::min(limits.orders, peers.list().size() * StreamCount::kMost)),
      plan_(peers.list().size(), limits) {}

void Swarm::Close() {
  const MutexLock lock(mutex_);
  is_closed_ = true;
  changed_.NotifyAll();
}

// --- files

// A chunk that comes several times is asked for once.
Result<std::vector<Swarm::Lacking>> Swarm::ListLacking(
    const std::vector<storage::ChunkList>& sections) {
  std::vector<Lacking> list;
  std::set<ChunkId> asked;
  for (std::size_t index = 0; index < sections.size(); ++index) {
    auto lacking = TRY(session_.Lacking(sections[index]));
    for (std::size_t i = 0; i < lacking.size(); ++i) {
      if (lacking[i]) lacking[i] = asked.insert(sections[index][i].id).second;
    }
    if (std::ranges::find(lacking, true) == lacking.end()) continue;
    list.push_back({index, std::move(lacking)});
  }
  return list;
}

// A peer that does not say is taken to hold all.
std::vector<std::vector<bool>> Swarm::AskHolders(const FileHash& file, std::size_t sections) {
  const auto& peers = peers_.list();
  std::vector<std::vector<bool>> holders(sections, std::vector<bool>(peers.size(), true));
  if (peers.size() < 2 || sections < 2) return holders;
  std::vector<Bytes> said(peers.size());
  const auto ask = [&](std::size_t peer) {
    auto bits = peers[peer]->GetHoldings(file, sections);
    if (bits) said[peer] = *std::move(bits);
    return Ok();
  };
  const Status asked = ForEachInParallel(peers.size(), static_cast<int>(workers_), ask);
  ENSURE(asked.operator bool());
  for (std::size_t peer = 0; peer < peers.size(); ++peer) {
    if (said[peer].size() != (sections + 7) / 8) continue;
    for (std::size_t i = 0; i < sections; ++i) {
      holders[i][peer] = (said[peer][i / 8] >> i % 8 & 1) != 0;
    }
  }
  return holders;
}

Status Swarm::Fetch(const FileHash& file, const std::vector<storage::ChunkList>& sections) {
  auto lacking = TRY(ListLacking(sections));
  if (lacking.empty()) return Ok();
  const auto holders = AskHolders(file, sections.size());
  SectionIds ids;
  {
    const MutexLock lock(mutex_);
    for (const auto& [index, chunks] : lacking) {
      auto section = std::make_shared<Section>();
      section->proven = {file, index, sections[index]};
      ids.push_back(plan_.Add(sections[index], chunks, holders[index]));
      sections_.emplace(ids.back(), std::move(section));
    }
    changed_.NotifyAll();
  }
  Status fetched = Await(ids);
  const MutexLock lock(mutex_);
  for (const auto id : ids) {
    plan_.Drop(id);
    sections_.erase(id);
  }
  return fetched;
}

std::optional<Status> Swarm::Settled(const SectionIds& ids) {
  if (own_error_) return Status(*own_error_);
  bool is_here = true;
  for (const auto id : ids) {
    const auto state = plan_.StateOf(id, Now());
    if (state == SwarmPlan::State::Hopeless) {
      const auto section = sections_.at(id);
      const MutexLock lock(section->mutex);
      if (section->last_error) return Status(*section->last_error);
      return Status(Error(Errc::NotFound, "no peer has all of it"));
    }
    is_here = is_here && state == SwarmPlan::State::Here;
  }
  return is_here ? std::optional(Ok()) : std::nullopt;
}

Status Swarm::Await(const SectionIds& ids) {
  MutexLock lock(mutex_);
  while (true) {
    TRY(peers_.RequireGoingOn());
    if (auto settled = Settled(ids)) return *std::move(settled);
    changed_.WaitFor(mutex_, kLookMs);
  }
}

// --- workers

void Swarm::Work() {
  while (const auto order = AwaitOrder()) CarryOut(*order);
}

std::optional<SwarmPlan::Order> Swarm::AwaitOrder() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (is_closed_) return {};
      const bool goes_on = peers_.RequireGoingOn().operator bool() && !own_error_;
      if (auto order = goes_on ? plan_.Next(Now()) : std::nullopt) return order;
      if (plan_.has_orders() || !goes_on || !plan_.NextChanceMs(Now())) {
        changed_.WaitFor(mutex_, kLookMs);
        continue;
      }
    }
    peers_.clock().SleepMs(kLookMs);  // all peers pause
  }
}

void Swarm::CarryOut(const SwarmPlan::Order& order) {
  SectionPtr section;
  {
    const MutexLock lock(mutex_);
    const auto at = sections_.find(order.section);
    if (at != sections_.end()) section = at->second;
  }
  const auto end = section ? Ask(order, *section) : SwarmPlan::End::Done;
  const MutexLock lock(mutex_);
  plan_.Ended(order.id, end, Now());
  changed_.NotifyAll();
}

SwarmPlan::End Swarm::Ask(const SwarmPlan::Order& order, Section& section) {
  PeerSource& peer = *peers_.list()[order.peer];
  if (peers_.lies().Of(peer)) return SwarmPlan::End::Lied;
  const auto moved = [&](std::size_t bytes) {
    const MutexLock lock(mutex_);
    plan_.Moved(order.id, bytes, Now());
  };
  const auto came = [&]() -> Status {
    TRY(peers_.RequireGoingOn());
    const MutexLock lock(mutex_);
    if (plan_.Came(order.id, Now())) return Ok();
    return Error(Errc::Cancelled, "another peer was faster");
  };
  const auto kept = [&](std::size_t chunk) {
    const MutexLock lock(mutex_);
    plan_.Kept(order.id, chunk);
  };
  const OrderFetch::Parts parts{peers_.clock(), peer,  session_, section.proven,
                                section.tables, moved, came,     kept};
  OrderFetch fetch(parts, order.first, order.end);
  Status asked = fetch.Run();
  fetched_bytes_ += fetch.fetched_bytes();
  if (fetch.own_error()) {
    const MutexLock lock(mutex_);
    own_error_ = fetch.own_error();
    return SwarmPlan::End::Done;
  }
  const auto end = EndOf(asked);
  if (asked || end == SwarmPlan::End::Done) return end;
  Error error = AtNode(std::move(asked.error()), peer);
  if (end == SwarmPlan::End::Lied) {
    peers_.lies().Note(peer, error.message());
    error = Error(Errc::NotFound, error.message());
  }
  const MutexLock lock(section.mutex);
  section.last_error = std::move(error);
  return end;
}

}  // namespace banyan::federation
