#include <thread>

#include "storage/history/lfs.h"
#include "tests/node/writing_node.h"
#include "tests/support/safetensors_bytes.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture : WritingNode {
  explicit Fixture(const std::function<void(Config&)>& change = nullptr) : WritingNode(change) {
    Create(alice, "tiny");
  }
  Reply Commit(const std::string& lines) { return SendCommit("alice/tiny", lines, alice); }
  std::string Read(const std::string& path) { return Get("/alice/tiny/resolve/main/" + path).body; }
  std::string Head() { return Get("/api/models/alice/tiny").Parsed()["sha"]; }
};

const std::string kUrl(TestNode::kPublicUrl);

}  // namespace

TEST_CASE("ACommitAddsAndDeletesInOrder") {
  Fixture hub;
  const auto before = hub.Head();
  const auto first = hub.Commit(HeaderLine("Add files") + FileLine("a.txt", "one") +
                                FileLine("d/b.txt", "two") + FileLine("d/c.txt", "three"));
  REQUIRE(first.status == 200);
  const auto json = first.Parsed();
  CHECK(json["success"] == true);
  CHECK(json["hookOutput"] == "");
  CHECK(json["commitOid"] == hub.Head());
  CHECK(json["commitUrl"] == kUrl + "/alice/tiny/commit/" + json["commitOid"].get<std::string>());
  CHECK(hub.Read("a.txt") == "one");
  CHECK(hub.Read("d/c.txt") == "three");

  // The last line needs no end.
  auto lines = HeaderLine("Change") + Line("deletedFolder", {{"path", "d/"}}) +
               FileLine("d/new.txt", "four") + Line("deletedFile", {{"path", "a.txt"}});
  lines.pop_back();
  REQUIRE(hub.Commit(lines).status == 200);
  CHECK(hub.Get("/alice/tiny/resolve/main/a.txt").status == 404);
  CHECK(hub.Get("/alice/tiny/resolve/main/d/b.txt").status == 404);
  CHECK(hub.Read("d/new.txt") == "four");
  const auto log = hub.Get("/api/models/alice/tiny/commits/main").Parsed();
  CHECK(log.size() == 3);
  CHECK(log[0]["title"] == "Change");
  CHECK(log[0]["authors"][0]["user"] == "alice");
  CHECK(log[2]["id"] == before);
}

TEST_CASE("ADatasetsCommitNamesItsPage") {
  Fixture hub;
  hub.Call("POST", "/api/repos/create", {{"name", "words"}, {"type", "dataset"}}, hub.alice);
  const auto made = hub.Send({"POST",
                              "/api/datasets/alice/words/commit/main",
                              hub.alice,
                              {},
                              HeaderLine() + FileLine("a.txt", "one")});
  REQUIRE(made.status == 200);
  CHECK(made.Parsed()["commitUrl"].get<std::string>().starts_with(kUrl +
                                                                  "/datasets/alice/words/commit/"));
}

TEST_CASE("AStoredFileIsKeptByTheNodesRule") {
  Fixture hub;
  const auto text = hub.Upload("alice/tiny", "just text");
  const auto binary = hub.Upload("alice/tiny", std::string_view("\0\1\2\3", 4));
  REQUIRE(hub.Commit(HeaderLine() + StoredLine("a.txt", text, 9) + StoredLine("b.dat", binary) +
                     StoredLine("c.onnx", text))
              .status == 200);
  const auto tree = hub.Get("/api/models/alice/tiny/tree/main").Parsed();
  std::map<std::string, Json> items;
  for (const auto& item : tree) items[item["path"]] = item;
  CHECK_FALSE(items["a.txt"].contains("lfs"));
  CHECK(items["b.dat"]["lfs"]["oid"] == binary.ToString());
  CHECK(items["c.onnx"]["lfs"]["size"] == 9);
  CHECK(hub.Read("c.onnx") == "just text");
  CHECK(hub.Read(".gitattributes").find("b.dat filter=lfs") != std::string::npos);
}

TEST_CASE("ABrokenWeightFileIsRefusedByEveryWayIn") {
  Fixture hub;
  const auto before = hub.Head();
  const Bytes bytes = SafetensorsBytes("{}", Bytes(1));
  const std::string content(AsText(bytes));
  const auto file = hub.Upload("alice/tiny", content);
  for (const auto& line : {FileLine("w.safetensors", content), LfsLine("w.safetensors", file),
                           StoredLine("w.safetensors", file)}) {
    const auto refused = hub.Commit(HeaderLine() + FileLine("a.txt", "beside") + line);
    CHECK(refused.status == 400);
    CHECK(refused.Parsed()["error"] ==
          "w.safetensors: safetensors header: tensors do not fill the file: nothing was committed; "
          "write or download the file again, or give it another kind of name");
  }
  CHECK(hub.Head() == before);
  CHECK(hub.Get("/alice/tiny/resolve/main/a.txt").status == 404);
  const Json files = Json::array({Json{{"path", "w.gguf"}, {"content", "no weights"}}});
  CHECK(hub.Call("POST", "/api/repos/create", {{"name", "made"}, {"files", files}}, hub.alice)
            .status == 400);
  CHECK(hub.Number("SELECT count(*) FROM repository") == 1);
  const auto unknown = R"({"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}})";
  const Bytes newer = SafetensorsBytes(unknown, Bytes(4));
  CHECK(hub.Commit(HeaderLine() + FileLine("w.safetensors", AsText(newer))).status == 200);
  CHECK(hub.Number("SELECT count(*) FROM repository_document"
                   " WHERE metadata LIKE '%w.safetensors: %unknown dtype %'") == 1);
}

TEST_CASE("AnLfsFileNeedsNoSizeAndIsAPointer") {
  Fixture hub;
  const auto file = hub.Upload("alice/tiny", "just text");
  REQUIRE(hub.Commit(HeaderLine() + LfsLine("a.txt", file)).status == 200);
  CHECK(hub.Get("/alice/tiny/raw/main/a.txt").body == storage::PointerText({file, 9}));
}

TEST_CASE("TheHashOfAPrivateFileGrantsNothing") {
  Fixture hub;
  hub.Call("POST", "/api/repos/create", {{"name", "secret"}, {"private", true}}, hub.bob);
  const auto hidden = hub.Upload("bob/secret", "the secret");
  const auto nowhere = HashSha256(AsBytes("no such file"));
  const auto committed =
      hub.SendCommit("bob/secret", HeaderLine() + StoredLine("s", hidden), hub.bob);
  REQUIRE(committed.status == 200);
  for (const bool as_lfs : {false, true}) {
    const auto name = [&](const Sha256& sha256) {
      return hub.Commit(HeaderLine() + (as_lfs ? LfsLine("x", sha256) : StoredLine("x", sha256)));
    };
    auto stolen = name(hidden);
    auto absent = name(nowhere);
    CHECK(stolen.status == 400);
    stolen.body.replace(stolen.body.find(hidden.ToString()), 64, 64, '_');
    absent.body.replace(absent.body.find(nowhere.ToString()), 64, 64, '_');
    CHECK(stolen.body == absent.body);
  }
  // Nor does the text of a pointer to it.
  const auto pointer = storage::PointerText({hidden, 10});
  CHECK(hub.Commit(HeaderLine() + FileLine("x", pointer)).status == 400);
  // A public file may be used by everybody.
  hub.Call("PUT", "/api/models/bob/secret/settings", {{"private", false}}, hub.bob);
  CHECK(hub.Commit(HeaderLine() + StoredLine("x", hidden)).status == 200);
  CHECK(hub.Read("x") == "the secret");
}

TEST_CASE("WhatACardSaysIsInTheCatalogAfterTheCommit") {
  Fixture hub;
  REQUIRE(hub.Commit(HeaderLine() +
                     FileLine("README.md",
                              "---\nlicense: apache-2.0\n"
                              "pipeline_tag: text-generation\n---\n# Tiny\n") +
                     FileLine("config.json", R"({"model_type": "llama"})"))
              .status == 200);
  const auto info = hub.Get("/api/models/alice/tiny").Parsed();
  CHECK(info["pipeline_tag"] == "text-generation");
  CHECK(info["cardData"]["license"] == "apache-2.0");
  CHECK(info["config"]["model_type"] == "llama");
  CHECK(hub.Number("SELECT count(*) FROM repository WHERE licence = 'Apache-2.0'") == 1);
  // Another branch says nothing about the repository.
  hub.Call("POST", "/api/models/alice/tiny/branch/dev", Json::object(), hub.alice);
  REQUIRE(hub.SendCommit("alice/tiny",
                         HeaderLine() + FileLine("README.md", "---\nlicense: mit\n---\n"),
                         hub.alice, "dev")
              .status == 200);
  CHECK(hub.Get("/api/models/alice/tiny").Parsed()["cardData"]["license"] == "apache-2.0");
}

TEST_CASE("AParentThatIsNotTheHeadIs412") {
  Fixture hub;
  const auto old = hub.Head();
  REQUIRE(hub.Commit(HeaderLine("A", old) + FileLine("a", "1")).status == 200);
  CHECK(hub.Commit(HeaderLine("B", old) + FileLine("a", "2")).status == 412);
  const auto now = hub.Head();
  CHECK(hub.Commit(HeaderLine("C", now.substr(0, 7)) + FileLine("a", "3")).status == 200);
  CHECK(hub.Commit(HeaderLine("D", "zzzzzz") + FileLine("a", "4")).status == 400);
  CHECK(hub.Read("a") == "3");
}

TEST_CASE("OfConcurrentCommitsOnOneParentOneWins") {
  Fixture hub;
  const auto parent = hub.Head();
  std::array<int, 4> statuses{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] {
      statuses[i] =
          hub.Commit(HeaderLine("Race", parent) + FileLine("a", std::to_string(i))).status;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(std::count(statuses.begin(), statuses.end(), 200) == 1);
  for (const int status : statuses) CHECK((status == 200 || status == 409 || status == 412));
}

TEST_CASE("ConcurrentCommitsWithoutAParentAllLand") {
  Fixture hub;
  std::array<int, 4> statuses{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] {
      statuses[i] = hub.Commit(HeaderLine() + FileLine("f" + std::to_string(i), "x")).status;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(std::count(statuses.begin(), statuses.end(), 200) == 4);
  CHECK(hub.Get("/api/models/alice/tiny/tree/main").Parsed().size() == 5);
}

TEST_CASE("ACommitThatChangesNothingGivesTheHead") {
  Fixture hub;
  const auto head = hub.Head();
  const auto empty = hub.Commit(HeaderLine());
  CHECK(empty.status == 200);
  CHECK(empty.Parsed()["commitOid"] == head);
  CHECK(empty.Parsed()["changed"] == false);
}

TEST_CASE("WhatIsMissingIsAnsweredWithItsCode") {
  Fixture hub;
  const auto file = hub.Commit(HeaderLine() + Line("deletedFile", {{"path", "none"}}));
  CHECK(file.status == 404);
  CHECK(file.Header("X-Error-Code") == "EntryNotFound");
  CHECK(file.body.find("A file with this name doesn't exist") != std::string::npos);
  const auto branch = hub.SendCommit("alice/tiny", HeaderLine(), hub.alice, "none");
  CHECK(branch.status == 404);
  CHECK(branch.Header("X-Error-Code") == "RevisionNotFound");
  const auto pull = hub.SendCommit("alice/tiny", HeaderLine(), hub.alice, "main?create_pr=1");
  CHECK(pull.status == 501);
  CHECK(hub.SendCommit("alice/tiny", HeaderLine(), hub.bob).status == 403);
  CHECK(hub.SendCommit("alice/tiny", HeaderLine(), "").status == 401);
}

TEST_CASE("MalformedCommitsLeaveNothing") {
  Fixture hub;
  const auto head = hub.Head();
  const std::string deep(100, '[');
  std::string many = "{\"key\":\"file\",\"value\":{\"a\":[";
  for (int i = 0; i < 2000; ++i) many += "0,";
  const std::string bodies[] = {
      "",
      "not json\n",
      FileLine("a", "1"),           // no header
      HeaderLine() + HeaderLine(),  // two
      HeaderLine() + "[1]\n",
      HeaderLine() + "{\"key\":\"file\"}\n",
      HeaderLine() + "{\"key\":\"file\",\"key\":\"file\",\"value\":{}}\n",
      HeaderLine() + Line("moveFile", {{"path", "a"}}),
      HeaderLine() + Line("file", {{"path", "a"}, {"content", "not base64!"}}),
      HeaderLine() + Line("file", {{"path", "a"}}),
      HeaderLine() + Line("file", {{"content", ""}}),
      HeaderLine() + deep + "\n",
      HeaderLine() + many + "0]}}\n",
      HeaderLine() + "{\"key\":\"file\",\"value\":{\"path\":\"\xff\",\"content\":\"\"}}\n",
      HeaderLine() + Line("lfsFile", {{"path", "a"}, {"oid", "12"}}),
      Line("header", {{"summary", ""}}) + FileLine("a", "1"),
  };
  for (const auto& body : bodies) {
    INFO(body.substr(0, 200));
    const auto answer = hub.Commit(body);
    CHECK((answer.status == 400 || answer.status == 413));
    CHECK_FALSE(answer.Parsed()["error"].get<std::string>().empty());
  }
  CHECK(hub.Head() == head);
}

TEST_CASE("PathsThatLeadElsewhereAreRefused") {
  Fixture hub;
  for (const auto* path : {"../a", "/a", "a/../b", "a//b", "", ".", "a/.", ".git/config",
                           "a/.GIT/x", "c:\\x", "a\\b", "a\nb"}) {
    INFO(path);
    CHECK(hub.Commit(HeaderLine() + FileLine(path, "x")).status == 400);
    CHECK(hub.Commit(HeaderLine() + Line("deletedFolder", {{"path", path}})).status == 400);
  }
  CHECK(hub.Get("/api/models/alice/tiny/tree/main").Parsed().size() == 1);
}

TEST_CASE("CommitsAreBoundedInBytes") {
  Fixture small([](Config& config) { config.upload_max_commit = {1u << 20}; });
  const std::string half(700'000 / 4 * 3, 'x');
  CHECK(small.Commit(HeaderLine() + FileLine("c.txt", half)).status == 200);
  CHECK(small.Commit(HeaderLine() + FileLine("d.txt", half) + FileLine("e.txt", half)).status ==
        413);
  Fixture hub;
  const std::string eleven(storage::kMaxGitBlobBytes + 1, 'x');
  const auto refused = hub.Commit(HeaderLine() + FileLine("b.txt", eleven));
  CHECK(refused.status == 413);
  CHECK(refused.body.find("LFS") != std::string::npos);
  CHECK(hub.Commit(HeaderLine() + std::string(15u << 20, 'x')).status == 413);
}

TEST_CASE("ABodyThatBreaksOffIsNoCommit") {
  Fixture hub;
  const auto head = hub.Head();
  const auto lines = HeaderLine() + FileLine("a", "1");
  {
    RawClient client(hub.node().port(), /*tls=*/false);
    client.Send(
        "POST /api/models/alice/tiny/commit/main HTTP/1.1\r\nHost: hub.test\r\n"
        "Authorization: Bearer " +
        hub.alice + "\r\nContent-Length: " + std::to_string(lines.size() + 10) + "\r\n\r\n" +
        lines);
    client.EndSending();
    client.Read();
  }
  CHECK(hub.Head() == head);
}

// A commit that fails with its last line.
TEST_CASE("WhatFailedCommitsBroughtIsBoundedByTheQuota") {
  Fixture hub([](Config& config) { config.quota_default.bytes = 1'000'000; });
  const auto commit = [&](std::uint64_t seed, const std::string& last) {
    std::string content(AsText(tests::Noise(400'000, seed)));
    return hub.Commit(HeaderLine() + FileLine("a.bin", content) + last).status;
  };
  const auto broken = Line("deletedFile", {{"path", "none"}});
  for (const std::uint64_t seed : {1u, 1u, 1u, 2u, 3u}) CHECK(commit(seed, broken) == 404);
  CHECK(commit(4, broken) == 413);
  CHECK(commit(4, "") == 413);
  // Lines of one commit are bounded together, before they are stored.
  Fixture other([](Config& config) { config.quota_default.bytes = 1'000'000; });
  std::string lines = HeaderLine();
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    lines += FileLine("a.bin", AsText(tests::Noise(400'000, seed)));
  }
  const auto stored = [&] {
    auto& packs = *other.node().data().content().core().packs;
    std::uint64_t bytes = 0;
    for (const auto id : packs.OpenIds()) bytes += MUST(packs.Get(id))->payload_bytes();
    return bytes;
  };
  const auto refused = other.Commit(lines);
  CHECK(refused.status == 413);
  CHECK(refused.body.find("line 4") != std::string::npos);
  CHECK(stored() >= 800'000);
  CHECK(stored() < 1'000'000);
}

TEST_CASE("ACommitOverTheQuotaIsRefusedWithFigures") {
  Fixture hub([](Config& config) { config.quota_default.bytes = 4000; });
  REQUIRE(hub.Commit(HeaderLine() + FileLine("a", "1")).status == 200);
  const auto refused = hub.Commit(HeaderLine() + FileLine("b", std::string(5000, 'x')));
  CHECK(refused.status == 413);
  CHECK(refused.body.find("4000") != std::string::npos);
  CHECK(hub.Get("/alice/tiny/resolve/main/b").status == 404);
}
