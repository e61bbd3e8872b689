#include "tests/node/writing_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

// The body of a copy of these files to a model.
Json CopyTo(const std::string& target, const std::vector<Sha256>& files) {
  Json list = Json::array();
  for (const auto& sha256 : files) {
    list.push_back({{"sha256", sha256.ToString()}, {"xetHash", ""}, {"filename", "w.bin"}});
  }
  return {{"target", {{"type", "model"}, {"name", target}}}, {"files", list}};
}

}  // namespace

TEST_CASE("LfsFilesOfTheDefaultBranchAreListed") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  const auto bob = node.NewUser("bob");
  node.Create(alice, "m", {{"visibility", "private"}});
  const std::string path = "/api/models/alice/m/lfs-files";
  CHECK(node.Get(path, alice).Parsed() == Json::array());
  const std::string content("\0lfs", 4);
  node.CommitLfs(alice, "alice/m", "sub/w.bin", content);
  node.Commit(alice, "alice/m", {{"plain.txt", "text"}});
  const auto files = node.Get(path, alice).Parsed();
  REQUIRE(files.size() == 1);
  const auto oid = HashSha256(AsBytes(content)).ToString();
  CHECK(files[0]["fileOid"] == oid);
  CHECK(files[0]["oid"] == oid);
  CHECK(files[0]["filename"] == "sub/w.bin");
  CHECK(files[0]["size"] == content.size());
  CHECK(files[0]["pushedAt"].get<std::string>().ends_with("Z"));
  CHECK(node.Get(path, bob).status == 404);
  CHECK(node.Get(path).status == 401);
}

TEST_CASE("ACopiedFileIsCommittedInTheTargetWithoutAnUpload") {
  WritingNode node;
  const std::string content("\0private weights", 16);
  const auto sha256 = HashSha256(AsBytes(content));
  node.Create(node.alice, "m", {{"private", true}});
  node.Create(node.alice, "copy");
  node.CommitLfs(node.alice, "alice/m", "w.bin", content);
  const auto commit = [&] {
    return node.SendCommit("alice/copy", HeaderLine() + LfsLine("copy.bin", sha256), node.alice);
  };
  CHECK(commit().status == 400);
  const auto copied = node.Post("/api/models/alice/m/lfs-files/duplicate", node.alice,
                                CopyTo("alice/copy", {sha256}));
  CHECK(copied.status == 200);
  CHECK(copied.Parsed() == Json{{"failed", Json::array()}});
  CHECK(node.Get("/alice/copy/resolve/main/copy.bin", node.bob).status == 404);
  CHECK(commit().status == 200);
  CHECK(node.Get("/alice/copy/resolve/main/copy.bin", node.bob).body == content);
}

TEST_CASE("OnlyWhatTheSourceHasIsCopied") {
  WritingNode node;
  node.Create(node.alice, "m");
  node.Create(node.alice, "copy");
  node.Create(node.alice, "secret", {{"private", true}});
  node.CommitLfs(node.alice, "alice/secret", "s.bin", std::string("\0secret", 7));
  const auto waiting = node.Upload("alice/m", "uploaded, and in no commit");
  const auto secret = HashSha256(AsBytes(std::string_view("\0secret", 7)));
  auto body = CopyTo("alice/copy", {waiting, secret, HashSha256(AsBytes("nobody's"))});
  body["files"].push_back({{"sha256", "no digest"}});
  const auto copied = node.Post("/api/models/alice/m/lfs-files/duplicate", node.alice, body);
  CHECK(copied.status == 200);
  CHECK(copied.Parsed()["failed"].size() == 4);
  for (const auto& sha256 : {waiting, secret}) {
    CHECK(node.SendCommit("alice/copy", HeaderLine() + LfsLine("a", sha256), node.alice).status ==
          400);
  }
}

TEST_CASE("ACopyNeedsTheRightToReadOneAndWriteTheOther") {
  WritingNode node;
  node.Create(node.alice, "secret", {{"private", true}});
  node.Create(node.alice, "open");
  node.Create(node.bob, "mine");
  const auto copy = [&](const std::string& from, const std::string& to, const std::string& token) {
    return node.Post("/api/models/" + from + "/lfs-files/duplicate", token, CopyTo(to, {})).status;
  };
  CHECK(copy("alice/open", "bob/mine", node.bob) == 200);
  CHECK(copy("alice/secret", "bob/mine", node.bob) == 404);
  CHECK(copy("bob/mine", "alice/open", node.bob) == 403);
  CHECK(copy("bob/mine", "alice/secret", node.bob) == 404);
  CHECK(copy("bob/mine", "bob/none", node.bob) == 404);
  CHECK(copy("alice/open", "bob/mine", "") == 401);
  const auto bad = [&](const Json& body) {
    return node.Post("/api/models/alice/open/lfs-files/duplicate", node.alice, body).status;
  };
  CHECK(bad(Json::object()) == 400);
  CHECK(bad({{"target", {{"name", "alice/open"}}}}) == 400);
  CHECK(bad({{"target", {{"name", "no slash"}}}, {"files", Json::array()}}) == 400);
  CHECK(bad({{"target", {{"name", "a/b"}, {"type", "space"}}}, {"files", Json::array()}}) == 400);
  CHECK(bad({{"target", {{"name", "alice/open"}}}, {"files", {{{"oid", "x"}}}}}) == 400);
  CHECK(bad(CopyTo("alice/open", std::vector<Sha256>(1001))) == 413);
}

TEST_CASE("ACopyNeedsRoom") {
  WritingNode node;
  const std::string content(100'000, '\0');
  node.Create(node.alice, "secret", {{"private", true}});
  node.Create(node.alice, "copy");
  node.CommitLfs(node.alice, "alice/secret", "w.bin", content);
  MUST(node.database().Write([](storage::Connection& c) {
    return c.Execute("UPDATE namespace SET quota_bytes = 150000 WHERE name = 'alice'");
  }));
  const auto copied = node.Post("/api/models/alice/secret/lfs-files/duplicate", node.alice,
                                CopyTo("alice/copy", {HashSha256(AsBytes(content))}));
  CHECK(copied.status == 413);
}

TEST_CASE("ACopyOfWhatIsPublicNeedsRoomAsWell") {
  WritingNode node;
  const std::string content(100'000, '\0');
  const auto sha256 = HashSha256(AsBytes(content));
  node.Create(node.bob, "open");
  node.Create(node.alice, "copy");
  node.CommitLfs(node.bob, "bob/open", "w.bin", content);
  const auto allow = [&](std::int64_t bytes) {
    MUST(node.database().Write([&](storage::Connection& c) {
      return c.Execute("UPDATE namespace SET quota_bytes = ? WHERE name = 'alice'", bytes);
    }));
  };
  const auto copy = [&] {
    return node.Post("/api/models/bob/open/lfs-files/duplicate", node.alice,
                     CopyTo("alice/copy", {sha256}));
  };
  allow(50'000);
  CHECK(copy().status == 413);
  CHECK(node.Number("SELECT count(*) FROM repository_file WHERE committed = 0") == 0);
  node.Commit(node.alice, "alice/copy", {{"small.txt", "text"}});
  allow(150'000);
  CHECK(copy().status == 200);
  CHECK(copy().status == 200);  // it waits already
}

TEST_CASE("DeletionFromHistoryAndDuplicationAreRefusedInWords") {
  WritingNode node;
  node.Create(node.alice, "m");
  const auto refused = [&](const std::string& path, const std::string& token) {
    return node.Post("/api/models/alice/m" + path, token, Json::object());
  };
  CHECK(refused("/lfs-files/batch", "").status == 401);
  CHECK(refused("/lfs-files/batch", node.bob).status == 403);
  const auto deletion = refused("/lfs-files/batch", node.alice);
  CHECK(deletion.status == 501);
  CHECK(deletion.Header("X-Error-Message").find("super-squash") != std::string::npos);
  const auto duplication = refused("/duplicate", node.bob);
  CHECK(duplication.status == 501);
  CHECK(duplication.Header("X-Error-Message").find("push a clone") != std::string::npos);
}
