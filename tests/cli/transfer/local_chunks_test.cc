#include "cli/transfer/local_chunks.h"

#include "storage/content/chunker.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"
#include "tests/support/sample_data.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

constexpr int kFiles = 300;  // more than stay open

std::string Path(int i) { return "f" + std::to_string(i); }
std::string Content(int i) { return "content of " + std::to_string(i); }

storage::ChunkRef ChunkOf(const std::string& text) {
  return {storage::HashChunk(AsBytes(text)), static_cast<std::uint32_t>(text.size())};
}

}  // namespace

TEST_CASE("ChunksAreFoundInMoreFilesThanStayOpen") {
  MemoryFileSystem fs;
  LocalChunks local(fs);
  for (int i = 0; i < kFiles; ++i) {
    MUST(WriteFileDurably(fs, Path(i), AsBytes(Content(i))));
    local.AddFile(Path(i));
  }
  for (int i = 0; i < kFiles; ++i) {
    const auto found = local.Find(ChunkOf(Content(i)));
    REQUIRE(found.has_value());
    CHECK(AsText(*found) == Content(i));
  }
  CHECK_FALSE(local.Find(ChunkOf("of none")).has_value());
}

TEST_CASE("AFileThatCannotBeReadToItsEndServesWithWhatWasRead") {
  MemoryFileSystem fs;
  const Bytes content = SampleNoise(6'000'000);
  MUST(WriteFileDurably(fs, "large", content));
  MUST(WriteFileDurably(fs, "small", AsBytes("small")));
  std::vector<storage::ChunkRef> chunks;
  storage::Chunker chunker([&](ByteView chunk) {
    chunks.push_back({storage::HashChunk(chunk), static_cast<std::uint32_t>(chunk.size())});
    return Ok();
  });
  MUST(chunker.Feed(content));
  MUST(chunker.Finish());
  LocalChunks local(fs);
  local.AddFile("large");
  local.AddFile("small");
  fs.SetFault({.kind = FaultKind::Io, .nth = 3});  // opened and read once
  const auto found = local.Find(chunks.front());
  REQUIRE(found.has_value());
  CHECK(found->size() == chunks.front().size_bytes);
  CHECK_FALSE(local.Find(chunks.back()).has_value());
  CHECK(local.Find(ChunkOf("small")).has_value());
}

TEST_CASE("WhatAFileHeldBeforeItWasReplacedIsNeverGivenForSomethingElse") {
  MemoryFileSystem fs;
  LocalChunks local(fs);
  for (int i = 0; i < kFiles; ++i) {
    MUST(WriteFileDurably(fs, Path(i), AsBytes(Content(i))));
    local.AddFile(Path(i));
  }
  REQUIRE(local.Find(ChunkOf(Content(0))).has_value());
  for (const int i : {0, kFiles - 1}) MUST(WriteFileDurably(fs, Path(i), AsBytes("replaced")));
  CHECK(local.Find(ChunkOf(Content(0))).has_value());  // still open
  CHECK_FALSE(local.Find(ChunkOf(Content(kFiles - 1))).has_value());
  MUST(fs.Remove(Path(kFiles - 2)));
  CHECK_FALSE(local.Find(ChunkOf(Content(kFiles - 2))).has_value());
}
