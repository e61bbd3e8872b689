#include "federation/mirror/swarm.h"

#include <algorithm>

namespace banyan::federation {
namespace {

constexpr std::size_t kWorkersToAsk = 4;  // one of so many may ask who has what
constexpr std::int64_t kLookMs = 100;     // at what time changes: pauses, cancellation, slow orders

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

// What an answer says of each section. Who cannot be asked, or answers what nobody can read, is
// asked for content as one who has it all, and fails then; but not once it was found to lack some.
std::vector<Holding> HoldingsIn(const Result<HeldChunks>& held, const SectionedList& list,
                                bool is_doubt) {
  const bool has_none = !held && (is_doubt || held.error().code() == Errc::NotFound);
  const bool has_part = held && !held->IsWhole();
  const Holding whole{Holding::Share::Whole, held.has_value()};
  std::vector<Holding> holdings;
  std::size_t first = 0;
  for (const auto& section : list.sections) {
    if (has_part) {
      holdings.push_back({Holding::Share::Part, true, held->here.Part(first, section.size()),
                          held->coming.Part(first, section.size())});
    } else {
      holdings.push_back(has_none ? Holding::None() : whole);
    }
    first += section.size();
  }
  return holdings;
}

}  // namespace

Swarm::Swarm(const MirrorPeers& peers, storage::ContentSession& session, const SwarmLimits& limits)
    : peers_(peers),
      session_(session),
      workers_(std::min(limits.orders, peers.list().size() * StreamCount::kMost)),
      plan_(peers.list().size(), limits, std::hash<std::string>()(session.name())),
      watch_(peers.list().size(), std::max<std::size_t>(1, workers_ / kWorkersToAsk)) {}

void Swarm::Close() {
  const MutexLock lock(mutex_);
  is_closed_ = true;
  changed_.NotifyAll();
}

// --- files

HoldingsWatch::FileId Swarm::Begin(const std::shared_ptr<ArrivingFile>& file,
                                   const std::vector<storage::ChunkSet>& lacking) {
  const auto& sections = file->list().sections;
  const auto id = watch_.Add(file->chunk_count(), Now());
  const auto assumed = watch_.AsksAtOnce(file->chunk_count()) ? Holding::None() : Holding();
  File& begun = files_[id];
  begun.arriving = file;
  for (std::size_t index = 0; index < sections.size(); ++index) {
    if (lacking[index].IsEmpty()) continue;
    auto section = std::make_shared<Section>();
    section->file = file;
    section->watched = id;
    section->proven = {file->hash(), index, sections[index]};
    const auto section_id =
        plan_.Add(sections[index], lacking[index], {peers_.list().size(), assumed}, Now());
    begun.sections.emplace(index, section_id);
    sections_.emplace(section_id, std::move(section));
  }
  return id;
}

void Swarm::End(HoldingsWatch::FileId id) {
  const MutexLock lock(mutex_);
  for (const auto& [index, section] : files_.at(id).sections) {
    plan_.Drop(section);
    sections_.erase(section);
  }
  files_.erase(id);
  watch_.Drop(id);
}

Status Swarm::Fetch(const std::shared_ptr<ArrivingFile>& file, const Meanwhile& meanwhile) {
  const auto lacking = file->Lacking();
  if (std::ranges::all_of(lacking, &storage::ChunkSet::IsEmpty)) return Ok();
  HoldingsWatch::FileId id = 0;
  {
    const MutexLock lock(mutex_);
    id = Begin(file, lacking);
    changed_.NotifyAll();
  }
  Status fetched = Await(id, meanwhile);
  End(id);
  return fetched;
}

std::optional<Status> Swarm::Settled(HoldingsWatch::FileId id) {
  if (own_error_) return Status(*own_error_);
  bool is_here = true;
  for (const auto& [index, section_id] : files_.at(id).sections) {
    const auto state = plan_.StateOf(section_id, Now());
    if (state == SwarmPlan::State::Hopeless && watch_.HasHeardAll(id)) {
      const auto section = sections_.at(section_id);
      const MutexLock lock(section->mutex);
      if (section->last_error) return Status(*section->last_error);
      return Status(Error(Errc::NotFound, "no peer has all of it"));
    }
    is_here = is_here && state == SwarmPlan::State::Here;
  }
  return is_here ? std::optional(Ok()) : std::nullopt;
}

Status Swarm::Await(HoldingsWatch::FileId id, const Meanwhile& meanwhile) {
  for (bool is_busy = true;; is_busy = meanwhile()) {
    TRY(peers_.RequireGoingOn());
    MutexLock lock(mutex_);
    if (auto settled = Settled(id)) return *std::move(settled);
    if (!is_busy) changed_.WaitFor(mutex_, kLookMs);
  }
}

// --- workers

void Swarm::Work() {
  while (const auto job = AwaitJob()) {
    if (const auto* const order = std::get_if<SwarmPlan::Order>(&*job)) {
      CarryOut(*order);
    } else {
      Inquire(std::get<HoldingsWatch::Question>(*job));
    }
  }
}

std::optional<Swarm::Job> Swarm::NextJob() {
  if (const auto question = watch_.Next(Now())) return Job(*question);
  if (const auto order = plan_.Next(Now())) return Job(*order);
  return {};
}

std::optional<Swarm::Job> Swarm::AwaitJob() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (is_closed_) return {};
      const bool goes_on = peers_.RequireGoingOn().operator bool() && !own_error_;
      if (auto job = goes_on ? NextJob() : std::nullopt) return job;
      const bool is_later = plan_.NextChanceMs(Now()) || watch_.IsWaiting();
      if (plan_.has_orders() || !goes_on || !is_later) {
        changed_.WaitFor(mutex_, kLookMs);
        continue;
      }
    }
    peers_.clock().SleepMs(kLookMs);  // all peers pause, or have nothing yet
  }
}

void Swarm::Inquire(const HoldingsWatch::Question& question) {
  std::shared_ptr<ArrivingFile> file;
  bool is_out = false;
  {
    const MutexLock lock(mutex_);
    const auto at = files_.find(question.file);
    if (at != files_.end()) file = at->second.arriving;
    is_out = plan_.IsOut(question.peer, Now());
  }
  if (file == nullptr || is_out) {
    const MutexLock lock(mutex_);
    return watch_.Answered(question, /*has_whole=*/true, Now());  // as one that is not asked again
  }
  const auto held = peers_.list()[question.peer]->GetHeld(file->hash(), file->chunk_count());
  auto holdings = HoldingsIn(held, file->list(), question.is_doubt);
  const bool has_whole = holdings.front().share == Holding::Share::Whole;
  const MutexLock lock(mutex_);
  watch_.Answered(question, has_whole, Now());
  const auto at = files_.find(question.file);
  if (at == files_.end()) return;
  for (const auto& [index, section] : at->second.sections) {
    plan_.SetHolding(section, question.peer, std::move(holdings[index]), Now());
  }
  changed_.NotifyAll();
}

void Swarm::CarryOut(const SwarmPlan::Order& order) {
  SectionPtr section;
  {
    const MutexLock lock(mutex_);
    const auto at = sections_.find(order.section);
    if (at != sections_.end()) section = at->second;
  }
  const storage::ChunkRun run{order.first, order.end};
  const bool is_told = section && !order.has_part;
  if (is_told) section->file->NoteComing(section->proven.index, run);
  const auto end = section ? Ask(order, *section) : SwarmPlan::End::Done;
  if (is_told) section->file->NoteGivenUp(section->proven.index, run);
  const MutexLock lock(mutex_);
  plan_.Ended(order.id, end, Now());
  if (end == SwarmPlan::End::Absent) watch_.Doubt(section->watched, order.peer, Now());
  changed_.NotifyAll();
}

SwarmPlan::End Swarm::Ask(const SwarmPlan::Order& order, Section& section) {
  PeerSource& peer = *peers_.list()[order.peer];
  if (peers_.lies().Of(peer)) return SwarmPlan::End::Lied;
  const Error too_late(Errc::Cancelled, "another peer was faster");
  const auto moved = [&](std::size_t bytes) -> Status {
    const MutexLock lock(mutex_);
    return plan_.Moved(order.id, bytes, Now()) ? Ok() : Status(too_late);
  };
  const auto came = [&]() -> Status {
    TRY(peers_.RequireGoingOn());
    const MutexLock lock(mutex_);
    return plan_.Came(order.id, Now()) ? Ok() : Status(too_late);
  };
  const auto kept = [&](std::size_t chunk) {
    section.file->NoteHere(section.proven.index, chunk);
    broken_.Forget(section.proven, chunk);
    const MutexLock lock(mutex_);
    plan_.Kept(order.id, chunk, Now());
  };
  const OrderFetch::Parts parts{peers_.clock(), peer,    session_,       section.proven,
                                section.tables, broken_, order.has_part, moved,
                                came,           kept};
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
