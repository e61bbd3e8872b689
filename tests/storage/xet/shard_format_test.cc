#include "storage/xet/shard_format.h"

#include "storage/content/merkle.h"
#include "tests/storage/content/xet_vectors.h"
#include "tests/support/chunks.h"
#include "tests/support/store_fixture.h"
#include "tests/support/xet.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Cut;
using banyan::tests::InPieces;
using banyan::tests::Noise;
using banyan::tests::ShardBody;
using banyan::tests::ShardFooter;

namespace {

struct Read {
  std::vector<ShardFile> files;
  std::vector<ShownXorb> xorbs;
};

Result<Read> ReadAll(ByteView body) {
  Read read;
  read.files =
      TRY(ReadShard(InPieces(body, 50), [&](const XorbHash& hash, const ChunkList& chunks) {
        read.xorbs.push_back({hash, chunks});
        return Ok();
      }));
  return read;
}

// A file of two terms in two xorbs.
tests::ShardParts Parts() {
  const Bytes data = Noise(600'000, 1);
  const auto chunks = Cut(data);
  const ChunkList first(chunks.begin(), chunks.begin() + 3);
  const ChunkList second(chunks.begin() + 3, chunks.end());
  ShardFile file{HashFile(chunks), HashSha256(data), {}};
  for (const auto& part : {first, second}) {
    std::uint32_t bytes = 0;
    for (const auto& chunk : part) bytes += chunk.size_bytes;
    file.terms.push_back(
        {HashXorb(part), bytes, 0, static_cast<std::uint32_t>(part.size()), HashRange(part)});
  }
  return {{file}, {{HashXorb(first), first}, {HashXorb(second), second}}};
}

}  // namespace

TEST_CASE("TheShardOfTheStockClientIsRead") {
  std::string hex;
  for (const auto& line : VectorSection(5)) {
    const auto words = Words(line);
    if (words.size() == 2 && words[0].find_first_not_of("0123456789") == std::string::npos) {
      hex += words[1];
    }
  }
  const Bytes shard = MUST(ParseHex(hex));
  REQUIRE(shard.size() == 632);
  const std::string_view hello = "Hello, World!";
  const ChunkList chunks = {{HashChunk(AsBytes(hello)), 13}};
  Bytes bare(shard.begin(), shard.begin() + 432);  // as hf_xet sends it
  StoreLe<std::uint64_t>(&bare[40], 0);
  for (const Bytes& body : {shard, bare}) {
    const auto read = MUST(ReadAll(body));
    REQUIRE(read.files.size() == 1);
    const auto& file = read.files[0];
    CHECK(file.hash == HashFile(chunks));
    CHECK(file.sha256 == HashSha256(AsBytes(hello)));
    REQUIRE(file.terms.size() == 1);
    CHECK(file.terms[0].xorb == HashXorb(chunks));
    CHECK(file.terms[0].raw_bytes == 13);
    CHECK(file.terms[0].first == 0);
    CHECK(file.terms[0].end == 1);
    CHECK(file.terms[0].range_hash == HashRange(chunks));
    REQUIRE(read.xorbs.size() == 1);
    CHECK(read.xorbs[0].hash == HashXorb(chunks));
    CHECK(read.xorbs[0].chunks == chunks);
  }
}

TEST_CASE("ACutShardIsRefusedWhereverItEnds") {
  const Bytes body = ShardBody(Parts());
  MUST(ReadAll(body));
  for (std::size_t size = 0; size < body.size(); ++size) {
    MUST_FAIL(ReadAll(ByteView(body).first(size)), Errc::Invalid);
  }
}

TEST_CASE("AShardThatCannotBeIsRefused") {
  const Bytes body = ShardBody(Parts(), ShardFooter::Present);
  MUST(ReadAll(body));
  const auto with = [&](std::size_t at, std::uint32_t value) {
    Bytes changed = body;
    StoreLe(&changed[at], value);
    return changed;
  };
  MUST_FAIL(ReadAll(with(0, 0)), Errc::Invalid);             // tag
  MUST_FAIL(ReadAll(with(32, 3)), Errc::Invalid);            // version
  MUST_FAIL(ReadAll(with(80, 0x40000000)), Errc::Invalid);   // no range hashes
  MUST_FAIL(ReadAll(with(80, 0x80000000)), Errc::Invalid);   // no SHA-256
  MUST_FAIL(ReadAll(with(84, 0xFFFFFFFF)), Errc::TooLarge);  // terms
  MUST_FAIL(ReadAll(with(84, 200'000)), Errc::Invalid);
  MUST_FAIL(ReadAll(with(96 + 40, 3)), Errc::Invalid);  // a term from 3 to 3
  const std::size_t xorb = 48 * 8;                      // behind the files' bookend
  MUST_FAIL(ReadAll(with(xorb + 36, 0)), Errc::Invalid);
  MUST_FAIL(ReadAll(with(xorb + 36, 0xFFFFFFFF)), Errc::Invalid);
}

TEST_CASE("WhoAsksForAChunkIsShownIdsThatOnlyOwnersOfTheChunksKnow") {
  const auto parts = Parts();
  const ShardKey key{{1, 2, 3}, 1'000, 2'000};
  const Bytes shard = EncodeShownShard(parts.xorbs, key);
  const auto read = MUST(ReadAll(shard));
  CHECK(read.files.empty());
  REQUIRE(read.xorbs.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(read.xorbs[i].hash == parts.xorbs[i].hash);
    REQUIRE(read.xorbs[i].chunks.size() == parts.xorbs[i].chunks.size());
    for (std::size_t k = 0; k < read.xorbs[i].chunks.size(); ++k) {
      const auto& shown = read.xorbs[i].chunks[k];
      const auto& real = parts.xorbs[i].chunks[k];
      CHECK(shown.size_bytes == real.size_bytes);
      CHECK(shown.id.bytes()[0] == KeyedHash(key.key, real.id.bytes())[0]);
      CHECK(ChunkId::FromRaw(KeyedHash(key.key, real.id.bytes())) == shown.id);
    }
  }
  // What clients look at, from the end.
  const auto at = [&](std::size_t offset) {
    return LoadLe<std::uint64_t>(&shard[shard.size() - 200 + offset]);
  };
  CHECK(at(0) == 1);
  CHECK(at(8) == 48);
  CHECK(at(16) == 96);
  CHECK(at(24) == shard.size() - 200);
  CHECK(at(104) == 1'000);
  CHECK(at(112) == 2'000);
  CHECK(at(192) == shard.size() - 200);
  CHECK(LoadLe<std::uint64_t>(&shard[40]) == 200);
}
