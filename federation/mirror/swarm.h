#pragma once
// Carries out a SwarmPlan: lacking chunks of several files at once, from all peers of a run, by
// several threads.
//
//   Fetch (a file's thread) ─▶ what is lacking ─▶ plan, watch ─▶ waits until all of it is here
//   Work (a worker's thread) ◀─ order ─ plan;  OrderFetch;  what came, and how it ended ─▶ plan
//                            ◀─ question ─ watch;  who has what ─▶ plan
//
// Memory: the chunk lists of the files being fetched (36 bytes for each 64 KiB), each twice more
// while it is fetched, and at most SwarmLimits::bytes_in_flight of payloads, one order more, and
// BrokenChunks::kMost begun ones.

#include <memory>
#include <variant>

#include "federation/mirror/arriving_file.h"
#include "federation/mirror/holdings_watch.h"
#include "federation/mirror/mirror_peers.h"
#include "federation/mirror/order_fetch.h"
#include "federation/mirror/swarm_plan.h"

namespace banyan::federation {

// Thread safe. Borrows all.
class Swarm {
 public:
  Swarm(const MirrorPeers& peers, storage::ContentSession& session, const SwarmLimits& limits = {});

  // So many threads should call Work.
  std::size_t workers() const { return workers_; }
  // Carries out orders, and asks who has what, until Close.
  void Work() EXCLUDES(mutex_);
  void Close() EXCLUDES(mutex_);

  // Brings what the session lacks of a file, while others work; does `meanwhile` again and again as
  // long as that says that it did something. Errors: Cancelled; the session's;
  // the last peer's, when no peer is left to ask, but NotFound for a lie.
  using Meanwhile = std::function<bool()>;
  Status Fetch(const std::shared_ptr<ArrivingFile>& file, const Meanwhile& meanwhile)
      EXCLUDES(mutex_);

  std::uint64_t fetched_bytes() const { return fetched_bytes_; }  // payloads and tables

 private:
  // Shared with whoever carries out an order of it, who may be late.
  struct Section {
    std::shared_ptr<ArrivingFile> file;
    HoldingsWatch::FileId watched = 0;
    ProvenSection proven;
    SectionTables tables;
    Mutex mutex;
    std::optional<Error> last_error GUARDED_BY(mutex);  // of a peer
  };
  using SectionPtr = std::shared_ptr<Section>;
  // Those of a file of which something is lacking, by their numbers in it.
  using SectionIds = std::map<std::size_t, SwarmPlan::SectionId>;
  struct File {
    std::shared_ptr<ArrivingFile> arriving;
    SectionIds sections;
  };
  using Job = std::variant<SwarmPlan::Order, HoldingsWatch::Question>;

  HoldingsWatch::FileId Begin(const std::shared_ptr<ArrivingFile>& file,
                              const std::vector<storage::ChunkSet>& lacking) REQUIRES(mutex_);
  void End(HoldingsWatch::FileId id) EXCLUDES(mutex_);
  Status Await(HoldingsWatch::FileId id, const Meanwhile& meanwhile) EXCLUDES(mutex_);
  std::optional<Status> Settled(HoldingsWatch::FileId id) REQUIRES(mutex_);
  std::optional<Job> AwaitJob() EXCLUDES(mutex_);
  std::optional<Job> NextJob() REQUIRES(mutex_);
  void CarryOut(const SwarmPlan::Order& order) EXCLUDES(mutex_);
  void Inquire(const HoldingsWatch::Question& question) EXCLUDES(mutex_);
  SwarmPlan::End Ask(const SwarmPlan::Order& order, Section& section) EXCLUDES(mutex_);
  std::int64_t Now() const { return peers_.clock().MonotonicMs(); }

  const MirrorPeers& peers_;
  storage::ContentSession& session_;
  const std::size_t workers_;
  std::atomic<std::uint64_t> fetched_bytes_{0};
  BrokenChunks broken_;
  Mutex mutex_;
  CondVar changed_;
  SwarmPlan plan_ GUARDED_BY(mutex_);
  HoldingsWatch watch_ GUARDED_BY(mutex_);
  std::map<HoldingsWatch::FileId, File> files_ GUARDED_BY(mutex_);
  std::map<SwarmPlan::SectionId, SectionPtr> sections_ GUARDED_BY(mutex_);
  std::optional<Error> own_error_ GUARDED_BY(mutex_);  // the session's
  bool is_closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace banyan::federation
