#include "tests/simulation/sim_node.h"

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

}  // namespace

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
  origin_.emplace(TRY(OpenOwnOrigin(
      *database_, KeysOf(options_.seed, 1),
      [this] { return Result(KeysOf(options_.seed, 2).public_keys().Commitment()); }, random_)));
  id_ = origin_->node;
  if (options_.publishes || options_.holds_content) {
    store_ = TRY(storage::ContentStore::Open(clock_, disk_, *database_, {"data", 0}));
  }
  service_ = std::make_unique<Service>(*database_, random_, options_.service);
  was_told_ = false;
  return options_.publishes ? OpenLog() : Ok();
}

Status SimNode::OpenLog() {
  writer_ = std::make_unique<CardWriter>(*database_, *store_, *origin_, content_, clock_);
  files_ = TRY(LogFiles::Open(*database_, disk_, clock_, *origin_,
                              {"data/log/0", options_.has_fence ? kFence : ""}));
  return files_->Publish();
}

void SimNode::Crash(std::uint64_t seed) {
  PlanCrash(1);  // nothing is written by what closes
  service_.reset();
  files_.reset();
  writer_.reset();
  store_.reset();
  database_.reset();
  disk_.Crash(seed);
}

Result<std::vector<Output>> SimNode::Step(const Input& input) {
  if (was_told_) return service_->Step(clock_.NowMs(), input);
  was_told_ = true;
  MaySign may;
  if (is_signing() || !options_.publishes) may.cosigner = Cosigner{*id_, origin_->keys.mirror};
  auto outputs = TRY(service_->Step(clock_.NowMs(), may));
  for (auto& output : TRY(service_->Step(clock_.NowMs(), input))) {
    outputs.push_back(std::move(output));
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
  TRY(writer_->WriteDue());
  return files_->Publish();
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
