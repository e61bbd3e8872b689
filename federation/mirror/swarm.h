#pragma once
// Carries out a SwarmPlan: lacking chunks of several files at once, from all peers of a run, by
// several threads.
//
//   Fetch (a file's thread) ─▶ what is lacking, who holds it ─▶ plan ─▶ waits until all of it is
//   here Work (a worker's thread) ◀─ order ─ plan;  OrderFetch;  what came, and how it ended ─▶
//   plan
//
// Memory: the chunk lists of the files being fetched (36 bytes for each 64 KiB), each once more
// while its section is fetched, and at most SwarmLimits::bytes_in_flight of payloads and one order
// more.

#include <memory>

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
  // Carries out orders until Close.
  void Work() EXCLUDES(mutex_);
  void Close() EXCLUDES(mutex_);

  // Brings what the session lacks of a file whose sections these are, proven, while others work.
  // Errors: Cancelled; the session's; the last peer's, when no peer is left to ask, but NotFound
  // for a lie.
  Status Fetch(const FileHash& file, const std::vector<storage::ChunkList>& sections)
      EXCLUDES(mutex_);

  std::uint64_t fetched_bytes() const { return fetched_bytes_; }  // payloads and tables

 private:
  // Shared with whoever carries out an order of it, who may be late.
  struct Section {
    ProvenSection proven;
    SectionTables tables;
    Mutex mutex;
    std::optional<Error> last_error GUARDED_BY(mutex);  // of a peer
  };
  using SectionPtr = std::shared_ptr<Section>;
  using SectionIds = std::vector<SwarmPlan::SectionId>;

  struct Lacking {
    std::size_t index = 0;
    std::vector<bool> chunks;
  };
  Result<std::vector<Lacking>> ListLacking(const std::vector<storage::ChunkList>& sections);
  // A flag a peer, for each section.
  std::vector<std::vector<bool>> AskHolders(const FileHash& file, std::size_t sections);
  Status Await(const SectionIds& ids) EXCLUDES(mutex_);
  std::optional<Status> Settled(const SectionIds& ids) REQUIRES(mutex_);
  std::optional<SwarmPlan::Order> AwaitOrder() EXCLUDES(mutex_);
  void CarryOut(const SwarmPlan::Order& order) EXCLUDES(mutex_);
  SwarmPlan::End Ask(const SwarmPlan::Order& order, Section& section) EXCLUDES(mutex_);
  std::int64_t Now() const { return peers_.clock().MonotonicMs(); }

  const MirrorPeers& peers_;
  storage::ContentSession& session_;
  const std::size_t workers_;
  std::atomic<std::uint64_t> fetched_bytes_{0};
  Mutex mutex_;
  CondVar changed_;
  SwarmPlan plan_ GUARDED_BY(mutex_);
  std::map<SwarmPlan::SectionId, SectionPtr> sections_ GUARDED_BY(mutex_);
  std::optional<Error> own_error_ GUARDED_BY(mutex_);  // the session's
  bool is_closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace banyan::federation
