#include "storage/xet/xet_session.h"

#include <set>

#include "storage/content/collector.h"
#include "storage/content/loose_places.h"
#include "storage/content/merkle.h"
#include "tests/support/chunks.h"
#include "tests/support/fake_random.h"
#include "tests/support/store_fixture.h"
#include "tests/support/xet.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Cut;
using banyan::tests::InPieces;
using banyan::tests::Noise;
using banyan::tests::ShardBody;
using banyan::tests::WholeXorb;

namespace {

using Session = std::shared_ptr<XetSession>;

struct Fixture : banyan::tests::StoreFixture {
  FakeRandom random{1};

  Fixture() {
    AddRepository("first", false);
    MUST(database->Write([](Connection& c) {
      return c.Execute(
          "INSERT INTO namespace(name, folded, kind, created_ms)"
          " VALUES('other', 'other', 0, 0)");
    }));
  }
  static constexpr std::int64_t kOwner = 1;
  static constexpr std::int64_t kOther = 2;

  std::set<std::int64_t> closed_to_all;  // repositories

  Session Open(std::int64_t repository, std::int64_t user = kOwner) {
    const auto require_readable = [this](std::int64_t wanted) -> Status {
      if (closed_to_all.count(wanted) == 0) return Ok();
      return Error(Errc::Denied, "not for you");
    };
    return MUST(XetSession::Open(local(), random, {user, repository}, require_readable));
  }
  void Put(XetSession& session, const Bytes& data) {
    const auto chunks = Cut(data);
    const Bytes body = tests::XorbBody(data, chunks, XorbScheme::Lz4);
    MUST(session.PutXorb(HashXorb(chunks), InPieces(body)));
  }
  Result<FileContent> Take(XetSession& session, const ShardFile& file) {
    return session.Take(file, [] { return Ok(); });
  }
  Bytes Read(const FileContent& file) { return MUST(store->ReadWhole(file)); }
  void Commit(std::int64_t repository, const FileContent& file) {
    MUST(database->Write(
        [&](Connection& c) { return HoldFile(c, repository, file, Holding::Committed, 1); }));
  }
  void Collect(std::int64_t expiry_ms) {
    MUST(storage::Collect(local(), {.grace_ms = 0, .session_expiry_ms = expiry_ms}));
  }
};

}  // namespace

TEST_CASE("AFileIsMadeOfXorbsThatCameBefore") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const auto session = f.Open(repository);
  const Bytes data = Noise(2'000'000, 1);
  const auto chunks = Cut(data);
  const auto file = WholeXorb(data, chunks);
  MUST_FAIL(f.Take(*session, file), Errc::Invalid);
  const Bytes body = tests::XorbBody(data, chunks, XorbScheme::GroupedLz4);
  const auto hash = HashXorb(chunks);
  CHECK(MUST(session->PutXorb(hash, InPieces(body))) == XetSession::Known::New);
  CHECK(MUST(session->PutXorb(hash, InPieces(body))) == XetSession::Known::Already);
  const Bytes shard = ShardBody({{file}, {{hash, chunks}}});
  const auto files = MUST(session->ReadShard(InPieces(shard)));
  REQUIRE(files.size() == 1);
  const auto content = MUST(f.Take(*session, files[0]));
  CHECK(content.hash == HashFile(chunks));
  CHECK(content.sha256 == HashSha256(data));
  CHECK(f.Read(content) == data);
}

TEST_CASE("AXorbOfAnotherNameOrShapeIsNotKept") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const auto session = f.Open(repository);
  const auto loose = [&] { return MUST(CountLooseBytes(*MUST(f.database->Read()), repository)); };
  const Bytes data = Noise(500'000, 2);
  const auto chunks = Cut(data);
  const Bytes body = tests::XorbBody(data, chunks, XorbScheme::None);
  const auto hash = HashXorb(chunks);
  const auto put = [&](const XorbHash& name, ByteView bytes) {
    return session->PutXorb(name, InPieces(bytes));
  };
  MUST_FAIL(put(HashXorb(Cut(Noise(10, 3))), body), Errc::Invalid);
  MUST_FAIL(put(hash, ByteView(body).first(body.size() - 1)), Errc::Invalid);
  MUST_FAIL(put(hash, ByteView()), Errc::Invalid);
  MUST_FAIL(session->Require(hash), Errc::NotFound);
  MUST_FAIL(f.Take(*session, WholeXorb(data, chunks)), Errc::Invalid);
  // Its sender is charged for it until the collector comes: then nothing of it is left.
  CHECK(loose() == data.size());
  const auto report = MUST(storage::Collect(f.local(), {.grace_ms = 0}));
  CHECK(report.dead_kept_bytes + report.freed_bytes > 400'000);
  CHECK(loose() == 0);
}

TEST_CASE("NoClaimOfAShardIsBelieved") {
  Fixture f;
  const auto session = f.Open(f.AddRepository("a", true));
  const Bytes data = Noise(500'000, 3);
  const auto chunks = Cut(data);
  f.Put(*session, data);
  const auto good = WholeXorb(data, chunks);
  const auto refused = [&](const std::function<void(ShardFile&)>& change) {
    ShardFile file = good;
    change(file);
    MUST_FAIL(f.Take(*session, file), Errc::Invalid);
  };
  refused([](ShardFile& file) { file.sha256 = HashSha256(AsBytes("another's")); });
  refused([](ShardFile& file) { file.hash = HashFile(Cut(Noise(5, 1))); });
  refused([](ShardFile& file) { ++file.terms[0].raw_bytes; });
  refused([](ShardFile& file) { ++file.terms[0].end; });
  refused([](ShardFile& file) { file.terms[0].end = 1000; });
  refused([](ShardFile& file) { file.terms[0].first = 1; });
  refused([](ShardFile& file) { file.terms[0].range_hash = HashChunk(AsBytes("guess")); });
  refused([](ShardFile& file) { file.terms.push_back(file.terms[0]); });
  refused([](ShardFile& file) { file.terms.clear(); });
  // A xorb that the shard lists otherwise than it is.
  ChunkList others = chunks;
  others.pop_back();
  const Bytes shard = ShardBody({{good}, {{HashXorb(chunks), others}}});
  MUST_FAIL(session->ReadShard(InPieces(shard)), Errc::Invalid);
  ShardFile bomb = good;
  bomb.terms.assign(300'000, good.terms[0]);
  MUST_FAIL(f.Take(*session, bomb), Errc::TooLarge);
  MUST(f.Take(*session, good));
}

TEST_CASE("TermsThatComeBackToAXorbLookItUpOnce") {
  Fixture f;
  const auto session = f.Open(f.AddRepository("a", true));
  const Bytes data[] = {Noise(300'000, 20), Noise(300'000, 21)};
  ShardFile file;
  ChunkList list;
  Bytes all;
  for (std::size_t i = 0; i < 200; ++i) {
    const Bytes& part = data[i % 2];
    const auto chunks = Cut(part);
    if (i < 2) f.Put(*session, part);
    file.terms.push_back(WholeXorb(part, chunks).terms[0]);
    list.insert(list.end(), chunks.begin(), chunks.end());
    all.insert(all.end(), part.begin(), part.end());
  }
  file.hash = HashFile(list);
  file.sha256 = HashSha256(all);
  std::size_t asked = 0;
  const auto content = MUST(session->Take(file, [&] {
    ++asked;
    return Ok();
  }));
  CHECK(f.Read(content) == all);
  CHECK(asked == 2 + 5 * 200);  // and for each part while its bytes are read
  MUST_FAIL(session->Take(file, [] { return Status(Error(Errc::Cancelled, "gone")); }),
            Errc::Cancelled);
}

TEST_CASE("AnotherCutIsStoredUnderTheCanonicalOne") {
  Fixture f;
  const auto session = f.Open(f.AddRepository("a", true));
  const Bytes data = Noise(300'000, 4);
  ChunkList odd;
  for (std::size_t at = 0; at < data.size(); at += 10'000) {
    odd.push_back({HashChunk(ByteView(data).subspan(at, 10'000)), 10'000});
  }
  const Bytes body = tests::XorbBody(data, odd, XorbScheme::Lz4);
  MUST(session->PutXorb(HashXorb(odd), InPieces(body)));
  const auto content = MUST(f.Take(*session, WholeXorb(data, odd)));
  CHECK(content.hash == HashFile(Cut(data)));
  CHECK(f.Read(content) == data);
}

TEST_CASE("WhatAnAccountSentItMayUseInAllItsRepositoriesAndNobodyElse") {
  Fixture f;
  const auto first = f.AddRepository("a", true);
  const auto second = f.AddRepository("b", true);
  const Bytes data = Noise(500'000, 5);
  const auto file = WholeXorb(data, Cut(data));
  f.Put(*f.Open(first), data);
  MUST_FAIL(f.Take(*f.Open(second, Fixture::kOther), file), Errc::Invalid);
  CHECK(f.Read(MUST(f.Take(*f.Open(second), file))) == data);
}

TEST_CASE("OfWhatCameElsewhereASessionHoldsWhatItsFilesUse") {
  Fixture f;
  const auto first = f.AddRepository("a", true);
  const auto second = f.AddRepository("b", true);
  const auto loose = [&] { return MUST(CountLooseBytes(*MUST(f.database->Read()), second)); };
  const Bytes sent = Noise(500'000, 14);
  const Bytes known = Noise(500'000, 15);
  f.StoreFixture::Commit(first, known);
  REQUIRE(MUST(f.Open(first)->Show(Cut(known)[0].id)));
  f.Put(*f.Open(first), sent);
  const auto session = f.Open(second);
  for (const Bytes* data : {&sent, &known}) {
    const auto chunks = Cut(*data);
    const ChunkList head(chunks.begin(), chunks.begin() + 2);
    const auto size = head[0].size_bytes + head[1].size_bytes;
    const Bytes bytes(data->begin(), data->begin() + size);
    auto file = WholeXorb(bytes, head);
    file.terms[0].xorb = HashXorb(chunks);
    const Bytes shard = ShardBody({{file}, {{HashXorb(chunks), chunks}}});
    MUST(session->ReadShard(InPieces(shard)));
    CHECK(f.Read(MUST(f.Take(*session, file))) == bytes);
  }
  CHECK(loose() == sent.size());  // of the first repository's session
  MUST(f.database->Write([&](Connection& c) {
    return c.Execute("DELETE FROM upload_session WHERE repository = ?", first);
  }));
  CHECK(loose() == 0);
}

TEST_CASE("AChunkIsShownToWhoMayKnowOfItOnly") {
  Fixture f;
  const auto hidden = f.AddRepository("hidden", true);
  const auto open = f.AddRepository("open", false);
  const auto mine = f.AddRepository("mine", true);
  const Bytes secret = Noise(500'000, 6);
  const Bytes known = Noise(500'000, 7);
  f.StoreFixture::Commit(hidden, secret);
  f.StoreFixture::Commit(open, known);
  const auto session = f.Open(mine, Fixture::kOther);
  CHECK_FALSE(MUST(session->Show(Cut(secret)[0].id)));
  const auto chunks = Cut(known);
  const auto shown = MUST(session->Show(chunks[2].id));
  REQUIRE(shown);
  // One xorb: all of the open file, and nothing of the other in the same pack.
  std::vector<ShownXorb> xorbs;
  MUST(ReadShard(InPieces(*shown), [&](const XorbHash& hash, const ChunkList& list) {
    xorbs.push_back({hash, list});
    return Ok();
  }));
  REQUIRE(xorbs.size() == 1);
  CHECK(xorbs[0].chunks.size() == chunks.size());
  CHECK(xorbs[0].hash == HashXorb(chunks));
  // It may be used, as long as it may be known.
  const auto file = WholeXorb(known, chunks);
  CHECK(f.Read(MUST(f.Take(*session, file))) == known);
  // In that repository itself, its own are shown.
  CHECK(MUST(f.Open(hidden)->Show(Cut(secret)[0].id)));
}

TEST_CASE("AGuessOfAnotherOwnersSecretLiesWhereItWasSent") {
  Fixture f;
  const auto hidden = f.AddRepository("hidden", true);
  const auto mine = f.AddRepository("mine", true);
  Bytes guesses;
  ChunkList chunks;
  for (int pin = 0; pin < 200; ++pin) {
    const std::string text = "password: secret\npin: " + std::to_string(pin) + "\n";
    if (pin == 77) f.StoreFixture::Commit(hidden, AsBytes(text));
    guesses.insert(guesses.end(), text.begin(), text.end());
    chunks.push_back({HashChunk(AsBytes(text)), static_cast<std::uint32_t>(text.size())});
  }
  const auto session = f.Open(mine, Fixture::kOther);
  const Bytes body = tests::XorbBody(guesses, chunks, XorbScheme::None);
  MUST(session->PutXorb(HashXorb(chunks), InPieces(body)));
  for (const std::size_t asked : {std::size_t{0}, std::size_t{77}, chunks.size() - 1}) {
    const auto shown = MUST(session->Show(chunks[asked].id));
    REQUIRE(shown);
    std::vector<XorbHash> xorbs;
    MUST(ReadShard(InPieces(*shown), [&](const XorbHash& hash, const ChunkList&) {
      xorbs.push_back(hash);
      return Ok();
    }));
    CHECK(xorbs == std::vector<XorbHash>{HashXorb(chunks)});
  }
}

// What an account sent is used again where it was stored for it.
TEST_CASE("AnAccountsXorbIsNotTakenFromAnotherOwnersCopy") {
  Fixture f;
  const auto hidden = f.AddRepository("hidden", true);
  const auto first = f.AddRepository("a", true);
  const auto second = f.AddRepository("b", true);
  const Bytes data = Noise(500'000, 14);
  const auto hers = f.StoreFixture::Commit(hidden, data);
  f.Put(*f.Open(first, Fixture::kOther), data);
  const auto content = MUST(f.Take(*f.Open(second, Fixture::kOther), WholeXorb(data, Cut(data))));
  CHECK(content.row == hers.row);
  CHECK(content.recipe != hers.recipe);
  CHECK(f.Read(content) == data);
}

TEST_CASE("WhatWasShownAndIsHiddenNowCannotBeUsed") {
  Fixture f;
  const auto open = f.AddRepository("open", false);
  const Bytes data = Noise(500'000, 8);
  f.StoreFixture::Commit(open, data);
  const auto session = f.Open(f.AddRepository("mine", true), Fixture::kOther);
  REQUIRE(MUST(session->Show(Cut(data)[0].id)));
  MUST(f.database->Write([&](Connection& c) -> Status {
    TRY(c.Execute("UPDATE repository SET private = 1 WHERE id = ?", open));
    return RepositoryVisibilityChanged(c, open, true);
  }));
  MUST_FAIL(f.Take(*session, WholeXorb(data, Cut(data))), Errc::Conflict);
}

TEST_CASE("WhatWasShownInARepositoryIsUsedInAnotherByWhoMayReadItNow") {
  Fixture f;
  const auto first = f.AddRepository("first-private", true);
  const auto second = f.AddRepository("second-private", true);
  const Bytes data = Noise(500'000, 12);
  const auto chunks = Cut(data);
  f.StoreFixture::Commit(first, data);
  const auto file = WholeXorb(data, chunks);
  MUST_FAIL(f.Take(*f.Open(second), file), Errc::Invalid);
  REQUIRE(MUST(f.Open(first)->Show(chunks[0].id)));
  f.closed_to_all = {first};
  MUST_FAIL(f.Take(*f.Open(second), file), Errc::Conflict);
  MUST_FAIL(f.Take(*f.Open(second, Fixture::kOther), file), Errc::Invalid);
  f.closed_to_all = {};
  CHECK(f.Read(MUST(f.Take(*f.Open(second), file))) == data);
}

TEST_CASE("WhatTheFirstRepositoryHasNoMoreIsNotUsedInTheSecond") {
  Fixture f;
  const auto first = f.AddRepository("first-private", true);
  const Bytes data = Noise(500'000, 13);
  const auto content = f.StoreFixture::Commit(first, data);
  REQUIRE(MUST(f.Open(first)->Show(Cut(data)[0].id)));
  MUST(f.database->Write([&](Connection& c) {
    return c.Execute("DELETE FROM repository_file WHERE file = ?", content.row);
  }));
  const auto second = f.Open(f.AddRepository("second-private", true));
  MUST_FAIL(f.Take(*second, WholeXorb(data, Cut(data))), Errc::Conflict);
}

TEST_CASE("AllOfAFileIsShownToWhoWritesItsRepository") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const Bytes data = Noise(80u << 20, 9);  // more than one pack
  const auto content = f.StoreFixture::Commit(repository, data);
  REQUIRE(content.recipe.terms.size() > 1);
  const auto chunks = Cut(data);
  const auto shown = MUST(f.Open(repository)->Show(chunks.back().id));
  REQUIRE(shown);
  std::size_t count = 0;
  MUST(ReadShard(InPieces(*shown), [&](const XorbHash&, const ChunkList& list) {
    count += list.size();
    return Ok();
  }));
  CHECK(count == chunks.size());
}

TEST_CASE("ANameWhoseChunksWereCollectedSaysWhatToDo") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const Bytes data = Noise(500'000, 10);
  const auto file = WholeXorb(data, Cut(data));
  f.Put(*f.Open(repository), data);
  f.Collect(-1);  // every session is over
  MUST_FAIL(f.Take(*f.Open(repository), file), Errc::Invalid);
  // Sent again, it is good again.
  const auto session = f.Open(repository);
  f.Put(*session, data);
  CHECK(f.Read(MUST(f.Take(*session, file))) == data);
}

TEST_CASE("WhatAFileKeepsCanBeNamedAfterItsSession") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const Bytes data = Noise(500'000, 11);
  const auto file = WholeXorb(data, Cut(data));
  {
    const auto session = f.Open(repository);
    f.Put(*session, data);
    f.Commit(repository, MUST(f.Take(*session, file)));
  }
  f.Collect(-1);
  const auto other = f.AddRepository("b", true);
  CHECK(f.Read(MUST(f.Take(*f.Open(other), file))) == data);
}
