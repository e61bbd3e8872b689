// Every disk fault and every power cut during a push, a commit and a collection of history: the
// old revision or the new one is wholly there, figures are right, and trying again succeeds
// without sending anything twice.
#include "storage/catalog/repository_head.h"
#include "storage/content/collector.h"
#include "storage/content/content_session.h"
#include "storage/content/session_offers.h"
#include "storage/history/branches.h"
#include "storage/history/commit.h"
#include "storage/history/history_sweep.h"
#include "tests/support/chunks.h"
#include "tests/support/fake_random.h"
#include "tests/support/fault_loop.h"
#include "tests/support/history_check.h"
#include "tests/support/memory_store.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::MemoryStore;
using banyan::tests::Noise;
using banyan::tests::OpenedStore;

namespace {

constexpr SessionOwner kOwner{1, 1};

Bytes Text(std::string_view text) {
  const auto view = AsBytes(text);
  return Bytes(view.begin(), view.end());
}

std::size_t CountTrue(const std::vector<bool>& flags) {
  return static_cast<std::size_t>(std::count(flags.begin(), flags.end(), true));
}

// The branch moves and the card is set in one transaction.
EnterOptions Entering(const std::string& card) {
  EnterOptions options{2, {1u << 20}, nullptr};
  options.entered = [card](Connection& c, const EnteredChange& change) {
    RepositoryHead head;
    head.commit = change.head->commit;
    head.bytes = change.head->bytes;
    head.files = change.head->files;
    head.metadata = "{\"card\":\"" + card + "\"}";
    head.search_text = card;
    return SetRepositoryHead(c, change.repository, head, 2);
  };
  return options;
}

Result<GitOid> CommitTo(MemoryStore& at, std::vector<CommitOperation> operations,
                        const std::string& card) {
  const CommitRequest request{1,    "main",        std::nullopt,         {"Ada", "ada@example.org"},
                              card, 1700000000000, std::move(operations)};
  return TRY(Commit(*at.database, *at.store, request, Entering(card))).commit;
}

// What a client does: offers what it has, sends what is lacking, has the file put together,
// commits.
struct Client {
  Bytes data;
  ChunkList chunks = tests::Cut(data);
  std::string session = "";
  std::size_t lacking = 0;  // of the node's answers so far, the least
  bool sent = false;        // all of them, acknowledged

  void Begin(MemoryStore& at) {
    FakeRandom random(1);
    auto begun = MUST(ContentSession::Begin(at.local(), random, kOwner));
    session = begun->name();
    lacking = CountTrue(MUST(begun->Lacking(chunks)));
    sent = false;
  }

  Result<GitOid> Push(MemoryStore& at) {
    auto open = TRY(ContentSession::Resume(at.local(), session, kOwner));
    SessionOffers offers(at.vfs.fs(), "data");
    const OfferedFile offered{HashSha256(data), data.size(), chunks};
    const auto number = TRY(offers.Add(*open, EncodeOffer({&offered, 1})));
    const auto wanted = TRY(open->Lacking(chunks));
    REQUIRE(CountTrue(wanted) <= (sent ? 0 : lacking));
    lacking = CountTrue(wanted);
    if (lacking > 0) TRY(open->Put(tests::Batch(data, chunks, wanted)));
    sent = true;
    const auto taken = TRY(offers.Get(*open, number));
    const auto file = TRY(open->Assemble(taken[0].chunks, {taken[0].sha256, taken[0].size_bytes}));
    return CommitTo(at, {AddUploaded{"model.bin", file}, AddInline{"README.md", Text("new")}},
                    "new");
  }
};

// Starts with revision `old` of two files, one of them half of what is pushed.
struct Subject {
  MemoryFileSystem prepared;
  GitOid old;
  std::optional<GitOid> acknowledged;
  OpenedStore opened;

  void Prepare(const Bytes& model) {
    tests::MakeMemoryStore(prepared, {});
    const OpenedStore at = tests::OpenMemoryStore(prepared);
    auto stored = MUST(at->store->PutBytes(model));
    old = MUST(CommitTo(*at,
                        {AddUploaded{"model.bin", stored.content},
                         AddInline{"README.md", Text("old")}, AddInline{"extra.txt", Text("x")}},
                        "old"));
  }
  void Start(MemoryFileSystem& fs) {
    fs.StartFrom(prepared);
    acknowledged.reset();
    opened = tests::OpenMemoryStore(fs);
  }

  // The head, after everything that can be seen was looked at.
  GitOid Check(MemoryStore& at) {
    tests::CheckMemoryStore(at);
    auto lease = MUST(at.database->Read());
    tests::CheckHistory(*lease, *at.store, 1);
    const auto head = MUST(FindRef(*lease, 1, "refs/heads/main"))->commit;
    if (acknowledged) REQUIRE(head == *acknowledged);
    const bool is_old = head == old;
    REQUIRE(MUST(GetMetadata(*lease, 1)) == (is_old ? R"({"card":"old"})" : R"({"card":"new"})"));
    auto history = MUST(storage::History::Open(*lease, *at.store, 1));
    const auto revision = MUST(FindRevision(*lease, 1, head));
    const auto readme = MUST(history->ReadSmallFile(*revision, "README.md", 10));
    REQUIRE(AsText(*readme) == (is_old ? "old" : "new"));
    return head;
  }
};

}  // namespace

TEST_CASE("PushSurvivesEveryFaultAndEveryCrash") {
  Client client{Noise(300000, 1)};
  Subject subject;
  subject.Prepare(Noise(150000, 1));
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    subject.Start(fs);
    client.Begin(*subject.opened);
    REQUIRE(client.lacking < client.chunks.size());
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(subject.opened);
    subject.acknowledged = TRY(client.Push(*open));
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    const OpenedStore open = tests::OpenMemoryStore(fs);
    const GitOid head = subject.Check(*open);
    const GitOid again = MUST(client.Push(*open));
    if (head != subject.old) REQUIRE(again == head);  // nothing was left to change
    subject.acknowledged = again;
    REQUIRE(subject.Check(*open) != subject.old);
  };
  ForEveryFault(workload);
  ForEveryCrash(workload, 2);
}

TEST_CASE("CommitSurvivesEveryFaultAndEveryCrash") {
  Subject subject;
  subject.Prepare(Noise(20000, 2));
  const auto commit = [](MemoryStore& at) {
    return CommitTo(at,
                    {AddInline{"README.md", Text("new")}, DeleteFile{"extra.txt"},
                     CopyFile{"copy.bin", "model.bin", ""}},
                    "new");
  };
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) { subject.Start(fs); };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(subject.opened);
    subject.acknowledged = TRY(commit(*open));
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    const OpenedStore open = tests::OpenMemoryStore(fs);
    if (subject.Check(*open) == subject.old) subject.acknowledged = MUST(commit(*open));
    REQUIRE(subject.Check(*open) != subject.old);
  };
  ForEveryFault(workload);
  ForEveryCrash(workload, 2);
}

TEST_CASE("CollectionOfHistorySurvivesEveryFaultAndEveryCrash") {
  const Bytes gone = Noise(50000, 3);
  Subject subject;
  subject.Prepare(Noise(40000, 4));
  {  // a branch with a file of its own, which goes
    const OpenedStore at = tests::OpenMemoryStore(subject.prepared);
    MUST(CreateBranch(*at->database, 1, {"side", "", false}, {3, {}, nullptr}));
    auto stored = MUST(at->store->PutBytes(gone));
    const CommitRequest request{1,
                                "side",
                                std::nullopt,
                                {"Ada", "ada@example.org"},
                                "side",
                                1700000000000,
                                {AddUploaded{"gone.bin", stored.content}}};
    MUST(Commit(*at->database, *at->store, request, {4, {}, nullptr}));
    MUST(at->local().core().packs->SealIdle());
    MUST(DeleteBranch(*at->database, 1, "side", {5, {}, nullptr}));
  }
  const auto collect = [](MemoryStore& at) -> Status {
    HistoryMark mark;
    CollectionOptions options;
    options.grace_ms = 0;
    TRY(Collect(at.local(), options, {nullptr, [&](Connection& c) -> Status {
                                        TRY(SweepHistory(c, mark, {at.clock.NowMs(), 0}));
                                        return Ok();
                                      }}));
    return Ok();
  };
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) { subject.Start(fs); };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(subject.opened);
    return collect(*open);
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    const OpenedStore open = tests::OpenMemoryStore(fs);
    REQUIRE(subject.Check(*open) == subject.old);
    MUST(collect(*open));
    REQUIRE(subject.Check(*open) == subject.old);
    REQUIRE(open->Number("SELECT count(*) FROM revision") == 1);
    auto lease = MUST(open->database->Read());
    REQUIRE_FALSE(MUST(FindFile(*lease, HashSha256(gone))).has_value());
  };
  ForEveryFault(workload);
  ForEveryCrash(workload, 2);
}
