#include "federation/transfer/small_file.h"

#include "tests/support/chunks.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using banyan::tests::Batch;
using banyan::tests::Cut;
using banyan::tests::Noise;

namespace {

struct Sent {
  Bytes content = Noise(40'000, 1);
  storage::ChunkList chunks = Cut(content);
  storage::FileShape shape{storage::HashFile(chunks), content.size(), chunks.size()};
  Bytes batch = Batch(content, chunks, std::vector<bool>(chunks.size(), true));
  Bytes bytes = EncodeSmallFile(chunks, batch);
};

}  // namespace

TEST_CASE("ASmallFileIsReadAsItWasWritten") {
  const Sent sent;
  const auto file = MUST(ParseSmallFile(sent.bytes, sent.shape));
  CHECK(file.chunks == sent.chunks);
  CHECK(file.batch == sent.batch);
}

TEST_CASE("ASmallFileIsTheOneThatWasAskedForAttack06") {
  const Sent sent;
  auto other = sent.shape;
  other.chunk_count += 1;
  MUST_FAIL(ParseSmallFile(sent.bytes, other), Errc::Invalid);
  other = sent.shape;
  other.size_bytes += 1;
  MUST_FAIL(ParseSmallFile(sent.bytes, other), Errc::Invalid);
  other = sent.shape;
  other.hash = storage::HashFile(Cut(Noise(40'000, 2)));
  MUST_FAIL(ParseSmallFile(sent.bytes, other), Errc::Invalid);
  other = sent.shape;
  other.chunk_count = ~std::uint64_t{0};  // what an origin states is no size to reserve
  MUST_FAIL(ParseSmallFile(sent.bytes, other), Errc::Invalid);
}

TEST_CASE("ASmallFileIsCutNowhere") {
  const Sent sent;
  const auto heads = 9 + 35 * sent.chunks.size() + storage::BatchTableBytes(sent.chunks.size());
  for (std::size_t size = 0; size < heads; ++size) {
    MUST_FAIL(ParseSmallFile(ByteView(sent.bytes).first(size), sent.shape), Errc::Invalid);
  }
}
