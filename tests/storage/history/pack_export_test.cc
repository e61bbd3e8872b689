// Packs made from the catalog, read by the real git.

#include "storage/history/pack_export.h"

#include <filesystem>

#include "storage/history/branches.h"
#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

// A bare repository that gets a pack whenever the history went on.
struct Bare {
  TempDirectory directory;
  std::size_t packs = 0;

  Bare() { test::Git(".", {"init", "-q", "--bare", "-b", "main", directory.path()}); }
  std::string PackDirectory() { return directory.Join("objects/pack"); }

  // How many objects are new.
  std::size_t Update(HistoryFixture& f) {
    std::vector<PackIndex> known;
    for (std::size_t i = 0; i < packs; ++i) {
      const auto path = PackDirectory() + "/pack-" + std::to_string(i) + ".idx";
      known.push_back(MUST(PackIndex::Open(DiskFileSystem(), path)));
    }
    auto writer =
        MUST(PackWriter::Create(DiskFileSystem(), PackDirectory(), std::to_string(packs)));
    auto lease = MUST(f.database->Read());
    const auto history = MUST(History::Open(*lease, *f.store, f.repository));
    PackExport pack({*history, f.repository, known, *writer, [] { return Ok(); }});
    const auto refs = MUST(ListRefs(*lease, f.repository));
    for (const auto& ref : refs) MUST(pack.Add(ref));
    REQUIRE(pack.absent().empty());
    const auto count = writer->object_count();
    if (count > 0) {
      MUST(writer->Finish());
      ++packs;
    }
    for (const auto& ref : refs) {
      test::Git(directory.path(), {"update-ref", ref.name, ref.target.ToString()});
    }
    test::Git(directory.path(), {"fsck", "--strict", "--full"});
    return count;
  }
};

std::string Lines(int changed) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "line " + std::to_string(i == changed ? -1 : i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("GitReadsAPackOfAHistory") {
  HistoryFixture f;
  for (int i = 0; i < 120; ++i) {
    f.Commit({AddInline{"a/" + std::to_string(i % 40) + ".txt", Text(Lines(i))},
              AddInline{"b/c/log", Text(Lines(i + 1))}});
  }
  MUST(CreateTag(*f.database, *f.store, f.repository,
                 {"v1", "main", "first", {"Ada", "ada@example.org"}, f.now_ms}, f.Options()));
  Bare bare;
  CHECK(bare.Update(f) > 120 * 4);
  const auto head = f.Resolve("main").commit.ToString();
  CHECK(test::Git(bare.directory.path(), {"rev-parse", "main"}) == head + "\n");
  CHECK(test::Git(bare.directory.path(), {"cat-file", "-t", "v1"}) == "tag\n");
  CHECK(test::Git(bare.directory.path(), {"show", "main:b/c/log"}) == Lines(120));
  // Git makes the same index of it.
  const std::string base = bare.PackDirectory() + "/pack-0";
  test::Git(bare.directory.path(), {"index-pack", "-o", base + ".other", base + ".pack"});
  const auto read = [](const std::string& path) {
    return MUST(ReadFile(DiskFileSystem(), path, 16u << 20));
  };
  CHECK(read(base + ".idx") == read(base + ".other"));
  // Most trees and texts are deltas: as they are, these are over a megabyte.
  CHECK(std::filesystem::file_size(base + ".pack") < 200'000);
}

TEST_CASE("AnotherPackHasOnlyWhatIsNew") {
  HistoryFixture f;
  f.Commit({AddInline{"a/one", Text("1")}, AddInline{"b/two", Text("2")}});
  Bare bare;
  CHECK(bare.Update(f) == 6);
  CHECK(bare.Update(f) == 0);
  f.CommitText("a/one", "new");
  CHECK(bare.Update(f) == 4);  // commit, two trees, the file
  f.Commit({CopyFile{"c/two", "b/two", ""}});
  CHECK(bare.Update(f) == 2);  // its folder is known, under another name
}

TEST_CASE("LargeFilesArePointersInAPack") {
  HistoryFixture f;
  const Bytes content = Noise(100'000, 7);
  f.Commit({AddUploaded{"w.bin", f.Upload(content, f.repository), true}});
  Bare bare;
  bare.Update(f);
  const LfsPointer pointer{HashSha256(content), content.size()};
  CHECK(test::Git(bare.directory.path(), {"show", "main:w.bin"}) == PointerText(pointer));
}

TEST_CASE("AnUnfinishedPackLeavesNothing") {
  TempDirectory directory;
  {
    auto writer = MUST(PackWriter::Create(DiskFileSystem(), directory.path(), "0"));
    MUST(writer->Add(GitOid(), GitObjectType::Blob, AsBytes("x")));
  }
  CHECK(MUST(DiskFileSystem().List(directory.path())).empty());
}

TEST_CASE("WhatIsNoIndexIsRefused") {
  TempDirectory directory;
  const auto path = directory.Join("x.idx");
  for (const std::size_t size : {std::size_t{0}, std::size_t{8}, std::size_t{2000}}) {
    MUST(WriteFileDurably(DiskFileSystem(), path, Bytes(size, 'x')));
    MUST_FAIL(PackIndex::Open(DiskFileSystem(), path), Errc::Corrupt);
  }
}
