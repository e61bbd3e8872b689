// Uploads and downloads through LFS, from the batch to the signed links.

#include <algorithm>
#include <vector>

#include "node/data_directory.h"
#include "storage/content/collector.h"
#include "storage/history/lfs.h"
#include "tests/node/writing_node.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::node;

namespace {

std::string Noise(std::size_t size, std::uint64_t seed) {
  const Bytes bytes = tests::Noise(size, seed);
  return std::string(AsText(bytes));
}
std::string Oid(std::string_view content) { return HashSha256(AsBytes(content)).ToString(); }

struct Fixture : WritingNode {
  explicit Fixture(const std::function<void(Config&)>& change = nullptr) : WritingNode(change) {
    Create(alice, "tiny");
  }

  Reply Batch(const std::string& operation, const Json& objects, const std::string& token,
              const std::string& id = "alice/tiny") {
    const Json body = {{"operation", operation},
                       {"transfers", {"basic", "multipart"}},
                       {"hash_algo", "sha_256"},
                       {"objects", objects}};
    return Send({"POST",
                 "/" + id + ".git/info/lfs/objects/batch",
                 token,
                 {{"Content-Type", "application/vnd.git-lfs+json; charset=utf-8"}},
                 DumpJson(body)});
  }
  Json One(const std::string& operation, const std::string& content, const std::string& token,
           const std::string& id = "alice/tiny") {
    const auto reply =
        Batch(operation, {{{"oid", Oid(content)}, {"size", content.size()}}}, token, id);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.Parsed()["objects"][0];
  }
  std::string UploadLink(const std::string& content) {
    return One("upload", content, alice)["actions"]["upload"]["href"];
  }
  std::string Read(const std::string& path) { return Get("/alice/tiny/resolve/main/" + path).body; }
  std::int64_t Files() { return Number("SELECT count(*) FROM file"); }
};

Sha256 Named(const std::string& content) { return HashSha256(AsBytes(content)); }

}  // namespace

TEST_CASE("AnLfsUploadGoesFromBatchToCommit") {
  Fixture hub;
  const auto content = Noise(3u << 20, 1);
  const auto object = hub.One("upload", content, hub.alice);
  CHECK(object["oid"] == Oid(content));
  CHECK(object["size"] == content.size());
  CHECK(object["actions"]["upload"]["expires_in"].is_number_integer());
  const std::string verify = object["actions"]["verify"]["href"];
  CHECK(hub.Follow("POST", verify, "{}").status == 404);
  // No token goes with the link.
  REQUIRE(hub.Follow("PUT", object["actions"]["upload"]["href"], content).status == 200);
  CHECK(hub.Follow("POST", verify, "{}").status == 200);
  // It is here now: nothing to do. It is not public before the commit.
  CHECK_FALSE(hub.One("upload", content, hub.alice).contains("actions"));
  CHECK(hub.One("download", content, hub.bob)["error"]["code"] == 404);
  REQUIRE(hub.SendCommit("alice/tiny", HeaderLine() + LfsLine("w.bin", Named(content)), hub.alice)
              .status == 200);
  CHECK(hub.Read("w.bin") == content);
  const auto link = hub.One("download", content, "")["actions"]["download"]["href"];
  CHECK(hub.Follow("GET", link).body == content);
}

TEST_CASE("AnUploadIsAskedForAgainWhileTheFileIsDamagedHere") {
  Fixture hub;
  const auto content = Noise(300'000, 1);
  REQUIRE(hub.Follow("PUT", hub.UploadLink(content), content).status == 200);
  REQUIRE(hub.SendCommit("alice/tiny", HeaderLine() + LfsLine("w.bin", Named(content)), hub.alice)
              .status == 200);
  const auto mark = [](storage::Connection& c) { return c.Execute("UPDATE file SET damaged = 1"); };
  MUST(hub.node().data().database().Write(mark));
  CHECK(hub.SendCommit("alice/tiny", HeaderLine() + LfsLine("x.bin", Named(content)), hub.alice)
            .body.find("is damaged here: upload it again") != std::string::npos);
  REQUIRE(hub.Follow("PUT", hub.UploadLink(content), content).status == 200);
  CHECK_FALSE(hub.One("upload", content, hub.alice).contains("actions"));
}

TEST_CASE("SignedDownloadsServeRanges") {
  Fixture hub;
  const auto content = Noise(200000, 1);
  hub.CommitLfs(hub.alice, "alice/tiny", "w.bin", content);
  const std::string link = hub.One("download", content, "")["actions"]["download"]["href"];
  const auto part = hub.Send(
      {"GET", link.substr(TestNode::kPublicUrl.size()), "", {{"Range", "bytes=1000-1999"}}, ""});
  CHECK(part.status == 206);
  CHECK(part.body == content.substr(1000, 1000));
  CHECK(part.Header("ETag") == "\"" + Oid(content) + "\"");
}

TEST_CASE("OnlyTheAnnouncedBytesAreTaken") {
  Fixture hub;
  const auto content = Noise(100000, 1);
  const auto link = hub.UploadLink(content);
  const auto target = link.substr(TestNode::kPublicUrl.size());
  const auto files = hub.Files();
  auto wrong = content;
  wrong[5000] = static_cast<char>(wrong[5000] ^ 1);
  const auto digest = hub.Follow("PUT", link, wrong);
  CHECK(digest.status == 400);
  CHECK(digest.body.find("SHA-256") != std::string::npos);
  CHECK(hub.Follow("PUT", link, content.substr(1)).status == 400);
  CHECK(hub.Follow("PUT", link, content + "x").status == 400);
  CHECK(hub.Follow("PUT", link, "").status == 400);
  const auto range =
      hub.Send({"PUT", target, "", {{"Content-Range", "bytes 0-99999/100000"}}, content});
  CHECK(range.status == 400);
  CHECK(range.body.find("Content-Range") != std::string::npos);
  CHECK(hub.Files() == files);
  CHECK(hub.Number("SELECT count(*) FROM repository_file WHERE committed = 0") == 0);
  CHECK(hub.Follow("PUT", link, content).status == 200);
  CHECK(hub.Follow("PUT", link, content).status == 200);  // again, after a lost answer
}

TEST_CASE("ABrokenOrEndlessUploadLeavesNothing") {
  Fixture hub;
  const auto content = Noise(100000, 1);
  const auto target = hub.UploadLink(content).substr(TestNode::kPublicUrl.size());
  const auto files = hub.Files();
  const std::string head = "PUT " + target + " HTTP/1.1\r\nHost: hub.test\r\n";
  {
    RawClient client(hub.node().port(), /*tls=*/false);
    client.Send(head + "Content-Length: 100000\r\n\r\n" + content.substr(0, 60000));
    client.EndSending();
    client.Read();
  }
  {
    RawClient client(hub.node().port(), /*tls=*/false);
    client.Send(head + "Transfer-Encoding: chunked\r\n\r\n186a1\r\n" + content + "x\r\n0\r\n\r\n");
    CHECK(client.Read().status == 413);
  }
  CHECK(hub.Files() == files);
  RawClient client(hub.node().port(), /*tls=*/false);
  client.Send(head + "Transfer-Encoding: chunked\r\n\r\n186a0\r\n" + content + "\r\n0\r\n\r\n");
  CHECK(client.Read().status == 200);
}

TEST_CASE("ForgedAndExpiredLinksAreRefused") {
  Fixture hub([](Config& config) { config.upload_link_lifetime = {60'000}; });
  const auto content = Noise(1000, 1);
  const auto other = Noise(1000, 2);
  const auto link = hub.UploadLink(content);
  const auto with = [&](const std::string& from, const std::string& to) {
    auto forged = link;
    const auto at = forged.find(from);
    REQUIRE(at != std::string::npos);
    return forged.replace(at, from.size(), to);
  };
  CHECK(hub.Follow("PUT", with(Oid(content), Oid(other)), other).status == 403);
  CHECK(hub.Follow("PUT", with("size=1000", "size=1001"), content + "x").status == 403);
  CHECK(hub.Follow("PUT", with("repo=1", "repo=2"), content).status == 403);
  CHECK(hub.Follow("PUT", with("until=", "until=9"), content).status == 403);
  CHECK(hub.Follow("PUT", with("/object/", "/part/"), content).status == 403);
  CHECK(hub.Follow("PUT", link.substr(0, link.find("&mac=")), content).status == 403);
  CHECK(hub.Follow("GET", link).status == 403);
  hub.clock().Advance(61'000);
  const auto late = hub.Follow("PUT", link, content);
  CHECK(late.status == 403);
  CHECK(late.body.find("expired") != std::string::npos);
}

TEST_CASE("LinksEndWithTheirRepository") {
  Fixture hub;
  const auto content = Noise(1000, 1);
  const auto up = hub.UploadLink(content);
  hub.CommitLfs(hub.alice, "alice/tiny", "w.bin", content);
  const std::string down = hub.One("download", content, "")["actions"]["download"]["href"];
  REQUIRE(hub.Call("DELETE", "/api/repos/delete", {{"name", "tiny"}}, hub.alice).status == 200);
  CHECK(hub.Follow("PUT", up, content).status == 403);
  CHECK(hub.Follow("GET", down).status == 403);
}

TEST_CASE("TheHashOfAPrivateObjectGivesNoLink") {
  Fixture hub;
  hub.Create(hub.bob, "secret", {{"private", true}});
  const auto content = Noise(1000, 1);
  hub.CommitLfs(hub.bob, "bob/secret", "w.bin", content);
  // An upload is asked for as if the node had never seen it, and a download is not given.
  CHECK(hub.One("upload", content, hub.alice).contains("actions"));
  CHECK(hub.One("download", content, hub.alice)["error"]["code"] == 404);
  CHECK(hub.Batch("download", Json::array(), hub.alice, "bob/secret").status == 404);
  const auto none = hub.Batch("download", Json::array(), "", "bob/secret");
  CHECK(none.status == 401);
  CHECK(none.Header("LFS-Authenticate").starts_with("Basic"));
  CHECK(none.body == hub.Batch("download", Json::array(), "", "bob/none").body);
  // A public one need not be sent again, and then may be committed.
  hub.Call("PUT", "/api/models/bob/secret/settings", {{"private", false}}, hub.bob);
  CHECK_FALSE(hub.One("upload", content, hub.alice).contains("actions"));
  hub.Call("PUT", "/api/models/bob/secret/settings", {{"private", true}}, hub.bob);
  CHECK(hub.SendCommit("alice/tiny", HeaderLine() + LfsLine("w.bin", Named(content)), hub.alice)
            .status == 200);
}

TEST_CASE("WritingNeedsTheRightAndReadingConsent") {
  Fixture hub;
  const Json nothing = Json::array();
  CHECK(hub.Batch("upload", nothing, hub.bob).status == 403);
  CHECK(hub.Batch("upload", nothing, "").status == 401);
  CHECK(hub.Batch("download", nothing, "").status == 200);
  hub.Call("PUT", "/api/models/alice/tiny/settings", {{"gated", "manual"}}, hub.alice);
  CHECK(hub.Batch("download", nothing, "").status == 401);
  CHECK(hub.Batch("download", nothing, hub.bob).status == 403);
  CHECK(hub.Batch("download", nothing, hub.alice).status == 200);
}

TEST_CASE("BadBatchesAreRefusedInParticular") {
  Fixture hub;
  const auto reply =
      hub.Batch("upload", {{{"oid", "12"}, {"size", 1}}, {{"oid", Oid("x")}, {"size", 1}}},
                hub.alice)
          .Parsed();
  CHECK(reply["objects"][0]["error"]["code"] == 422);
  CHECK(reply["objects"][1].contains("actions"));
  CHECK(hub.Batch("upload", {{{"oid", Oid("x")}, {"size", -1}}}, hub.alice).status == 400);
  CHECK(hub.Batch("upload", {{{"oid", Oid("x")}, {"size", "1"}}}, hub.alice).status == 400);
  CHECK(hub.Batch("upload", 7, hub.alice).status == 400);
  CHECK(hub.Batch("erase", Json::array(), hub.alice).status == 400);
  Json many = Json::array();
  for (int i = 0; i < 1001; ++i) many.push_back({{"oid", Oid("x")}, {"size", 1}});
  CHECK(hub.Batch("upload", many, hub.alice).status == 413);
  const auto locks =
      hub.Call("POST", "/alice/tiny.git/info/lfs/locks/verify", Json::object(), hub.alice);
  CHECK(locks.status == 404);
  CHECK(locks.Parsed()["message"].is_string());
}

TEST_CASE("AnAnswerListsNoMorePartsThanABatchMayHave") {
  Fixture hub;
  Json huge = Json::array();
  for (int i = 0; i < 1000; ++i) {
    huge.push_back({{"oid", Oid(std::to_string(i))}, {"size", std::int64_t{1} << 62}});
  }
  const auto reply = hub.Batch("upload", huge, hub.alice);
  CHECK(reply.body.size() < 20u << 20);
  std::size_t parts = 0;
  const auto answer = reply.Parsed();
  for (const auto& object : answer["objects"]) {
    parts += object["actions"]["upload"]["header"].size() - 1;  // beside chunk_size
  }
  CHECK(parts > 0);
  CHECK(parts <= 11'000);
}

TEST_CASE("LargeFilesComeInParts") {
  Fixture hub([](Config& config) {
    config.upload_multipart_from = {200'000};
    config.upload_part = {100'000};
  });
  const auto content = Noise(250'000, 1);
  const auto upload = hub.One("upload", content, hub.alice)["actions"]["upload"];
  CHECK(upload["header"]["chunk_size"] == "100000");
  CHECK(upload["header"].size() == 4);
  Json parts = Json::array();
  // In any order.
  for (const int number : {3, 1, 2}) {
    const auto bytes = content.substr(static_cast<std::size_t>(number - 1) * 100'000, 100'000);
    const std::string link = upload["header"]["0000" + std::to_string(number)];
    CHECK(hub.Follow("PUT", link, bytes + "x").status == 400);
    const auto reply = hub.Follow("PUT", link, bytes);
    REQUIRE(reply.status == 200);
    parts.push_back({{"partNumber", number}, {"etag", reply.Header("ETag")}});
  }
  const std::string complete = upload["href"];
  const auto finish = [&](const Json& list) {
    return hub.Follow("POST", complete, DumpJson({{"oid", Oid(content)}, {"parts", list}})).status;
  };
  auto swapped = parts;
  std::swap(swapped[0]["etag"], swapped[1]["etag"]);
  CHECK(finish(swapped) == 400);
  auto gap = parts;
  gap[0]["partNumber"] = 4;
  CHECK(finish(gap) == 400);
  CHECK(finish(Json::array({parts[0]})) == 400);
  auto unknown = parts;
  unknown[0]["etag"] = Oid("never sent");
  CHECK(finish(unknown) == 400);
  REQUIRE(finish(parts) == 200);
  CHECK(finish(parts) == 200);  // again, after a lost answer
  // The parts wait no longer, only the file does.
  CHECK(hub.Number("SELECT count(*) FROM repository_file WHERE committed = 0") == 1);
  REQUIRE(hub.SendCommit("alice/tiny", HeaderLine() + LfsLine("w.bin", Named(content)), hub.alice)
              .status == 200);
  CHECK(hub.Read("w.bin") == content);
}

TEST_CASE("AFileTakesNoPartAwayThatIsWantedOtherwiseToo") {
  Fixture hub([](Config& config) {
    config.upload_multipart_from = {200'000};
    config.upload_part = {100'000};
  });
  const auto shared = Noise(100'000, 1);
  const auto sent = [&](const std::string& content) {
    const auto upload = hub.One("upload", content, hub.alice)["actions"]["upload"];
    Json parts = Json::array();
    for (const int number : {1, 2}) {
      const std::string link = upload["header"]["0000" + std::to_string(number)];
      const auto at = static_cast<std::size_t>(number - 1) * 100'000;
      const auto reply = hub.Follow("PUT", link, content.substr(at, 100'000));
      REQUIRE(reply.status == 200);
      parts.push_back({{"partNumber", number}, {"etag", reply.Header("ETag")}});
    }
    return Ask{"POST", upload["href"], "", {}, DumpJson({{"oid", Oid(content)}, {"parts", parts}})};
  };
  const auto status = [&](const Ask& complete) {
    return hub.Follow("POST", complete.target, complete.body).status;
  };
  const auto one = sent(shared + Noise(100'000, 2));
  const auto other = sent(shared + Noise(100'000, 3));
  CHECK(status(one) == 200);
  CHECK(status(other) == 200);

  // A whole file that is a part of another, too, whether it is sent or found here.
  const auto found = Noise(100'000, 4);
  const auto last = sent(found + shared);
  CHECK_FALSE(hub.One("upload", found, hub.alice).contains("actions"));
  CHECK(status(last) == 200);
  CHECK(hub.SendCommit(
               "alice/tiny",
               HeaderLine() + LfsLine("a.bin", Named(shared)) + LfsLine("b.bin", Named(found)),
               hub.alice)
            .status == 200);
}

TEST_CASE("WhatWaitsForItsCommitTakesRoomInTheQuota") {
  Fixture hub([](Config& config) {
    config.quota_default = {100'000};
    config.upload_max_file = {90'000};
  });
  const auto content = Noise(60'000, 1);
  const auto link = hub.UploadLink(content);
  const auto other = hub.UploadLink(Noise(60'000, 2));
  REQUIRE(hub.Follow("PUT", link, content).status == 200);
  CHECK(hub.Follow("PUT", link, content).status == 200);
  const auto refused = hub.Follow("PUT", other, Noise(60'000, 2));
  CHECK(refused.status == 413);
  CHECK(refused.body.find("100000") != std::string::npos);
  const auto batch = hub.Batch("upload", {{{"oid", Oid("x")}, {"size", 50'000}}}, hub.alice);
  CHECK(batch.status == 413);
  CHECK(batch.Parsed()["message"].get<std::string>().find("quota") != std::string::npos);
  const auto huge =
      Json{{{"oid", Oid("x")}, {"size", INT64_MAX}}, {{"oid", Oid("y")}, {"size", INT64_MAX}}};
  CHECK(hub.Batch("upload", huge, hub.alice).status == 413);
  // Above the largest file, by each object.
  Fixture roomy([](Config& config) { config.upload_max_file = {90'000}; });
  const auto large = roomy.Batch("upload", {{{"oid", Oid("x")}, {"size", 90'001}}}, roomy.alice);
  CHECK(large.Parsed()["objects"][0]["error"]["code"] == 413);
}

TEST_CASE("WhatIsPublicTakesRoomWhereItIsCommittedAnew") {
  Fixture hub([](Config& config) { config.quota_default = {100'000}; });
  const auto content = Noise(60'000, 1);
  hub.Create(hub.bob, "open");
  hub.CommitLfs(hub.bob, "bob/open", "w.bin", content);
  const auto other = Noise(60'000, 2);
  const auto link = hub.UploadLink(other);
  const Json here = Json::array({{{"oid", Oid(content)}, {"size", content.size()}}});
  REQUIRE(hub.Batch("upload", here, hub.alice).status == 200);  // it waits
  CHECK(hub.Follow("PUT", link, other).status == 413);
  CHECK(hub.Batch("upload", {{{"oid", Oid(other)}, {"size", 60'000}}}, hub.alice).status == 413);
  CHECK(hub.Batch("upload", here, hub.alice).status == 200);
  Fixture small([](Config& config) { config.quota_default = {70'000}; });
  small.Create(small.bob, "open");
  small.CommitLfs(small.bob, "bob/open", "w.bin", content);
  small.Commit(small.alice, "alice/tiny", {{"a.txt", std::string(20'000, 'a')}});
  CHECK(small.Batch("upload", here, small.alice).status == 413);
  CHECK(small.Number("SELECT count(*) FROM repository_file WHERE committed = 0") == 0);
}

TEST_CASE("WhatWasWrongOrBrokeOffIsBoundedByTheQuota") {
  Fixture hub([](Config& config) { config.quota_default = {1'000'000}; });
  const auto content = Noise(400'000, 1);
  const auto link = hub.UploadLink(content);
  for (const std::uint64_t seed : {2u, 2u, 2u, 3u, 4u}) {
    CHECK(hub.Follow("PUT", link, Noise(400'000, seed)).status == 400);
  }
  const auto refused = hub.Follow("PUT", link, content);
  CHECK(refused.status == 413);
  CHECK(refused.body.find("when this node collects next") != std::string::npos);
  MUST(storage::Collect(hub.node().data().content(), {}));
  CHECK(hub.Follow("PUT", link, content).status == 200);
}

TEST_CASE("WhatIsSentForAHeldFileIsBoundedByTheQuotaToo") {
  Fixture hub([](Config& config) { config.quota_default = {1'000'000}; });
  const auto content = Noise(400'000, 1);
  const auto link = hub.UploadLink(content);
  REQUIRE(hub.Follow("PUT", link, content).status == 200);
  REQUIRE(hub.Follow("PUT", link, content).status == 200);  // again, after a lost answer
  for (const std::uint64_t seed : {2u, 3u}) {
    const auto reply = hub.Follow("PUT", link, Noise(400'000, seed));
    INFO(reply.body);
    CHECK(reply.status == 400);
  }
  CHECK(hub.Follow("PUT", link, Noise(400'000, 4)).status == 413);
  // Under another size it is another file.
  CHECK(hub.Batch("upload", {{{"oid", Oid(content)}, {"size", 50'000'000}}}, hub.alice).status ==
        413);
}

TEST_CASE("PartsInAWrongOrderAreBoundedByTheQuota") {
  Fixture hub([](Config& config) {
    config.quota_default = {700'000};
    config.upload_multipart_from = {200'000};
    config.upload_part = {100'000};
  });
  const auto content = Noise(500'000, 1);
  const auto upload = hub.One("upload", content, hub.alice)["actions"]["upload"];
  std::vector<std::string> etags;
  for (int number = 1; number <= 5; ++number) {
    const auto bytes = content.substr(static_cast<std::size_t>(number - 1) * 100'000, 100'000);
    const auto reply = hub.Follow("PUT", upload["header"]["0000" + std::to_string(number)], bytes);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    etags.emplace_back(reply.Header("ETag"));
  }
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  const auto finish = [&] {
    Json parts = Json::array();
    for (const auto at : order) {
      parts.push_back({{"partNumber", parts.size() + 1}, {"etag", etags[at]}});
    }
    return hub.Follow("POST", upload["href"], DumpJson({{"oid", Oid(content)}, {"parts", parts}}))
        .status;
  };
  std::vector<int> seen;
  while (seen.size() < 20) {
    std::ranges::next_permutation(order);
    seen.push_back(finish());
  }
  CHECK(std::ranges::count(seen, 400) > 0);
  CHECK(seen.back() == 413);
  std::ranges::sort(order);
  MUST(storage::Collect(hub.node().data().content(), {}));
  CHECK(finish() == 200);
}

TEST_CASE("AnUnusedUploadExpiresAndABatchRenewsIt") {
  Fixture hub([](Config& config) { config.storage_collect_every = {0}; });
  const auto content = Noise(1000, 1);
  REQUIRE(hub.Follow("PUT", hub.UploadLink(content), content).status == 200);
  const auto since = hub.Number("SELECT since_ms FROM repository_file WHERE committed = 0");
  hub.clock().Advance(1000);
  hub.One("upload", content, hub.alice);
  CHECK(hub.Number("SELECT since_ms FROM repository_file WHERE committed = 0") == since + 1000);
}
