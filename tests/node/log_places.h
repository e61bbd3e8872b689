#pragma once
// Data directories with an own log, without servers: nodes that publish, copies of them, and peers
// that follow. Everything is in memory; who reaches whom is the test's to say.

#include <map>
#include <set>

#include "federation/follow/service.h"
#include "federation/head_rows.h"
#include "federation/origin_rows.h"
#include "federation/row_files.h"
#include "node/own_log.h"
#include "storage/content/backup_directory.h"
#include "storage/content/local_content_store.h"
#include "tests/support/catalog_makers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/sqlite_vfs.h"

namespace banyan::node::testing {

using federation::NodeId;
using storage::Connection;
using storage::Database;

// What a node shows of the logs that it holds.
class LogView final : public federation::PeerSource {
 public:
  explicit LogView(std::string name) : name_(std::move(name)) {}

  std::string Name() const override { return name_; }
  Result<Bytes> Get(const std::string& path, std::size_t max_bytes) override {
    if (database == nullptr || !is_reachable) return Error(Errc::Unavailable, "no answer");
    auto body = TRY(Find(path));
    if (body.size() > max_bytes) return Error(Errc::TooLarge, path);
    if (spoil) spoil(path, body);
    return body;
  }
  Status Read(const std::string&, std::uint64_t, std::uint64_t, const Sink&) override {
    return Error(Errc::NotFound, "no content");
  }
  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) override {
    return std::vector<std::optional<Bytes>>(ids.size());
  }

  Database* database = nullptr;  // nullptr: it does not run
  bool is_reachable = true;
  std::function<void(const std::string& path, Bytes& body)> spoil;

 private:
  static Bytes AsBody(const std::string& text) { return Bytes(text.begin(), text.end()); }
  Result<Bytes> Find(const std::string& path) {
    auto lease = TRY(database->Read());
    if (path == "/fed/info") {
      const auto own = TRY(federation::FindOwnNode(*lease));
      const auto node = own.value_or(NodeId(federation::LogHash()));
      return AsBody(DumpJson({{"node", node.ToString()}, {"version", 0}}));
    }
    if (path.starts_with("/fed/heads")) {
      const auto page = TRY(federation::ReadHeads(*lease, {}, 0));
      return page ? AsBody(page->ToString()) : Bytes();
    }
    const auto rest = path.substr(5);
    const Error absent(Errc::NotFound, path);
    const auto node = NodeId::Parse(rest.substr(0, rest.find('/')));
    if (!node) return absent;
    const auto origin = TRY(federation::FindOrigin(*lease, *node));
    if (!origin) return absent;
    const auto file = rest.substr(rest.find('/') + 1);
    if (file == "epochs") {
      const federation::EpochsPage page{TRY(federation::ListEpochs(*lease, origin->row))};
      return page.epochs.empty() ? Result<Bytes>(absent) : AsBody(page.ToString());
    }
    const auto slash = file.find('/');
    const federation::LogId log{origin->row, std::stoull(file.substr(0, slash))};
    if (file.substr(slash + 1) != "fork") {
      return federation::ReadRowFile(*lease, log, file.substr(slash + 1));
    }
    const auto evidence = TRY(federation::FindEvidence(*lease, log));
    return evidence ? AsBody(evidence->ToString()) : Result<Bytes>(absent);
  }

  const std::string name_;
};

// A head, and whose rows lead to it.
struct SeenHead {
  std::uint64_t epoch = 0;
  federation::LogState state;
};

inline std::vector<SeenHead> HeadsOf(Database& database, const NodeId& node) {
  std::vector<SeenHead> heads;
  auto lease = MUST(database.Read());
  const auto origin = MUST(federation::FindOrigin(*lease, node));
  if (!origin) return heads;
  auto rows = lease->Query(
      "SELECT epoch, size, root FROM log_head WHERE origin = ? AND note != '' ORDER BY epoch",
      origin->row);
  while (rows.Next()) {
    const federation::LogState state{static_cast<std::uint64_t>(rows.Int(1)),
                                     rows.DigestAt<federation::LogHash>(2)};
    heads.push_back({static_cast<std::uint64_t>(rows.Int(0)), state});
  }
  MUST(Status(rows.status()));
  return heads;
}

// A migrated catalog in memory.
class MemoryCatalog {
 public:
  MemoryCatalog() { MUST(storage::Migrate(*database_)); }

  Database& database() { return *database_; }
  Status Write(const std::function<Status(Connection&)>& change) {
    return database_->Write(change);
  }
  template <typename Reading>
  auto Read(const Reading& reading) {
    auto lease = MUST(database_->Read());
    return reading(*lease);
  }

 private:
  MemoryFileSystem fs_;
  SqliteVfs vfs_{fs_};
  std::unique_ptr<Database> database_ = MUST(Database::Open({"catalog.db", vfs_.name()}));
};

// A node that follows; it asks `sources`, in their order.
class FollowingNode {
 public:
  explicit FollowingNode(const std::string& name)
      : view(std::make_shared<LogView>(name)), service_(catalog.database(), random_) {
    view->database = &catalog.database();
  }

  void Follow(const NodeId& node) {
    MUST(catalog.Write([&](Connection& c) -> Status {
      return federation::AddFollow(c, TRY(federation::FollowRule::Parse(node.ToString())), 1);
    }));
  }
  void Ask(const std::shared_ptr<LogView>& source) {
    MUST(catalog.Write([&](Connection& c) -> Status {
      const auto peer = TRY(federation::AddPeer(c, "http://" + source->Name(), 1));
      sources_[peer.row] = source;
      return Ok();
    }));
  }
  // With every source that answers.
  void Round() {
    MUST(catalog.Write(
        [](Connection& c) { return c.Execute("UPDATE peer SET journal = '', sequence = 0"); }));
    std::vector<federation::Input> inputs = {federation::Hurry()};
    while (!inputs.empty()) {
      const auto input = std::move(inputs.back());
      inputs.pop_back();
      for (const auto& output : MUST(service_.Step(now_ms += 1000, input))) {
        if (const auto* ask = std::get_if<federation::Ask>(&output)) {
          inputs.emplace_back(Answered(*ask));
        } else {
          inputs.emplace_back(
              federation::MirrorEnded{std::get<federation::MirrorTask>(output).card});
        }
      }
    }
  }
  std::string Stopped(const NodeId& node) {
    return catalog.Read([&](Connection& c) -> std::string {
      const auto origin = MUST(federation::FindOrigin(c, node));
      return origin ? MUST(federation::WhyStopped(c, origin->row)) : "";
    });
  }
  std::int64_t Count(const std::string& sql) {
    return catalog.Read([&](Connection& c) {
      auto rows = c.Query(sql);
      REQUIRE(rows.Next());
      return rows.Int(0);
    });
  }

  MemoryCatalog catalog;
  const std::shared_ptr<LogView> view;
  std::int64_t now_ms = FakeClock::kStartMs;

 private:
  federation::Answer Answered(const federation::Ask& ask) {
    federation::Answer answer{ask.id, {}, {}, {}};
    auto& source = *sources_.at(ask.peer);
    if (ask.path.empty()) {
      answer.objects = MUST(source.GetObjects(ask.objects));
      return answer;
    }
    auto body = source.Get(ask.path, ask.max_bytes);
    if (body) answer.body = *std::move(body);
    if (!body) answer.error = body.error();
    return answer;
  }

  FakeRandom random_{11};
  federation::Service service_;
  std::map<std::int64_t, std::shared_ptr<LogView>> sources_;
};

// A data directory, and the node's own log on it while it runs.
class PublishingNode {
 public:
  explicit PublishingNode(const std::string& name, std::uint64_t seed)
      : PublishingNode(name, seed, std::make_shared<MemoryFileSystem>()) {}
  PublishingNode(const std::string& name, std::uint64_t seed,
                 std::shared_ptr<MemoryFileSystem> disk)
      : disk_(std::move(disk)), fs(*disk_), view(std::make_shared<LogView>(name)), random_(seed) {
    config_.data = "data";
    MUST(fs.CreateDirectories("data"));
  }
  ~PublishingNode() { Stop(); }

  void Start() { MUST(TryStart()); }
  // Errors are those of a disk that fails.
  Status TryStart() {
    database_ = TRY(Database::Open({"data/catalog.db", vfs_.name()}));
    TRY(storage::Migrate(*database_));
    content_ = TRY(storage::LocalContentStore::Open(clock, fs, *database_, {"data", 0}));
    log_ = std::make_unique<OwnLog>(
        OwnLog::Parts{clock, random_, fs, *database_, *content_, config_, policy_,
                      [this]() -> Result<std::vector<AskPeers::Source>> { return peers; }});
    view->database = database_.get();
    return Ok();
  }
  void Stop() {
    view->database = nullptr;
    log_.reset();
    content_.reset();
    database_.reset();
  }
  // `cp -a` of a node that does not run.
  void CopyFrom(PublishingNode& other) {
    Stop();
    const bool runs = other.database_ != nullptr;
    other.Stop();
    fs.StartFrom(other.fs);
    if (runs) other.Start();
  }

  // A new repository, or with a name that is there a change of it; in the log with the next Update.
  void Change(const std::string& name) {
    MUST(database_->Write([&](Connection& c) -> Status {
      if (TRY(storage::ListNamespaces(c, storage::NamespaceKind::User, "", 1)).empty()) {
        TRY(storage::CreateUser(c, {"ns", "", false}, 1));
      }
      const auto id = banyan::testing::ModelId("ns/" + name);
      storage::NewRepository made;
      made.id = id;
      const auto there = storage::FindRepository(c, id);
      if (!there) {
        TRY(storage::CreateRepository(c, random_, made, 1));
        return Ok();
      }
      return c.Execute("UPDATE repository SET gated = 1 - (gated > 0) WHERE id = ?",
                       there->repository.row);
    }));
  }
  // As its job does it.
  void Update() { MUST(log_->Update()); }
  // As a backup has it, which is made without these.
  void LoseWhatNoBackupHas() {
    for (const auto& name : MUST(storage::ListFilesBelow(fs, "data"))) {
      if (name.starts_with("log/") || name == "next.seed" || name == "after.seed") {
        MUST(fs.Remove("data/" + name));
      }
    }
  }
  std::string Problem() { return log_->Problem(); }
  OwnLog& log() { return *log_; }
  Database& database() { return *database_; }
  NodeId node() {
    auto lease = MUST(database_->Read());
    return *MUST(federation::FindOwnNode(*lease));
  }
  SeenHead Head() {
    const auto heads = HeadsOf(*database_, node());
    return heads.empty() ? SeenHead() : heads.back();
  }
  std::int64_t Count(const std::string& sql) {
    auto lease = MUST(database_->Read());
    auto rows = lease->Query(sql);
    REQUIRE(rows.Next());
    return rows.Int(0);
  }
  Config& config() { return config_; }
  bool HasFile(const std::string& name) { return fs.Stat("data/" + name).has_value(); }

 private:
  const std::shared_ptr<MemoryFileSystem> disk_;

 public:
  MemoryFileSystem& fs;
  FakeClock clock;
  const std::shared_ptr<LogView> view;
  std::vector<AskPeers::Source> peers;

 private:
  SqliteVfs vfs_{fs};
  FakeRandom random_;
  Config config_;
  PolicyFile policy_{fs, "data/policy.toml", PolicyFile::Missing::Fine};
  std::unique_ptr<Database> database_;
  std::unique_ptr<storage::LocalContentStore> content_;
  std::unique_ptr<OwnLog> log_;
};

}  // namespace banyan::node::testing
