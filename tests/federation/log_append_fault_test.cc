// Every disk fault and every power cut while the own log gets a card and shows it: the log has the
// card once or not at all, what it signed stands, and the next attempt says it.
#include "storage/history/commit.h"
#include "tests/federation/log_fixture.h"
#include "tests/support/fault_loop.h"
#include "tests/support/memory_store.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::OpenedStore;
using storage::Connection;

namespace {

// A node's log as a process opens it.
struct OpenedLog {
  OpenedStore store;
  FakeRandom random{7};
  OwnOrigin origin;
  std::unique_ptr<LogFiles> files;

  explicit OpenedLog(MemoryFileSystem& fs, std::int64_t minutes)
      : store(tests::OpenMemoryStore(fs)), origin(Origin()) {
    store->clock.Advance(minutes * 60'000);
    files = MUST(LogFiles::Open(*store->database, fs, store->clock, origin, {"log", "fence"}));
  }
  OwnOrigin Origin() {
    return MUST(OpenOwnOrigin(
        *store->database, KeysOf(1), [] { return Result(KeysOf(2).public_keys().Commitment()); },
        random));
  }
  // What is due is written, and shown.
  Status Say() {
    CardWriter writer(*store->database, *store->store, origin, random, store->clock);
    TRY(writer.WriteDue());
    return files->Publish();
  }
  void Change(const std::string& text) {
    const auto bytes = AsBytes(text);
    const storage::CommitRequest request{
        1,
        "main",
        std::nullopt,
        {"Ada", "ada@example.org"},
        text,
        1700000000000,
        {storage::AddInline{"README.md", Bytes(bytes.begin(), bytes.end())}}};
    MUST(storage::Commit(*store->database, *store->store, request, {2, {}, nullptr}));
    MUST(store->database->Write(
        [](Connection& c) { return c.ExecuteScript("UPDATE repository SET described = head"); }));
  }
  LogState Rows() {
    auto lease = MUST(store->database->Read());
    const auto size = MUST(CountEntries(*lease, origin.log));
    return {size, MUST(ReadFrontier(*lease, origin.log, size)).Root()};
  }
  std::uint64_t CardNumber() {
    auto lease = MUST(store->database->Read());
    return MUST(FindCard(*lease, origin.log, 1)).value().card.number;
  }
  std::size_t Due() {
    auto lease = MUST(store->database->Read());
    return MUST(ListDue(*lease)).size();
  }
};

// A repository with a card, which changed since.
void Prepare(MemoryFileSystem& fs) {
  tests::MakeMemoryStore(fs, {});
  MUST(WriteFileDurably(fs, "fence", {}));
  MUST(tests::OpenMemoryStore(fs)->database->Write([](Connection& c) {
    return c.Execute("UPDATE repository SET uid = ?", HashSha256(AsBytes("r")));
  }));
  OpenedLog log(fs, 0);
  log.Change("one");
  MUST(log.Say());
  REQUIRE(log.files->published().size == 2);  // the genesis, and a card
  log.Change("two");
}

struct Subject {
  MemoryFileSystem prepared;
  std::unique_ptr<OpenedLog> opened;
  bool acknowledged = false;

  Subject() { Prepare(prepared); }
  Workload MakeWorkload() {
    Workload workload;
    workload.setup = [this](MemoryFileSystem& fs) {
      acknowledged = false;
      fs.StartFrom(prepared);
      opened = std::make_unique<OpenedLog>(fs, 10);
    };
    workload.operation = [this](MemoryFileSystem&) -> Status {
      const auto log = std::move(opened);
      TRY(log->Say());
      acknowledged = true;
      return Ok();
    };
    workload.verify = [this](MemoryFileSystem& fs) {
      OpenedLog log(fs, 30);
      const auto before = log.Rows();
      const auto shown = log.files->published();
      REQUIRE((before.size == 2 || before.size == 3));
      REQUIRE(log.Due() == 3 - before.size);
      REQUIRE(shown.size <= before.size);
      if (acknowledged) REQUIRE(shown.size == 3);
      MUST(log.Say());
      acknowledged = true;
      REQUIRE(log.Rows().size == 3);
      REQUIRE(log.files->published() == log.Rows());
      REQUIRE(log.CardNumber() == 2);
      REQUIRE(log.Due() == 0);
    };
    return workload;
  }
};

}  // namespace

TEST_CASE("AppendingToTheOwnLogSurvivesEveryFault") {
  Subject subject;
  ForEveryFault(subject.MakeWorkload(), Strikes::Each);
}

TEST_CASE("AppendingToTheOwnLogSurvivesEveryCrash") {
  Subject subject;
  ForEveryCrash(subject.MakeWorkload(), 2, Strikes::Each);
}
