// One file from several peers at once: slow ones, stalled ones, liars, some that have only a part.
#include "federation/mirror/swarm.h"

#include <algorithm>

#include "federation/mirror/file_mirror.h"
#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;

namespace {

constexpr std::size_t kFileBytes = 24'000'000;

// A publisher of one large file, and peers that have it.
struct Several : MirrorPair {
  std::vector<std::unique_ptr<StorePeer>> seeders;

  explicit Several(int count) {
    publisher.CommitFile("a.bin", Noise(kFileBytes, 1));
    for (int i = 0; i < count; ++i) {
      seeders.push_back(std::make_unique<StorePeer>("https://s" + std::to_string(i), publisher));
    }
  }
  MirrorReport RunAll() {
    std::vector<PeerSource*> peers;
    for (const auto& seeder : seeders) peers.push_back(seeder.get());
    auto report = Run(peers);
    if (!report.outcome) FAIL(report.outcome.error().message());
    RequireSame(publisher, follower, 1);
    return report;
  }
  std::uint64_t Sent() const {
    std::uint64_t sent = 0;
    for (const auto& seeder : seeders) sent += seeder->data_sent;
    return sent;
  }
};

}  // namespace

TEST_CASE("OneFileComesFromAllPeersOnce") {
  Several s(4);
  for (auto& seeder : s.seeders) {
    // As if each had its own line: the others have time to be asked, too.
    seeder->before_data = [] { SystemClock().SleepMs(20); };
  }
  const auto report = s.RunAll();
  CHECK(report.lies.empty());
  for (const auto& seeder : s.seeders) CHECK(seeder->data_sent > 500'000);
  CHECK(s.Sent() < kFileBytes * 102 / 100);
}

TEST_CASE("ALiarCostsItsWrongChunkAndNothingElseAttack06") {
  Several s(2);
  int answers = 0;
  s.seeders[0]->before_data = [&] { ++answers; };
  s.seeders[0]->spoil_data = [&](Bytes& piece) {
    if (piece.size() > 50'000) piece[piece.size() / 2] ^= 1;
  };
  const auto report = s.RunAll();
  REQUIRE(report.lies.size() == 1);
  CHECK(report.lies[0].peer == "https://s0");
  // The pieces in which it lied are of 256 KiB and more; what was right in its orders is kept.
  CHECK(s.Sent() < kFileBytes + s.seeders[0]->data_sent + 300'000);
  CHECK(answers < 12);
}

TEST_CASE("WhatCameOfAChunkBeforeItsPeerBrokeOffIsNotAskedForAgain") {
  for (const bool lies : {false, true}) {
    Several s(1);
    int answers = 0;
    bool is_spoilt = false;
    s.seeders[0]->before_data = [&] {
      const bool breaks = ++answers >= 3 && answers < 11;  // with some of its orders
      s.seeders[0]->data_budget = breaks ? 290'037 : -1;
    };
    s.seeders[0]->spoil_data = [&](Bytes& piece) {
      const auto left = s.seeders[0]->data_budget;
      if (!lies || is_spoilt || left <= 0 || left >= std::ssize(piece)) return;
      is_spoilt = true;
      piece[static_cast<std::size_t>(left) - 1] ^= 1;  // the last byte before it breaks off
    };
    const auto report = s.RunAll();
    CHECK(report.lies.empty());  // nobody is called a liar for what came in two pieces
    CHECK(is_spoilt == lies);
    CHECK(answers >= 11);
    CHECK(s.Sent() < kFileBytes + (lies ? 1'000'000 : 60'000));
  }
}

TEST_CASE("WhoBreaksOffAndLiesThenIsALiarAttack06") {
  Several s(2);
  int answers = 0;
  s.seeders[0]->before_data = [&] { s.seeders[0]->data_budget = ++answers == 3 ? 290'037 : -1; };
  s.seeders[0]->spoil_data = [&](Bytes& piece) {
    if (answers > 3 && piece.size() > 50'000) piece[piece.size() / 2] ^= 1;
  };
  const auto report = s.RunAll();
  REQUIRE(report.lies.size() == 1);
  CHECK(report.lies[0].peer == "https://s0");
}

TEST_CASE("WhatAPeerHasNotComesFromTheOthers") {
  Several s(3);
  s.seeders[0]->has_nothing = true;
  const auto report = s.RunAll();
  CHECK(report.lies.empty());
  CHECK(s.seeders[0]->data_sent == 0);
  CHECK(s.seeders[0]->data_requests == 0);
}

TEST_CASE("APeerThatMovedAChunkIsNoLiar") {
  Several s(1);
  bool has_moved = false;
  s.seeders[0]->spoil_data = [&](Bytes& piece) {
    const auto table = storage::ParseBatchTable(piece);
    const bool is_table = table && storage::BatchTableBytes(table->size()) == piece.size();
    if (!is_table || table->size() < 100 || has_moved) return;
    has_moved = true;  // the table it gave first has another length for its first chunk
    auto other = *table;
    other[0].stored_bytes -= 1;
    other[0].encoding = storage::Encoding::Zstd;
    piece = storage::EncodeBatchTable(other);
  };
  const auto report = s.RunAll();
  CHECK(has_moved);
  CHECK(report.lies.empty());
}

TEST_CASE("AListOfAChangedFileComesOnlyWhereItChanged") {
  MirrorPair p;
  Bytes content = Noise(2 * kFileBytes + 40'000'000, 1);
  p.publisher.CommitFile("a.bin", content);
  p.Mirror();
  p.one.requests = 0;
  std::ranges::copy(Noise(200'000, 2), content.end() - 300'000);
  p.publisher.CommitFile("a.bin", content);
  p.one.lists_sent = 0;
  p.one.data_sent = 0;
  p.Mirror();
  CHECK(p.one.lists_sent == 1);
  CHECK(p.one.data_sent < 600'000);
}

TEST_CASE("ManySmallFilesComeInFewAnswers") {
  MirrorPair p;
  std::vector<PushedFile> files;
  for (int i = 0; i < 1'200; ++i) {
    files.push_back({"d/" + std::to_string(i), "text " + std::to_string(i) + "\n"});
  }
  files.push_back({"empty", ""});
  p.publisher.Push("main", files);
  p.Mirror();
  CHECK(p.one.answers_with_files < 6);
  CHECK(p.one.data_requests == 0);
}

TEST_CASE("ASmallFileWithOtherBytesIsItsSendersFaultAttack06") {
  MirrorPair p;
  p.publisher.Push("main", {{"a", "one"}, {"b", "two"}, {"c", "three"}});
  p.one.spoil_file = [](const FileHash&, Bytes& file) { file.back() ^= 1; };
  const auto report = p.Run({&p.one, &p.two});
  if (!report.outcome) FAIL(report.outcome.error().message());
  RequireSame(p.publisher, p.follower, 1);
  REQUIRE(report.lies.size() == 1);
  CHECK(report.lies[0].peer == "https://one");
}

TEST_CASE("ASmallFileOfAPeerWithoutTheRouteComesByItsParts") {
  MirrorPair p;
  p.publisher.Push("main", {{"a", "one"}});
  p.one.has_no_files_route = true;
  p.Mirror();
  CHECK(p.one.data_requests > 0);
}

TEST_CASE("WhoHasAPartGivesThatPartAndOneThatLiesInItIsFoundOutAttack06") {
  for (const bool lies : {false, true}) {
    Several s(2);
    s.seeders[0]->before_data = [] { SystemClock().SleepMs(20); };
    s.seeders[1]->spoil_held = [](Bytes& bits) { bits[0] = bits[3] = 0; };
    if (lies) {
      s.seeders[1]->spoil_data = [](Bytes& piece) {
        if (piece.size() > 50'000) piece[piece.size() / 2] ^= 1;
      };
    }
    const auto report = s.RunAll();
    CHECK(s.seeders[1]->run_requests > 0);
    CHECK(s.seeders[1]->run_requests == s.seeders[1]->data_requests);
    REQUIRE(report.lies.size() == (lies ? 1 : 0));
    if (lies) CHECK(report.lies[0].peer == "https://s1");
    if (!lies) CHECK(s.Sent() < kFileBytes * 105 / 100);
  }
}

TEST_CASE("WhoSaysThatItHasAPartAndHasItNotHoldsNothingUpAttack13") {
  Several s(2);
  s.seeders[1]->has_nothing = true;
  int asked = 0;
  s.seeders[0]->before_data = [&] { s.seeders[1]->has_nothing = ++asked % 2 != 0; };
  s.seeders[1]->spoil_held = [](Bytes& bits) { bits[0] = 0; };
  const auto report = s.RunAll();
  CHECK(report.lies.empty());
}
