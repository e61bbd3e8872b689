// Every disk fault and every power cut while a repository is mirrored: what is here afterwards is
// wholly the state of one card, the one before or the new one, and running again brings the new
// one.
#include <cstdlib>

#include "federation/commit_tree.h"
#include "storage/history/ref_list.h"
#include "tests/federation/mirror/mirror_fixture.h"
#include "tests/support/fault_loop.h"
#include "tests/support/history_check.h"
#include "tests/support/memory_store.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::MemoryStore;
using banyan::tests::Noise;
using banyan::tests::OpenedStore;
using storage::Connection;

namespace {

// The transaction that enters what was fetched ends a run: in its last operations every one is
// struck, before them one in so many. BANYAN_LONG strikes all.
constexpr std::uint64_t kEachOfLast = kThreadSanitized ? 3 : 80;
constexpr std::uint64_t kStep = kThreadSanitized ? 97 : 11;
constexpr std::uint64_t kMostOperations = 3000;

struct Subject {
  Publisher publisher;
  StorePeer peer{"https://one", publisher};
  MemoryFileSystem prepared;
  std::int64_t card = 0;
  std::map<LogHash, CardContent> states;  // by leaf of the card: what the origin stated
  LogHash latest;
  bool acknowledged = false;
  OpenedStore opened;

  Subject() {
    publisher.CommitText("README.md", "old");
    publisher.CommitFile("weights.bin", Noise(40'000, 1));
    tests::MakeMemoryStore(prepared, {});
    Publish();
  }
  // A card of it as it is now, which the mirror is to follow.
  void Publish() {
    publisher.WriteCards();
    const auto row = publisher.LastCard();
    const auto open = tests::OpenMemoryStore(prepared);
    card = TakeCard(*open->database, publisher, row);
    states.emplace(row.leaf, *row.card.content);
    latest = row.leaf;
  }
  void MirrorFirst() {
    const auto open = tests::OpenMemoryStore(prepared);
    REQUIRE(MUST(Run(*open)) == MirrorOutcome::Mirrored);
    REQUIRE(Served(*open) == latest);
  }

  Result<MirrorOutcome> Run(MemoryStore& at) {
    FakeRandom random{9};
    const std::atomic<bool> cancelled{false};
    const MirrorParts parts{at.clock, random, *at.database, at.local(), cancelled, {}, {}, 2};
    PeerSource* const peers[] = {&peer};
    return RepositoryMirror(parts).Run(card, peers).outcome;
  }

  // Leaf of the card in whose state the repository is, once it was looked at as a whole; nullopt:
  // nothing of it is to be seen.
  std::optional<LogHash> Served(MemoryStore& at) {
    tests::CheckMemoryStore(at);
    auto lease = MUST(at.database->Read());
    auto rows = lease->Query(
        "SELECT m.leaf, c.repository FROM mirror m JOIN repository_card c ON c.id = m.card");
    REQUIRE(rows.Next());
    std::optional<LogHash> leaf;
    if (!rows.IsNull(0)) leaf = rows.DigestAt<LogHash>(0);
    const auto repository = rows.IsNull(1) ? 0 : rows.Int(1);
    if (!leaf) {
      CHECK(tests::ReadNumbers(*lease, "SELECT 1 FROM ref").empty());
      CHECK(tests::ReadNumbers(*lease, "SELECT 1 FROM revision").empty());
      return leaf;
    }
    tests::CheckHistory(*lease, *at.store, repository);
    const CardContent& stated = states.at(*leaf);
    auto history = MUST(storage::History::Open(*lease, *at.store, repository));
    storage::MemoryNodes refs;
    CHECK(MUST(storage::BuildRefList(*lease, repository, refs)) == stated.refs);
    CHECK(MUST(BuildCommitTree(*history, repository)) == stated.commits);
    CHECK(MUST(storage::GetRepository(*lease, repository)).head == stated.head);
    return leaf;
  }

  Workload MakeWorkload() {
    Workload workload;
    workload.setup = [this](MemoryFileSystem& fs) {
      acknowledged = false;
      fs.StartFrom(prepared);
      opened = tests::OpenMemoryStore(fs);
    };
    workload.operation = [this](MemoryFileSystem&) -> Status {
      const OpenedStore open = std::move(opened);
      acknowledged = TRY(Run(*open)) == MirrorOutcome::Mirrored;
      return Ok();
    };
    workload.verify = [this](MemoryFileSystem& fs) {
      const auto open = tests::OpenMemoryStore(fs);
      const auto served = Served(*open);
      if (acknowledged) REQUIRE(served == latest);
      if (served == latest) return;
      REQUIRE(MUST(Run(*open)) == MirrorOutcome::Mirrored);
      REQUIRE(Served(*open) == latest);
      acknowledged = true;
    };
    return workload;
  }

  // How many operations of a run a fault of this kind can strike.
  std::uint64_t CountOperations(FaultPlan plan) {
    MemoryFileSystem fs;
    const auto workload = MakeWorkload();
    workload.setup(fs);
    plan.nth = UINT64_MAX;
    fs.SetFault(plan);
    MUST(workload.operation(fs));
    return fs.counted();
  }

  void Strike(FaultPlan plan, std::uint64_t seed = 0) {
    const auto workload = MakeWorkload();
    const auto count = CountOperations(plan);
    INFO(count << " operations");
    REQUIRE(count > 10);
    REQUIRE(count < kMostOperations);
    const bool every = std::getenv("BANYAN_LONG") != nullptr;
    for (plan.nth = 1; plan.nth <= count; ++plan.nth) {
      if (!every && plan.nth + kEachOfLast <= count && plan.nth % kStep != seed) continue;
      RunWithFault(workload, plan, seed);
    }
  }
};

// A mirror that is to follow a change of a file, a new one and a tag.
struct Update : Subject {
  Update() {
    MirrorFirst();
    publisher.CommitText("README.md", "new");
    publisher.CommitFile("more.bin", Noise(30'000, 2));
    publisher.Tag("v1", "main", "as annotated");
    Publish();
  }
};

}  // namespace

TEST_CASE("AMirrorsUpdateSurvivesEveryFaultOfTheDisk") {
  Update subject;
  subject.Strike({.kind = FaultKind::Io});
  subject.Strike({.kind = FaultKind::Io, .forever = true}, 1);
}

TEST_CASE("AMirrorsUpdateSurvivesAFullDisk") {
  Update subject;
  subject.Strike({.kind = FaultKind::NoSpace});
  subject.Strike({.kind = FaultKind::NoSpace, .forever = true}, 1);
  subject.Strike({.kind = FaultKind::ShortWrite}, 2);
}

TEST_CASE("AMirrorsUpdateSurvivesAPowerCut") {
  Update subject;
  subject.Strike({.kind = FaultKind::Crash});
  subject.Strike({.kind = FaultKind::Crash, .applied = true}, 1);
}

TEST_CASE("AFirstMirroringSurvivesEveryFaultOfTheDiskAndAFullOne") {
  Subject subject;
  subject.Strike({.kind = FaultKind::Io});
  subject.Strike({.kind = FaultKind::NoSpace, .forever = true}, 1);
}

TEST_CASE("AFirstMirroringSurvivesAPowerCut") {
  Subject subject;
  subject.Strike({.kind = FaultKind::Crash});
}
