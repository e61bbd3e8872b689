#include "storage/xet/file_xorbs.h"

#include <random>
#include <set>

#include "storage/content/merkle.h"
#include "tests/support/store_fixture.h"
#include "tests/support/xet.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

namespace {

struct Fixture : banyan::tests::StoreFixture {
  std::shared_ptr<const FileSections> Store(ByteView data) {
    return MUST(FileSections::Load(local(), MUST(store->PutBytes(data)).content));
  }
  Bytes Send(const FileSections& file, const FileTerm& term) {
    const auto data = MUST(XorbData::Of(local(), file, term.place));
    Bytes sent;
    MUST(data->Stream(term.stored_from, term.stored_end - term.stored_from, [&](ByteView slice) {
      sent.insert(sent.end(), slice.begin(), slice.end());
      return Ok();
    }));
    return sent;
  }
  // As a client puts a range together.
  Bytes Read(const FileSections& file, std::uint64_t from, std::uint64_t end) {
    const auto terms = MUST(TermsOf(file, from, end));
    Bytes all;
    for (const FileTerm& term : terms.terms) {
      const Bytes sent = Send(file, term);
      XorbReader reader(tests::InPieces(sent));
      std::size_t chunks = 0;
      const std::size_t before = all.size();
      while (const auto raw = MUST(reader.Next())) {
        all.insert(all.end(), raw->begin(), raw->end());
        ++chunks;
      }
      REQUIRE(chunks == term.chunks.end - term.chunks.first);
      REQUIRE(all.size() - before == term.raw_bytes);
    }
    REQUIRE(terms.skip_bytes <= all.size());
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(terms.skip_bytes));
    REQUIRE(all.size() >= end - from);
    all.resize(end - from);
    return all;
  }
};

}  // namespace

TEST_CASE("EveryRangeOfAFileComesOutOfItsXorbs") {
  Fixture f;
  Bytes data = Noise(9'000'000, 1);
  std::fill(data.begin() + 3'000'000, data.begin() + 5'000'000, std::uint8_t{3});
  const auto file = f.Store(data);
  REQUIRE(f.Read(*file, 0, data.size()) == data);
  std::mt19937_64 random(1);
  for (int i = 0; i < 60; ++i) {
    std::uint64_t from = random() % data.size();
    std::uint64_t end = std::min<std::uint64_t>(data.size(), from + 1 + random() % 500'000);
    if (i % 3 == 0) end = from + 1;
    INFO(from << " " << end);
    REQUIRE(f.Read(*file, from, end) == Bytes(data.begin() + static_cast<std::ptrdiff_t>(from),
                                              data.begin() + static_cast<std::ptrdiff_t>(end)));
  }
}

TEST_CASE("XorbsOfAFileAreLegalAndNamedByTheirChunks") {
  Fixture f;
  const Bytes zeros(150u << 20);  // the least chunks for a size: sections of several xorbs
  const auto file = f.Store(zeros);
  const auto terms = MUST(TermsOf(*file, 0, zeros.size()));
  CHECK(terms.skip_bytes == 0);
  REQUIRE(terms.terms.size() >= 3);
  std::uint64_t sum = 0;
  for (const FileTerm& term : terms.terms) {
    const auto section = MUST(file->Section(term.place.section));
    const auto& run = term.place.run;
    const auto chunks = std::span<const ChunkRef>(section).subspan(run.first, run.end - run.first);
    CHECK(term.raw_bytes <= kMaxXorbRawBytes);
    CHECK(term.xorb == HashXorb(chunks));
    sum += term.raw_bytes;
  }
  CHECK(sum == zeros.size());
}

// So what a client keeps of one version serves it for the next.
TEST_CASE("ANewVersionHasTheXorbsOfTheOldOneWhereItsSectionsAreTheSame") {
  Fixture f;
  const Bytes old = Noise(160u << 20, 2);
  Bytes changed = old;
  changed.insert(changed.begin() + 100, std::uint8_t{1});
  const auto names = [&](const Bytes& data) {
    std::set<XorbHash> hashes;
    for (const auto& term : MUST(TermsOf(*f.Store(data), 0, data.size())).terms) {
      hashes.insert(term.xorb);
    }
    return hashes;
  };
  const auto before = names(old);
  std::size_t same = 0;
  for (const auto& hash : names(changed)) same += before.count(hash);
  CHECK(before.size() >= 3);
  CHECK(same + 3 >= before.size());
}

TEST_CASE("AXorbThatTheFileHasNotIsNotFound") {
  Fixture f;
  const auto file = f.Store(Noise(1'000'000, 3));
  const auto sections = file->outline().sections.size();
  MUST_FAIL(XorbData::Of(f.local(), *file, {sections, {0, 1}}), Errc::NotFound);
  MUST_FAIL(XorbData::Of(f.local(), *file, {0, {0, 1000}}), Errc::NotFound);
  MUST_FAIL(XorbData::Of(f.local(), *file, {0, {1, 1}}), Errc::Invalid);
}
