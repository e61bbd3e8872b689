#include "tests/simulation/sim_node.h"

#include <utility>

#include "storage/catalog/schema.h"
#include "tests/simulation/repositories.h"
#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

using namespace federation;

const std::string kCatalog = "data/catalog.db";
const std::string kFence = "fence";

SigningKeys KeysOf(std::uint64_t seed, std::uint8_t role) {
  Secret secret;
  secret.fill(role);
  StoreLe<std::uint64_t>(secret.data(), seed);
  return SigningKeys(secret);
}

node::Config ConfigOf(const NodeOptions& options) {
  node::Config config;
  config.data = "data";
  if (options.has_fence) config.federation_fence = kFence;
  return config;
}

}  // namespace

// The program's own log, and what it borrows.
struct SimNode::AskingLog {
  explicit AskingLog(SimNode& owner)
      : config(ConfigOf(owner.options_)),
        policy(owner.disk_, "data/policy.toml", node::PolicyFile::Missing::Fine),
        log({owner.clock_, owner.random_, owner.disk_, *owner.database_, *owner.store_, config,
             policy, [&owner]() -> Result<std::vector<node::AskPeers::Source>> {
               return owner.options_.peers();
             }}) {}

  const node::Config config;
  const node::PolicyFile policy;  // the default one, as long as nobody reads a file
  node::OwnLog log;
};

const MemoryFileSystem& BlankDisk() {
  static const auto blank = [] {
    auto disk = std::make_unique<MemoryFileSystem>();
    const SqliteVfs vfs(*disk);
    MUST(disk->CreateDirectories("data"));
    const auto database = MUST(storage::Database::Open({kCatalog, vfs.name()}));
    MUST(storage::Migrate(*database));
    return disk;
  }();
  return *blank;
}

SimNode::SimNode(std::string name, const NodeOptions& options, Clock& clock)
    : name_(std::move(name)),
      options_(options),
      clock_(clock),
      random_(options.seed),
      content_(options.seed) {
  disk_.StartFrom(BlankDisk());
  if (options_.has_fence) MUST(WriteFileDurably(disk_, kFence, {}));
}

SimNode::~SimNode() { Crash(0); }

Status SimNode::Start() {
  database_ = TRY(storage::Database::Open({kCatalog, vfs_.name()}));
  if (!id_) {  // SQLite drew the journal's name; a run must be the same the next time
    const auto journal = ToHex(random_.TakeBytes(8));
    TRY(database_->Write([&](storage::Connection& connection) {
      return connection.Execute("UPDATE heads_journal SET id = ?", journal);
    }));
  }
  if (options_.publishes || options_.holds_content) {
    store_ = TRY(storage::ContentStore::Open(clock_, disk_, *database_, {"data", 0}));
  }
  service_ = std::make_unique<Service>(*database_, random_, options_.service);
  was_told_ = is_log_due_ = false;
  cosigns_by_.reset();
  return OpenLog();
}

Status SimNode::OpenLog() {
  if (options_.publishes && options_.peers) {
    asking_ = std::make_unique<AskingLog>(*this);
    TRY(UpdateLog());
    return Problem().empty() ? Ok() : Status(Error(Errc::Conflict, Problem()));
  }
  origin_.emplace(TRY(OpenOwnOrigin(
      *database_, KeysOf(options_.seed, 1),
      [this] { return Result(KeysOf(options_.seed, 2).public_keys().Commitment()); }, random_)));
  id_ = origin_->node;
  if (!options_.publishes) return Ok();
  std::shared_ptr<node::OwnLog::Open> open(new node::OwnLog::Open{*origin_, {}, {}, false});
  open->writer = std::make_unique<CardWriter>(*database_, *store_, open->origin, content_, clock_);
  open->files = TRY(LogFiles::Open(*database_, disk_, clock_, open->origin,
                                   {"data/log/0", options_.has_fence ? kFence : ""}));
  open_ = std::move(open);
  return open_->files->Publish();
}

std::string SimNode::Problem() const {
  return asking_ == nullptr ? std::string() : asking_->log.Problem();
}

Status SimNode::UpdateLog() {
  is_log_due_ = false;
  TRY(asking_->log.Update());
  open_ = asking_->log.Look();
  return id_ ? Ok() : FindId();
}

Status SimNode::FindId() {
  auto lease = TRY(database_->Read());
  id_ = TRY(FindOwnNode(*lease));
  return Ok();
}

void SimNode::Crash(std::uint64_t seed) {
  PlanCrash(1);  // nothing is written by what closes
  service_.reset();
  open_.reset();
  asking_.reset();
  store_.reset();
  database_.reset();
  disk_.Crash(seed);
}

// What stops its log stops this, too.
std::optional<Cosigner> SimNode::CosignsAs() const {
  if (options_.publishes && !is_signing()) return std::nullopt;
  return Cosigner{*id_, origin().keys.mirror};
}

Result<std::vector<Output>> SimNode::Step(const Input& input) {
  const auto cosigner = CosignsAs();
  const auto key = cosigner ? std::optional(cosigner->key.public_key()) : std::nullopt;
  std::vector<Output> outputs;
  if (!std::exchange(was_told_, true) || key != cosigns_by_) {
    cosigns_by_ = key;
    outputs = TRY(service_->Step(clock_.NowMs(), MaySign{cosigner}));
  }
  for (auto& output : TRY(service_->Step(clock_.NowMs(), input))) {
    outputs.push_back(std::move(output));
  }
  if (asking_ != nullptr && service_->TakeOwnShown()) {
    asking_->log.AskSoon();
    is_log_due_ = true;
  }
  return outputs;
}

MirrorReport SimNode::Mirror(std::int64_t card, std::span<PeerSource* const> peers) {
  const std::atomic<bool> cancelled{false};
  return RepositoryMirror({clock_, random_, *database_, local(), cancelled, {}, {}, 1})
      .Run(card, peers);
}

Status SimNode::Publish() {
  const auto files = options_.holds_content ? Files::SomeLarge : Files::Small;
  TRY(ChangeSomeRepository(*database_, *store_, name_, files, content_, clock_.NowMs()));
  if (asking_ != nullptr) return UpdateLog();
  TRY(open_->writer->WriteDue());
  return open_->files->Publish();
}

Status SimNode::AddPeer(const std::string& address) {
  return database_->Write([&](storage::Connection& connection) -> Status {
    TRY(federation::AddPeer(connection, address, clock_.NowMs()));
    return Ok();
  });
}

Status SimNode::Follow(const NodeId& origin) {
  return database_->Write([&](storage::Connection& connection) {
    return AddFollow(connection, {origin, "*/*/*"}, clock_.NowMs());
  });
}

void SimNode::BackUp() {
  backup_ = std::make_unique<MemoryFileSystem>();
  backup_->StartFrom(disk_);
}

void SimNode::Restore() {
  const auto fence = ReadFile(disk_, kFence, 1u << 16);
  disk_.StartFrom(*backup_);
  if (fence) MUST(WriteFileDurably(disk_, kFence, *fence));
}

void SimNode::BecomeCopyOf(const SimNode& other) {
  disk_.StartFrom(other.disk_);
  options_ = other.options_;
  id_ = other.id_;
}

}  // namespace banyan::simulation
