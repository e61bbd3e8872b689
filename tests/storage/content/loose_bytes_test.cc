#include "storage/content/loose_bytes.h"

#include "storage/content/content_session.h"
#include "tests/support/chunks.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Batch;
using banyan::tests::Cut;
using banyan::tests::Noise;

namespace {

constexpr std::int64_t kNamespace = 1;  // of the fixture's repositories

struct Fixture : banyan::tests::StoreFixture {
  std::shared_ptr<ContentSession> Begin(std::int64_t repository) {
    return MUST(ContentSession::Begin(local(), SystemRandom(), {kNamespace, repository}));
  }
  std::uint64_t Loose() { return MUST(CountLooseBytes(*MUST(database->Read()), kNamespace)); }
};

void Send(ContentSession& session, const Bytes& data) {
  const auto chunks = Cut(data);
  MUST(session.Put(Batch(data, chunks, std::vector<bool>(chunks.size(), true))));
}

FileContent Make(ContentSession& session, const Bytes& data) {
  return MUST(session.Assemble(Cut(data), {HashSha256(data), data.size()}));
}

}  // namespace

TEST_CASE("ChunksAreLooseUntilAFileHasThem") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const Bytes data = Noise(900'000, 1);
  const Bytes other = Noise(500'000, 2);
  auto session = f.Begin(repository);
  Send(*session, data);
  CHECK(f.Loose() == data.size());
  Send(*session, data);  // as who did not hear the answer
  CHECK(f.Loose() == data.size());
  const auto later = f.Begin(repository);  // who lost the session, too
  Send(*later, data);
  CHECK(f.Loose() == data.size());
  Make(*later, data);
  CHECK(f.Loose() == 0);

  Send(*session, other);
  Make(*session, data);  // which is made already, and pays for nothing
  CHECK(f.Loose() == other.size());
}

TEST_CASE("WhatEndsWithItsSessionIsNotLooseAnyMore") {
  Fixture f;
  const auto session = f.Begin(f.AddRepository("a", true));
  Send(*session, Noise(300'000, 1));
  REQUIRE(f.Loose() == 300'000);
  MUST(session->End());
  CHECK(f.Loose() == 0);
}

TEST_CASE("WhatMayBeReadAnywayIsNotLoose") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const Bytes data = Noise(400'000, 1);
  auto session = f.Begin(repository);
  Send(*session, data);
  const auto file = Make(*session, data);
  MUST(session->End());
  MUST(f.database->Write([&](Connection& c) {
    return HoldFile(c, repository, file.row, Holding::Committed, 1);
  }));
  session = f.Begin(repository);
  Send(*session, data);
  CHECK(f.Loose() == 0);
  MUST(session->End());
  session = f.Begin(f.AddRepository("b", true));  // where that file is not
  Send(*session, data);
  CHECK(f.Loose() == data.size());
}
