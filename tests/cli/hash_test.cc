// The command `hash` and cli/transfer/file_hash.h.
#include "cli/transfer/file_hash.h"

#include "storage/content/chunker.h"
#include "storage/content/merkle.h"
#include "tests/cli/program_runner.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/sample_data.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

// The plain way: everything in memory.
storage::ChunkList CutWhole(ByteView data) {
  storage::ChunkList chunks;
  storage::Chunker chunker([&](ByteView raw) -> Status {
    chunks.push_back({storage::HashChunk(raw), static_cast<std::uint32_t>(raw.size())});
    return Ok();
  });
  MUST(chunker.Feed(data));
  MUST(chunker.Finish());
  return chunks;
}

}  // namespace

TEST_CASE("FileHashEqualsThatOfTheWholeInMemory") {
  const Status fine;
  for (const std::size_t size : {1u, 8192u, 1u << 20, (1u << 20) + 1, 3'000'000u}) {
    const auto data = SampleNoise(size);
    MemoryFileSystem fs;
    MUST(WriteFileDurably(fs, "file", data));
    storage::ChunkList chunks;
    const auto hashes = MUST(HashFileAt(fs, "file", [&](const storage::ChunkRef& chunk) {
      chunks.push_back(chunk);
      return fine;
    }));
    REQUIRE(chunks == CutWhole(data));
    REQUIRE(hashes.size_bytes == size);
    REQUIRE(hashes.chunk_count == chunks.size());
    REQUIRE(hashes.sha256 == HashSha256(data));
    REQUIRE(hashes.file_hash == storage::HashFile(chunks));
  }
}

TEST_CASE("FileHashEndsWithTheSinksError") {
  MemoryFileSystem fs;
  MUST(WriteFileDurably(fs, "file", SampleNoise(3'000'000)));
  MUST_FAIL(HashFileAt(fs, "file",
                       [](const storage::ChunkRef&) { return Error(Errc::Cancelled, "stop"); }),
            Errc::Cancelled);
}

TEST_CASE("HashShowsTheEmptyFile") {
  ProgramRunner runner;
  const auto value = runner.OutputJson({"hash", runner.Write("empty", "")})[0];
  REQUIRE(value["size"] == 0);
  REQUIRE(value["chunk_count"] == 0);
  REQUIRE(value["sha256"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  REQUIRE(value["file_hash"] == std::string(64, '0'));
}

TEST_CASE("HashListsChunks") {
  ProgramRunner runner;
  const auto data = SampleNoise(300'000);
  const auto path = runner.Write("file", AsText(data));
  const auto chunks = CutWhole(data);
  std::string expected;
  std::uint64_t offset = 0;
  const auto value = runner.OutputJson({"hash", "--chunks", path})[0];
  REQUIRE(value["chunks"].size() == chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    expected += std::to_string(i) + "\t" + std::to_string(offset) + "\t" +
                std::to_string(chunks[i].size_bytes) + "\t" + chunks[i].id.ToString() + "\n";
    REQUIRE(value["chunks"][i]["offset"] == offset);
    offset += chunks[i].size_bytes;
  }
  REQUIRE(runner.Output({"hash", "--chunks", path}).starts_with(expected + "path:"));
}

TEST_CASE("HashesOfSeveralFilesAreOneDocument") {
  ProgramRunner runner;
  const auto one = runner.Write("one", "1");
  const auto two = runner.Write("two", "22");
  const auto list = runner.OutputJson({"hash", "--chunks", one, two});
  REQUIRE(list.size() == 2);
  REQUIRE(list[0]["path"] == one);
  REQUIRE(list[1]["path"] == two);
  REQUIRE(list[1]["size"] == 2);
  REQUIRE(list[1]["chunks"].size() == 1);
  runner.Failure({"hash", one, runner.home.Join("nothing"), "--json"}, 3);
  REQUIRE(runner.terminal.output().empty());
}

TEST_CASE("HashRefusesFoldersAndMissingFiles") {
  ProgramRunner runner;
  REQUIRE(runner.Failure({"hash", runner.home.path()}, 2).find("is a folder") != std::string::npos);
  REQUIRE(runner.Failure({"hash", runner.home.Join("nothing")}, 3).find("nothing") !=
          std::string::npos);
}
