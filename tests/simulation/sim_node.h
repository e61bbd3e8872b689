#pragma once
// A node without sockets and threads: the real catalog, content store, own log and decisions, on a
// disk in memory that can lose power. Whoever owns it gives it inputs and carries what it puts out.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "federation/follow/service.h"
#include "federation/mirror/repository_mirror.h"
#include "node/own_log.h"
#include "storage/content/local_content_store.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/sqlite_vfs.h"

namespace banyan::simulation {

// A disk with an empty catalog, which many nodes start from.
const MemoryFileSystem& BlankDisk();

struct NodeOptions {
  std::uint64_t seed = 0;  // of its keys and its random numbers
  bool publishes = false;  // it has a log of its own that grows
  bool has_fence = false;
  bool holds_content = false;
  federation::ServiceOptions service;
  // Whom it asks what they hold of its log before it signs, as the program does (node/own_log.h).
  // Nobody: it signs what it has, with the same seed for ever.
  using Peers = std::function<std::vector<node::AskPeers::Source>()>;
  Peers peers = {};
};

class SimNode {
 public:
  SimNode(std::string name, const NodeOptions& options, Clock& clock);
  ~SimNode();

  // As a process starts: from what is on the disk. Errors: the disk's, and Conflict or Corrupt
  // when its log must not be signed, which `is_signing` tells too: then all else runs.
  Status Start();
  // Power is lost: what was not synced may be gone, by the seed.
  void Crash(std::uint64_t seed);
  // Power will be lost at the n-th change of the disk from now on.
  void PlanCrash(std::uint64_t nth) { disk_.SetFault({FaultKind::Crash, nth}); }
  bool lost_power() const { return disk_.struck() > 0; }
  bool is_up() const { return service_ != nullptr; }
  bool is_signing() const { return open_ != nullptr && Problem().empty(); }
  // What stops its log, though it asked; empty: nothing.
  std::string Problem() const;

  Result<std::vector<federation::Output>> Step(const federation::Input& input);

  // A worker brings a repository here, from peers that answer at once or not at all.
  federation::MirrorReport Mirror(std::int64_t card,
                                  std::span<federation::PeerSource* const> peers);
  // Changes a repository, writes what cards are due and releases the new head, unless something
  // stops the log. One that does not ask must be signing.
  Status Publish();
  // Of one that asks: it does so when there is something to sign, and releases it.
  Status UpdateLog();
  // A peer showed more of its log than is here.
  bool is_log_due() const { return is_log_due_; }
  Status AddPeer(const std::string& address);
  Status Follow(const federation::NodeId& origin);

  // What is on its disk for certain, to be put back later; the fence is elsewhere and stays.
  void BackUp();
  bool has_backup() const { return backup_ != nullptr; }
  // It must be down.
  void Restore();
  // Its disk is a copy of the other's from now on, and it has its keys. It must be down; neither
  // asks before it signs.
  void BecomeCopyOf(const SimNode& other);

  const std::string& name() const { return name_; }
  const federation::NodeId& id() const { return *id_; }  // once started
  storage::Database& database() { return *database_; }
  storage::ContentStore* store() { return store_.get(); }  // nullptr: it holds no content
  storage::LocalContentStore& local() { return static_cast<storage::LocalContentStore&>(*store_); }
  // Nullptr: its log is not open.
  federation::LogFiles* files() { return open_ == nullptr ? nullptr : open_->files.get(); }
  bool has_origin() const { return open_ != nullptr || origin_.has_value(); }
  const federation::OwnOrigin& origin() const { return open_ ? open_->origin : *origin_; }
  const federation::Service& service() const { return *service_; }  // while it is up
  Random& random() { return random_; }
  Clock& clock() { return clock_; }

 private:
  struct AskingLog;
  Status OpenLog();
  Status FindId();
  std::optional<federation::Cosigner> CosignsAs() const;

  const std::string name_;
  NodeOptions options_;
  Clock& clock_;
  FakeRandom random_;
  FakeRandom content_;  // of what it publishes
  MemoryFileSystem disk_;
  SqliteVfs vfs_{disk_};
  std::unique_ptr<MemoryFileSystem> backup_;
  std::optional<federation::NodeId> id_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<storage::ContentStore> store_;
  std::optional<federation::OwnOrigin> origin_;  // of one that does not ask
  std::unique_ptr<AskingLog> asking_;            // of one that does
  std::shared_ptr<node::OwnLog::Open> open_;
  std::unique_ptr<federation::Service> service_;
  bool was_told_ = false;                // the service, as whom it cosigns, ...
  std::optional<PublicKey> cosigns_by_;  // ... and by which key
  bool is_log_due_ = false;
};

}  // namespace banyan::simulation
