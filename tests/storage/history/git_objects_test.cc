#include "storage/history/git_objects.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <thread>

#include "storage/history/git_library.h"
#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

std::unique_ptr<GitObjects> OpenOn(Connection& connection, HistoryFixture& f) {
  return MUST(GitObjects::Open(connection, *f.store));
}

}  // namespace

TEST_CASE("ObjectsReadBackAsGitKnowsThem") {
  HistoryFixture f;
  f.CommitFirst();
  f.Commit({AddInline{"a.txt", Text("hello\n")}, AddInline{"w.bin", Noise(5000, 1)},
            AddInline{"empty", {}}});
  TempDirectory bare;
  ExportToGit(f, bare.path());
  auto lease = MUST(f.database->Read());
  auto objects = OpenOn(*lease, f);
  std::istringstream list(
      test::Git(bare.path(), {"cat-file", "--batch-all-objects", "--batch-check"}));
  std::string oid;
  std::string type;
  std::uint64_t size = 0;
  int count = 0;
  while (list >> oid >> type >> size) {
    INFO(oid);
    const GitOid id = MUST(GitOid::Parse(oid));
    const auto header = MUST(objects->ReadHeader(id));
    REQUIRE(ToString(header.type) == type);
    REQUIRE(header.size_bytes == size);
    const auto object = MUST(objects->Read(id));
    REQUIRE(object.data.size() == size);
    REQUIRE(MUST(objects->Hash(object.type, object.data)) == id);
    ++count;
  }
  REQUIRE(count == 8);  // 2 commits, 2 trees, 4 blobs
}

TEST_CASE("MissingObjectsAreNotFound") {
  HistoryFixture f;
  auto lease = MUST(f.database->Read());
  auto objects = OpenOn(*lease, f);
  MUST_FAIL(objects->Read(GitOid()), Errc::NotFound);
  MUST_FAIL(objects->ReadHeader(GitOid()), Errc::NotFound);
}

TEST_CASE("WrittenObjectsAreSeenOnlyHereUntilInserted") {
  HistoryFixture f;
  auto lease = MUST(f.database->Read());
  auto objects = OpenOn(*lease, f);
  const GitOid blob = MUST(objects->Write(GitObjectType::Blob, Text("pending")));
  const GitOid tree =
      MUST(objects->Write(GitObjectType::Tree, EncodeTree({{kModeFile, "f", blob}})));
  REQUIRE(MUST(objects->ReadTree(tree))[0].name == "f");
  REQUIRE(AsText(MUST(objects->ReadAs(blob, GitObjectType::Blob))) == "pending");
  auto other = MUST(f.database->Read());
  MUST_FAIL(OpenOn(*other, f)->Read(tree), Errc::NotFound);
  MUST(f.store->Sync());
  auto pending = objects->TakePending();
  MUST(f.database->Write([&](Connection& c) { return pending.Insert(c, 1); }));
  MUST(f.database->Write([&](Connection& c) { return pending.Insert(c, 1); }));  // idempotent
  REQUIRE(AsText(MUST(OpenOn(*other, f)->Read(blob)).data) == "pending");
  MUST_FAIL(OpenOn(*other, f)->ReadAs(blob, GitObjectType::Tree), Errc::Corrupt);
}

TEST_CASE("DamagedRowsAreCorrupt") {
  HistoryFixture f;
  const auto commit = f.CommitText("a", "1");
  MUST(f.database->Write([&](Connection& c) {
    return c.Execute("UPDATE git_object SET data = zeroblob(size) WHERE oid = ?", commit);
  }));
  auto lease = MUST(f.database->Read());
  MUST_FAIL(OpenOn(*lease, f)->Read(commit), Errc::Corrupt);
  MUST(f.database->Write([&](Connection& c) {
    return c.Execute("UPDATE git_object SET size = size + 1 WHERE type = 2");
  }));
  GitOid tree;
  {
    auto rows = lease->Query("SELECT oid FROM git_object WHERE type = 2");
    REQUIRE(rows.Next());
    tree = rows.DigestAt<GitOid>(0);
  }
  MUST_FAIL(OpenOn(*lease, f)->Read(tree), Errc::Corrupt);
}

TEST_CASE("LibgitFindsObjectsByPrefixAndInOrder") {
  HistoryFixture f;
  std::vector<CommitOperation> many;
  for (int i = 0; i < 2500; ++i) {
    many.push_back(AddInline{"f" + std::to_string(i), Text(std::to_string(i))});
  }
  const GitOid head = f.Commit(std::move(many));
  auto lease = MUST(f.database->Read());
  auto objects = OpenOn(*lease, f);
  MUST(objects->Write(GitObjectType::Blob, Text("one more")));
  std::vector<GitOid> seen;
  REQUIRE(git_odb_foreach(
              objects->odb(),
              [](const git_oid* oid, void* out) {
                static_cast<std::vector<GitOid>*>(out)->push_back(FromGit(*oid));
                return 0;
              },
              &seen) == 0);
  REQUIRE(seen.size() == 2503);
  REQUIRE(std::is_sorted(seen.begin(), seen.end()));
  git_oid prefix = ToGit(head);
  for (int i = 10; i < 20; ++i) prefix.id[i] = 0;
  git_oid found;
  REQUIRE(git_odb_exists_prefix(&found, objects->odb(), &prefix, 20) == 0);
  REQUIRE(FromGit(found) == head);
  prefix = {};
  REQUIRE(git_odb_exists_prefix(&found, objects->odb(), &prefix, 20) == GIT_ENOTFOUND);
}

TEST_CASE("LibgitWritesNoRefsAndReadsNoneFromTheCurrentDirectory") {
  HistoryFixture f;
  const auto head = ToGit(f.CommitText("a", "1"));
  TempDirectory elsewhere;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(elsewhere.path());
  test::Git(".", {"init", "-q", "--bare", "."});
  auto lease = MUST(f.database->Read());
  auto objects = OpenOn(*lease, f);
  git_reference* ref = nullptr;
  REQUIRE(git_reference_create(&ref, objects->repository(), "refs/heads/x", &head, 1, "m") != 0);
  REQUIRE(git_reference_lookup(&ref, objects->repository(), "HEAD") == GIT_ENOTFOUND);
  std::filesystem::current_path(before);
  REQUIRE_FALSE(std::filesystem::exists(elsewhere.Join("refs/heads/x")));
}

TEST_CASE("ManyThreadsReadWithOneHandleEach") {
  HistoryFixture f;
  const auto head = f.Commit({AddInline{"a", Text("1")}, AddInline{"b.bin", Noise(9000, 2)}});
  std::vector<std::thread> threads;
  std::vector<int> good(4, 0);
  for (std::size_t t = 0; t < good.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        auto lease = f.database->Read();
        auto objects = GitObjects::Open(**lease, *f.store);
        if (objects && (*objects)->Read(head)) good[t] += 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(good == std::vector<int>(4, 20));
}
