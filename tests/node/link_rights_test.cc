// Links of LFS batches hold no longer than the rights of who asked for them.

#include "storage/catalog/accounts.h"
#include "storage/catalog/tokens.h"
#include "tests/node/writing_node.h"

using namespace banyan;
using namespace banyan::node;
using storage::Role;

namespace {

const std::string kContent = "sixteen weights!";

struct Fixture : WritingNode {
  explicit Fixture(const std::function<void(Config&)>& change = nullptr) : WritingNode(change) {
    Write([&](storage::Connection& c) -> Status {
      alice_row = TRY(storage::FindNamespace(c, "alice")).row;
      bob_row = TRY(storage::FindNamespace(c, "bob")).row;
      lab_row = TRY(storage::CreateOrganisation(c, {"lab", "", alice_row}, 1)).row;
      return storage::SetMember(c, lab_row, bob_row, Role::Write);
    });
    Create(alice, "lab/tiny");
  }

  void Write(const std::function<Status(storage::Connection&)>& change) {
    MUST(database().Write(change));
  }
  void Revoke(std::int64_t user) {
    Write([&](storage::Connection& c) -> Status {
      for (const auto& token : TRY(storage::ListTokens(c, user))) {
        TRY(storage::RevokeToken(c, user, token.row));
      }
      return Ok();
    });
  }
  Json Object(const std::string& operation, const std::string& content, const std::string& token) {
    const Json object = {{"oid", HashSha256(AsBytes(content)).ToString()},
                         {"size", content.size()}};
    const auto reply = Post("/lab/tiny.git/info/lfs/objects/batch", token,
                            {{"operation", operation},
                             {"transfers", {"basic", "multipart"}},
                             {"objects", Json::array({object})}});
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.Parsed()["objects"][0]["actions"];
  }
  std::string DownloadLink(const std::string& token) {
    return Object("download", kContent, token)["download"]["href"];
  }
  std::int64_t Uploads() { return Number("SELECT count(*) FROM repository_file"); }

  std::int64_t alice_row = 0;
  std::int64_t bob_row = 0;
  std::int64_t lab_row = 0;
};

}  // namespace

TEST_CASE("ARevokedTokenEndsItsUploadLinks") {
  Fixture hub;
  const auto before = hub.Uploads();
  const auto actions = hub.Object("upload", kContent, hub.bob);
  hub.Revoke(hub.bob_row);
  const auto put = hub.Follow("PUT", actions["upload"]["href"], kContent);
  CHECK(put.status == 403);
  CHECK(put.body.find("does not hold any more") != std::string::npos);
  CHECK(hub.Follow("POST", actions["verify"]["href"], "{}").status == 403);
  CHECK(hub.Uploads() == before);
  // Another token of the same user opens nothing of the old one.
  hub.Write([&](storage::Connection& c) -> Status {
    TRY(storage::CreateToken(c, SystemRandom(), {hub.bob_row, "new", Role::Write, {}}, 1));
    return Ok();
  });
  CHECK(hub.Follow("PUT", actions["upload"]["href"], kContent).status == 403);
}

TEST_CASE("AnExpiredTokenEndsItsUploadLinks") {
  Fixture hub;
  std::string token;
  hub.Write([&](storage::Connection& c) -> Status {
    const auto now_ms = hub.clock().NowMs();
    token = TRY(storage::CreateToken(c, SystemRandom(),
                                     {hub.bob_row, "short", Role::Write, now_ms + 1000}, now_ms))
                .text;
    return Ok();
  });
  const std::string link = hub.Object("upload", kContent, token)["upload"]["href"];
  hub.clock().Advance(999);
  CHECK(hub.Follow("PUT", link, "not the content!").status == 400);
  hub.clock().Advance(1);
  CHECK(hub.Follow("PUT", link, kContent).status == 403);
}

TEST_CASE("AMemberWhoLeftCannotFinishAnUpload") {
  Fixture hub([](Config& config) {
    config.upload_multipart_from = {1};
    config.upload_part = {10};
  });
  const auto actions = hub.Object("upload", kContent, hub.bob);
  const auto& upload = actions["upload"];
  const auto part = [&](const char* number, const std::string& content) {
    return hub.Follow("PUT", upload["header"][number], content);
  };
  Json parts = Json::array();
  parts.push_back({{"partNumber", 1}, {"etag", part("00001", "sixteen we").Header("ETag")}});
  SECTION("before a part") {
    hub.Write([&](auto& c) { return storage::RemoveMember(c, hub.lab_row, hub.bob_row); });
    CHECK(part("00002", "ights!").status == 403);
  }
  parts.push_back({{"partNumber", 2}, {"etag", part("00002", "ights!").Header("ETag")}});
  SECTION("before the end") {
    hub.Write([&](auto& c) { return storage::SetMember(c, hub.lab_row, hub.bob_row, Role::Read); });
    const auto before = hub.Uploads();
    CHECK(hub.Follow("POST", upload["href"], DumpJson({{"parts", parts}})).status == 403);
    CHECK(hub.Uploads() == before);
    hub.Write(
        [&](auto& c) { return storage::SetMember(c, hub.lab_row, hub.bob_row, Role::Write); });
    CHECK(hub.Follow("POST", upload["href"], DumpJson({{"parts", parts}})).status == 200);
  }
}

TEST_CASE("ATokenRevokedWhileTheBodyArrivesRecordsNothing") {
  Fixture hub;
  const auto before = hub.Uploads();
  const std::string link = hub.Object("upload", kContent, hub.bob)["upload"]["href"];
  RawClient client(hub.node().port(), /*tls=*/false);
  client.Send("PUT " + link.substr(TestNode::kPublicUrl.size()) +
              " HTTP/1.1\r\nHost: hub.test\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n");
  REQUIRE(client.Read().status == 100);  // the route reads the body: the link was good
  client.Send(kContent.substr(0, 8));
  hub.Revoke(hub.bob_row);
  client.Send(kContent.substr(8));
  CHECK(client.Read().status == 403);
  CHECK(hub.Uploads() == before);
}

TEST_CASE("ADownloadLinkEndsWithTheRightToRead") {
  Fixture hub;
  hub.CommitLfs(hub.alice, "lab/tiny", "w.bin", kContent);
  const auto of_nobody = hub.DownloadLink("");
  const auto of_bob = hub.DownloadLink(hub.bob);
  const auto of_alice = hub.DownloadLink(hub.alice);
  const auto statuses = [&] {
    return std::vector<int>{hub.Follow("GET", of_nobody).status, hub.Follow("GET", of_bob).status,
                            hub.Follow("HEAD", of_alice).status};
  };
  CHECK(statuses() == std::vector<int>{200, 200, 200});
  const std::string settings = "/api/models/lab/tiny/settings";
  REQUIRE(hub.Call("PUT", settings, {{"private", true}}, hub.alice).status == 200);
  CHECK(statuses() == std::vector<int>{403, 200, 200});
  hub.Write([&](auto& c) { return storage::RemoveMember(c, hub.lab_row, hub.bob_row); });
  CHECK(statuses() == std::vector<int>{403, 403, 200});
  const Json gated = {{"private", false}, {"gated", "manual"}};
  REQUIRE(hub.Call("PUT", settings, gated, hub.alice).status == 200);
  CHECK(statuses() == std::vector<int>{403, 403, 200});
  REQUIRE(hub.Call("PUT", settings, {{"gated", false}}, hub.alice).status == 200);
  CHECK(statuses() == std::vector<int>{200, 200, 200});
  hub.Revoke(hub.alice_row);
  CHECK(statuses() == std::vector<int>{200, 200, 403});
}
