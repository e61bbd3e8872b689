#include "node/node_seed.h"

#include <sys/stat.h>

#include "tests/support/fake_random.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("ASeedIsMadeOnceAndDerivesTheSameKeys") {
  MemoryFileSystem fs;
  FakeRandom random(1);
  const auto seed = MUST(NodeSeed::OpenOrCreate(fs, random, "/node.seed"));
  fs.Crash(0);
  const auto again = MUST(NodeSeed::OpenOrCreate(fs, random, "/node.seed"));
  CHECK(seed.Derive("a") == again.Derive("a"));
  CHECK(seed.Derive("a") != seed.Derive("b"));
  CHECK(MUST(fs.Stat("/node.seed")).size_bytes == 32);
}

TEST_CASE("KeysFollowTheSpecification") {
  // RFC 5869 gives no vector for a 32-byte key without salt; computed with another implementation.
  MemoryFileSystem fs;
  FakeRandom random(1);
  Bytes zeros(32, 0);
  MUST(WriteFileDurably(fs, "/seed", zeros));
  const auto key = MUST(NodeSeed::OpenOrCreate(fs, random, "/seed")).Derive("label");
  CHECK(ToHex(key) == "63787e3b0f7507950a3e4f321edb63b92978770da0d2b70d2a8ce1ca5b7b2413");
}

TEST_CASE("ASeedThatIsDamagedIsNotReplaced") {
  MemoryFileSystem fs;
  FakeRandom random(1);
  MUST(WriteFileDurably(fs, "/seed", AsBytes("short")));
  MUST_FAIL(NodeSeed::OpenOrCreate(fs, random, "/seed"), Errc::Corrupt);
  CHECK(MUST(fs.Stat("/seed")).size_bytes == 5);
}

TEST_CASE("ASeedThatOthersCanReadIsRefused") {
  const TempDirectory directory;
  FakeRandom random(1);
  const auto path = directory.Join("node.seed");
  MUST(NodeSeed::OpenOrCreate(DiskFileSystem(), random, path));
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  MUST_FAIL(NodeSeed::OpenOrCreate(DiskFileSystem(), random, path), Errc::Denied);
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  MUST(NodeSeed::OpenOrCreate(DiskFileSystem(), random, path));
}
