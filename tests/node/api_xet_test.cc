// The chunk store for clients of Xet, from the token to the bytes.

#include "storage/content/collector.h"
#include "storage/content/merkle.h"
#include "tests/node/writing_node.h"
#include "tests/support/chunks.h"
#include "tests/support/store_fixture.h"
#include "tests/support/xet.h"

using namespace banyan;
using namespace banyan::node;
using banyan::tests::Cut;
using banyan::tests::Noise;
using banyan::tests::ShardBody;
using banyan::tests::WholeXorb;

namespace {

std::string Text(const Bytes& bytes) { return std::string(AsText(bytes)); }

struct Fixture : WritingNode {
  explicit Fixture(const std::function<void(Config&)>& change = nullptr) : WritingNode(change) {
    Create(alice, "tiny");
  }

  std::string XetToken(const std::string& right, const std::string& token,
                       const std::string& id = "alice/tiny") {
    const auto reply = Get("/api/models/" + id + "/xet-" + right + "-token/main", token);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    CHECK(reply.Parsed()["casUrl"] == std::string(kPublicUrl) + "/xet");
    CHECK(reply.Parsed()["accessToken"] == reply.Header("X-Xet-Access-Token"));
    return reply.Parsed()["accessToken"];
  }
  Reply Store(const std::string& method, const std::string& path, const std::string& token,
              std::vector<HeaderList::Field> headers = {}, std::string body = "") {
    return Send({method, "/xet/" + path, token, std::move(headers), std::move(body)});
  }
  Reply Terms(const FileHash& file, const std::string& token, const std::string& range = "",
              const std::string& version = "v2") {
    std::vector<HeaderList::Field> headers;
    if (!range.empty()) headers.emplace_back("Range", "bytes=" + range);
    return Store("GET", version + "/reconstructions/" + file.ToString(), token, headers);
  }
  // Commits `content` by LFS as a file of main.
  FileHash CommitFile(const std::string& content, const std::string& id = "alice/tiny") {
    const auto sha256 = Upload(id, content);
    REQUIRE(SendCommit(id, HeaderLine() + LfsLine("w.bin", sha256), alice).status == 200);
    return storage::HashFile(Cut(AsBytes(content)));
  }
  Reply PutXorb(const Bytes& data, const std::string& token) {
    return PutXorb(data, Cut(data), token);
  }
  Reply PutXorb(const Bytes& data, const storage::ChunkList& chunks, const std::string& token) {
    return Store("POST", "v1/xorbs/default/" + storage::HashXorb(chunks).ToString(), token, {},
                 Text(tests::XorbBody(data, chunks, storage::XorbScheme::Lz4)));
  }
  static std::string Shard(const Bytes& data) { return Shard(data, Cut(data)); }
  static std::string Shard(const Bytes& data, const storage::ChunkList& chunks) {
    return Text(ShardBody({{WholeXorb(data, chunks)}, {{storage::HashXorb(chunks), chunks}}}));
  }
};

// The bytes that a client makes of an answer of version 2.
Bytes Rebuild(Fixture& hub, const Json& terms) {
  std::map<std::string, std::vector<Bytes>> xorbs;
  std::map<std::string, std::size_t> first;
  for (const auto& [hash, entries] : terms["xorbs"].items()) {
    REQUIRE(entries.size() == 1);
    const auto& range = entries[0]["ranges"][0];
    const std::string url = entries[0]["url"];
    REQUIRE(url.starts_with(TestNode::kPublicUrl));
    const auto reply = hub.Send({"GET",
                                 url.substr(TestNode::kPublicUrl.size()),
                                 "",
                                 {{"Range", "bytes=" + range["bytes"]["start"].dump() + "-" +
                                                range["bytes"]["end"].dump()}},
                                 ""});
    REQUIRE(reply.status == 206);
    storage::XorbReader reader(tests::InPieces(AsBytes(reply.body)));
    while (const auto raw = MUST(reader.Next())) xorbs[hash].emplace_back(raw->begin(), raw->end());
    first[hash] = range["chunks"]["start"];
  }
  Bytes all;
  for (const auto& term : terms["terms"]) {
    const std::string hash = term["hash"];
    for (std::size_t i = term["range"]["start"]; i < term["range"]["end"]; ++i) {
      const Bytes& raw = xorbs[hash].at(i - first[hash]);
      all.insert(all.end(), raw.begin(), raw.end());
    }
  }
  const std::size_t skip = terms["offset_into_first_range"];
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(skip));
  return all;
}

}  // namespace

TEST_CASE("AFileIsReadOverXetInWholeAndInRanges") {
  Fixture hub;
  const Bytes data = Noise(3'000'000, 1);
  const auto file = hub.CommitFile(Text(data));
  const auto head = hub.Head("/alice/tiny/resolve/main/w.bin");
  CHECK(head.Header("X-Xet-Hash") == file.ToString());
  CHECK(head.Header("Link").find("rel=\"xet-auth\"") != std::string::npos);
  const auto token = hub.XetToken("read", "");
  CHECK(Rebuild(hub, hub.Terms(file, token).Parsed()) == data);
  // Clients ask for windows, the second of which is past the end of most files.
  const auto window = hub.Terms(file, token, "0-255999999");
  REQUIRE(window.status == 200);
  CHECK(Rebuild(hub, window.Parsed()) == data);
  CHECK(hub.Terms(file, token, "3000000-18446744073709551614").status == 416);
  const auto part = Rebuild(hub, hub.Terms(file, token, "1234567-1300000").Parsed());
  REQUIRE(part.size() >= 1300001 - 1234567);
  CHECK(std::equal(part.begin(), part.begin() + (1300001 - 1234567), data.begin() + 1234567));
  CHECK(hub.Store("HEAD", "v1/files/" + file.ToString(), token).Header("Content-Length") ==
        "3000000");
}

TEST_CASE("ARangeThatIsNoneIsNeverAnsweredWithTheWholeFile") {
  Fixture hub;
  const auto file = hub.CommitFile(Text(Noise(300'000, 14)));
  const auto token = hub.XetToken("read", "");
  for (const std::string version : {"v1", "v2"}) {
    for (const std::string range : {"bytes=9-2", "bytes=", "bytes=-", "bytes=x-9", "bytes=0x1-9",
                                    "bytes=0-1,5-6", "items=0-9", "0-9", "nonsense"}) {
      INFO(version << " " << range);
      const auto reply = hub.Store("GET", version + "/reconstructions/" + file.ToString(), token,
                                   {{"Range", range}});
      CHECK(reply.status == 400);
      CHECK(reply.body.find("Range: expected") != std::string::npos);
    }
    CHECK(hub.Terms(file, token, "0-", version).status == 200);
    CHECK(hub.Terms(file, token, "-9", version).status == 200);
    CHECK(hub.Terms(file, token, "-0", version).status == 416);
    const FileHash unknown = storage::HashFile(Cut(Noise(10, 1)));
    CHECK(hub.Terms(unknown, token, "9-2", version).status == 404);
  }
}

TEST_CASE("BothVersionsAndAllNamesOfARouteSayTheSame") {
  Fixture hub;
  const auto file = hub.CommitFile(Text(Noise(500'000, 2)));
  const auto token = hub.XetToken("read", "");
  const auto newest = hub.Terms(file, token).Parsed();
  const auto old = hub.Terms(file, token, "", "v1").Parsed();
  CHECK(old["terms"] == newest["terms"]);
  for (const auto& [hash, entries] : old["fetch_info"].items()) {
    const auto& range = newest["xorbs"][hash][0]["ranges"][0];
    CHECK(entries[0]["range"] == range["chunks"]);
    CHECK(entries[0]["url_range"] == range["bytes"]);
    CHECK(entries[0]["url"] == newest["xorbs"][hash][0]["url"]);
  }
  for (const std::string name : {"reconstructions/", "reconstruction/"}) {
    const auto reply = hub.Store("GET", name + file.ToString(), token);
    CHECK(reply.Parsed()["terms"] == old["terms"]);
  }
  const auto many =
      hub.Store("GET", "v1/reconstructions?file_id=" + file.ToString(), token).Parsed();
  CHECK(many["files"][file.ToString()] == old["terms"]);
  CHECK(many["fetch_info"].size() == old["fetch_info"].size());
  const auto empty = hub.Terms(FileHash(), token, "0-100");
  CHECK(empty.status == 200);
  CHECK(empty.Parsed()["terms"].empty());
}

TEST_CASE("ATokenIsForOneRepositoryAndOneRight") {
  Fixture hub;
  hub.Create(hub.alice, "other");
  const auto file = hub.CommitFile(Text(Noise(300'000, 3)));
  const auto other = hub.XetToken("read", hub.alice, "alice/other");
  const auto read = hub.XetToken("read", hub.alice);
  CHECK(hub.Terms(file, read).status == 200);
  CHECK(hub.Terms(file, "").status == 401);
  CHECK(hub.Terms(file, hub.alice).status == 401);
  CHECK(hub.PutXorb(Noise(1000, 1), read).status == 401);
  CHECK(hub.Get("/api/models/alice/tiny/xet-write-token/main", hub.bob).status == 403);
  CHECK(hub.Get("/api/models/alice/tiny/xet-write-token/main").status == 401);
  // It says nothing to the other routes.
  CHECK(hub.Get("/api/whoami-v2", read).status == 401);
  for (std::size_t i = 0; i < read.size(); i += 7) {
    std::string forged = read;
    forged[i] = forged[i] == '1' ? '2' : '1';
    CHECK(hub.Terms(file, forged).status == 401);
  }
  // A file that everybody may read is read by any token, a private one by its repository's.
  CHECK(hub.Terms(file, other).status == 200);
  hub.Call("PUT", "/api/models/alice/tiny/settings", {{"private", true}}, hub.alice);
  CHECK(hub.Terms(file, other).status == 404);
  CHECK(hub.Terms(file, read).status == 200);
  hub.clock().Advance(3'600'001);
  CHECK(hub.Terms(file, read).status == 401);
}

TEST_CASE("ALinkGivesTheBytesItIsSignedFor") {
  Fixture hub;
  const Bytes data = Noise(1'000'000, 4);
  const auto file = hub.CommitFile(Text(data));
  const auto token = hub.XetToken("read", hub.alice);
  const auto terms = hub.Terms(file, token, "300000-400000").Parsed();
  const auto entry = terms["xorbs"].begin().value()[0];
  const std::string link = std::string(entry["url"]).substr(TestNode::kPublicUrl.size());
  const std::uint64_t from = entry["ranges"][0]["bytes"]["start"];
  const std::uint64_t last = entry["ranges"][0]["bytes"]["end"];
  REQUIRE(from > 0);
  const auto fetch = [&](const std::string& target, std::uint64_t a, std::uint64_t b) {
    const auto range = "bytes=" + std::to_string(a) + "-" + std::to_string(b);
    return hub.Send({"GET", target, "", {{"Range", range}}, ""}).status;
  };
  CHECK(fetch(link, from, last) == 206);
  CHECK(fetch(link, from + 10, last - 10) == 206);
  CHECK(fetch(link, from - 1, last) == 403);
  CHECK(fetch(link, from, last + 1) == 403);
  CHECK(hub.Get(link).status == 403);  // the whole xorb
  const auto wider = [&](const std::string& old, const std::string& changed) {
    std::string target = link;
    const auto at = target.find(old);
    REQUIRE(at != target.npos);
    return target.replace(at, old.size(), changed);
  };
  CHECK(fetch(wider("bytes=" + std::to_string(from), "bytes=0"), 0, last) == 403);
  CHECK(fetch(wider("&grant=0.", "&grant=1."), from, last) == 403);
  CHECK(fetch(wider("/0-", "/1-"), from, last) == 403);
  hub.Call("PUT", "/api/models/alice/tiny/settings", {{"private", true}}, hub.alice);
  CHECK(fetch(link, from, last) == 206);  // alice may read it still
  hub.clock().Advance(3'600'001);
  CHECK(fetch(link, from, last) == 403);
}

TEST_CASE("AnUploadOverXetGoesFromTheTokenToTheCommit") {
  Fixture hub;
  const auto token = hub.XetToken("write", hub.alice);
  const Bytes data = Noise(2'000'000, 5);
  const auto xorb = storage::HashXorb(Cut(data)).ToString();
  CHECK(hub.Store("GET", "v1/chunks/default/" + Cut(data)[0].id.ToString(), token).status == 404);
  CHECK(hub.Store("HEAD", "v1/xorbs/default/" + xorb, token).status == 404);
  for (const std::string version : {"v1", "v2"}) {  // clients take 404 for a node without the route
    const auto early = hub.Store("POST", version + "/shards", token, {}, Fixture::Shard(data));
    CHECK(early.status == 400);
    CHECK(early.body.find(xorb + " is not known here") != std::string::npos);
  }
  CHECK(hub.PutXorb(data, token).Parsed()["was_inserted"] == true);
  CHECK(hub.PutXorb(data, token).Parsed()["was_inserted"] == false);
  CHECK(hub.Store("HEAD", "v1/xorbs/default/" + xorb, token).status == 200);
  const auto taken = hub.Store("POST", "v2/shards", token, {}, Fixture::Shard(data));
  REQUIRE(taken.status == 200);
  CHECK(taken.body.ends_with("{\"type\":\"result\"}\n"));
  // Again, as after an answer that was lost.
  CHECK(hub.Store("POST", "v1/shards", token, {}, Fixture::Shard(data)).Parsed()["result"] == 1);
  REQUIRE(hub.SendCommit("alice/tiny", HeaderLine() + LfsLine("w.bin", HashSha256(data)), hub.alice)
              .status == 200);
  CHECK(hub.Get("/alice/tiny/resolve/main/w.bin").body == Text(data));
  const auto shown = hub.Store("GET", "v1/chunks/default/" + Cut(data)[0].id.ToString(), token);
  REQUIRE(shown.status == 200);
  CHECK(shown.body.size() > 248);
  const auto items = hub.Get("/api/models/alice/tiny/tree/main").Parsed();
  for (const auto& item : items) {
    if (item["path"] == "w.bin") CHECK(item["xetHash"] == storage::HashFile(Cut(data)).ToString());
  }
}

TEST_CASE("WhatIsWrongWithAnUploadIsSaid") {
  Fixture hub([](Config& config) { config.upload_max_file = ByteSize{1'500'000}; });
  const auto token = hub.XetToken("write", hub.alice);
  const Bytes data = Noise(1'000'000, 6);
  REQUIRE(hub.PutXorb(data, token).status == 200);
  const auto post = [&](const std::string& version, const std::string& body) {
    return hub.Store("POST", version + "/shards", token, {}, body);
  };
  auto poisoned = WholeXorb(data, Cut(data));
  poisoned.sha256 = HashSha256(AsBytes("somebody else's"));
  const auto bad = Text(ShardBody({{poisoned}, {}}));
  CHECK(post("v1", bad).status == 400);
  const auto frames = post("v2", bad);
  CHECK(frames.status == 200);
  CHECK(frames.body.find("\"type\":\"error\"") != std::string::npos);
  CHECK(frames.body.find("wrong SHA-256") != std::string::npos);
  // A file of a xorb that nobody sent, in a shard that lists none.
  const Bytes unsent = Noise(500'000, 8);
  const auto lacking = Text(ShardBody({{WholeXorb(unsent, Cut(unsent))}, {}}));
  CHECK(post("v1", lacking).status == 400);
  const auto lacks = post("v2", lacking);
  CHECK(lacks.status == 200);
  CHECK(lacks.body.find("is not known here") != std::string::npos);
  CHECK(lacks.body.find("\"retryable\":false") != std::string::npos);
  CHECK(post("v1", "HFRepo").status == 400);
  CHECK(hub.Store("POST", "v1/xorbs/default/zz", token, {}, "x").status == 400);
  const auto other = storage::HashXorb(Cut(Noise(10, 1))).ToString();
  CHECK(hub.Store("POST", "v1/xorbs/default/" + other, token, {}, "x").status == 400);
  CHECK(hub.SendCommit("alice/tiny", HeaderLine() + LfsLine("w.bin", HashSha256(data)), hub.alice)
            .status == 400);
  const Bytes large = Noise(1'600'000, 7);
  REQUIRE(hub.PutXorb(large, token).status == 200);
  CHECK(post("v1", Fixture::Shard(large)).status == 413);
}

TEST_CASE("TheBatchOfLfsLeadsToTheChunkStore") {
  Fixture hub;
  const auto batch = [&](const Json& transfers) {
    const Json body = {{"operation", "upload"},
                       {"transfers", transfers},
                       {"objects", {{{"oid", HashSha256(AsBytes("x")).ToString()}, {"size", 1}}}}};
    return hub.Post("/alice/tiny.git/info/lfs/objects/batch", hub.alice, body).Parsed();
  };
  CHECK(batch({"basic", "multipart"})["transfer"] == "basic");
  const auto answer = batch({"basic", "multipart", "xet"});
  CHECK(answer["transfer"] == "xet");
  const auto& upload = answer["objects"][0]["actions"]["upload"];
  const std::string token = upload["header"]["X-Xet-Access-Token"];
  CHECK(hub.PutXorb(Noise(1000, 1), token).status == 200);
  const std::string refresh = upload["href"];
  CHECK(hub.Get(refresh.substr(TestNode::kPublicUrl.size()), hub.alice).status == 200);
}

TEST_CASE("ANodeWithoutXetNamesItNowhere") {
  Fixture hub([](Config& config) { config.xet_enabled = false; });
  const auto file = hub.CommitFile(Text(Noise(300'000, 8)));
  const auto head = hub.Head("/alice/tiny/resolve/main/w.bin");
  CHECK(head.Header("X-Xet-Hash") == "(none)");
  CHECK(head.Header("Link") == "(none)");
  CHECK(hub.Get("/api/models/alice/tiny/tree/main").body.find("xetHash") == std::string::npos);
  CHECK(hub.Get("/api/models/alice/tiny/xet-read-token/main").status == 404);
  CHECK(hub.Store("GET", "v1/reconstructions/" + file.ToString(), "").status == 404);
  const auto info = hub.Get("/api/models/alice/tiny?expand=xetEnabled").Parsed();
  CHECK(info["xetEnabled"] == false);
}

TEST_CASE("ATokenEndsWithTheRightItStoodFor") {
  Fixture hub;
  const auto file = hub.CommitFile(Text(Noise(300'000, 9)));
  hub.Call("PUT", "/api/models/alice/tiny/settings", {{"private", true}}, hub.alice);
  const auto write = hub.XetToken("write", hub.alice);
  CHECK(hub.Terms(file, write).status == 200);
  MUST(hub.database().Write([](storage::Connection& c) {
    return c.Execute(
        "DELETE FROM token WHERE user = (SELECT id FROM namespace"
        " WHERE name = 'alice')");
  }));
  CHECK(hub.Terms(file, write).status == 401);
  CHECK(hub.PutXorb(Noise(1000, 1), write).status == 401);
}

TEST_CASE("WhatIsSaidOfAFileIsNeverTakenForIt") {
  Fixture hub;
  const auto file = hub.CommitFile(Text(Noise(300'000, 10)));
  const std::string kind = "application/vnd.xet-fileinfo+json";
  const auto get = [&](std::vector<HeaderList::Field> headers) {
    return hub.Send({"GET", "/alice/tiny/resolve/main/w.bin", "", std::move(headers), ""});
  };
  const auto told = get({{"Accept", kind}});
  REQUIRE(told.status == 200);
  CHECK(told.Parsed()["hash"] == file.ToString());
  CHECK(told.Header("Content-Type").starts_with(kind));
  CHECK(told.Header("Cache-Control") == "private, no-store");
  CHECK(told.Header("ETag") == "(none)");
  CHECK(told.Header("Vary").find("Accept") != std::string::npos);
  const auto whole = get({});
  CHECK(whole.body.size() == 300'000);
  CHECK(whole.Header("Vary").find("Accept") != std::string::npos);
}

TEST_CASE("WhoMayWriteDoesNotReadWhatIsWithheld") {
  Fixture hub;
  const Bytes data = Noise(300'000, 11);
  const auto file = hub.CommitFile(Text(data));
  const auto write = hub.XetToken("write", hub.alice);
  const std::string chunk = "v1/chunks/default/" + Cut(data)[0].id.ToString();
  CHECK(hub.Store("GET", chunk, write).status == 200);
  const Json removed = {{"status", "removed"}, {"reason", "court"}, {"scope", {"KE"}}};
  hub.Call("PUT", "/api/models/alice/tiny/standing", removed, hub.alice);
  CHECK(hub.Store("GET", chunk, write).status == 404);  // clients send it then
  CHECK(hub.Terms(file, write).status == 451);
}

TEST_CASE("ReadersAreToldNothingOfXorbs") {
  Fixture hub;
  const Bytes data = Noise(300'000, 12);
  hub.CommitFile(Text(data));
  const std::string xorb = "v1/xorbs/default/" + storage::HashXorb(Cut(data)).ToString();
  const auto write = hub.XetToken("write", hub.alice);
  REQUIRE(hub.PutXorb(data, write).status == 200);
  CHECK(hub.Store("HEAD", xorb, write).status == 200);
  for (const auto& token : {hub.XetToken("read", hub.alice), hub.XetToken("read", "")}) {
    CHECK(hub.Store("HEAD", xorb, token).status == 404);
    CHECK(hub.Store("GET", "v1/chunks/default/" + Cut(data)[0].id.ToString(), token).status == 404);
  }
}

TEST_CASE("XorbsThatNoFileUsesAreBoundedByTheQuota") {
  Fixture hub([](Config& config) { config.quota_default = {1'000'000}; });
  const auto token = hub.XetToken("write", hub.alice);
  const Bytes data = Noise(600'000, 14);
  REQUIRE(hub.PutXorb(data, token).status == 200);
  const auto refused = hub.PutXorb(Noise(600'000, 15), token);
  CHECK(refused.status == 413);
  INFO(refused.body);
  CHECK(refused.body.find("finish the uploads") != std::string::npos);
  REQUIRE(hub.Store("POST", "v1/shards", token, {}, Fixture::Shard(data)).status == 200);
  CHECK(hub.PutXorb(Noise(300'000, 16), token).status == 200);
}

TEST_CASE("AShardOfAnotherCutNeedsRoomForWhatIsLoose") {
  Fixture hub([](Config& config) { config.quota_default = {1'000'000}; });
  const auto token = hub.XetToken("write", hub.alice);
  const Bytes other = Noise(300'000, 20);
  const Bytes same = Noise(200'000, 21);
  const auto cut = tests::CutEvenly(other, 10'000);
  REQUIRE(hub.PutXorb(other, cut, token).status == 200);
  REQUIRE(hub.PutXorb(same, token).status == 200);
  hub.BreakOff("alice/tiny", Noise(600'000, 22));  // more than there was room for
  const auto post = [&](const std::string& version, const std::string& body) {
    return hub.Store("POST", version + "/shards", token, {}, body);
  };
  CHECK(post("v1", Fixture::Shard(other, cut)).status == 413);
  const auto frames = post("v2", Fixture::Shard(other, cut)).body;
  CHECK(frames.find("\"type\":\"error\"") != std::string::npos);
  CHECK(frames.find("finish the uploads") != std::string::npos);
  CHECK(post("v1", Fixture::Shard(same)).status == 200);  // which lets go of its places
  MUST(storage::Collect(hub.node().data().content(), {}));
  CHECK(post("v1", Fixture::Shard(other, cut)).status == 200);
}

TEST_CASE("AFileThatIsNamedTwiceIsAnsweredOnce") {
  Fixture hub;
  const auto file = hub.CommitFile(Text(Noise(300'000, 13)));
  std::string path = "v1/reconstructions?file_id=" + file.ToString();
  for (int i = 0; i < 100; ++i) path += "&file_id=" + file.ToString();
  const auto reply = hub.Store("GET", path, hub.XetToken("read", ""));
  REQUIRE(reply.status == 200);
  CHECK(reply.Parsed()["files"].size() == 1);
  CHECK(reply.Parsed()["files"][file.ToString()].size() == 1);
}

TEST_CASE("WhatTheClientTellsOfItselfNeedsNoTokenOfOurs") {
  Fixture hub;
  for (const std::string path : {"/xet/v1/telemetry", "/xet/telemetry", "/v1/telemetry"}) {
    CHECK(hub.Send({"POST", path, hub.XetToken("read", ""), {}, "{}"}).status == 200);
  }
}

TEST_CASE("VeryLargeFilesGoByLfs") {
  Fixture hub;
  const auto transfer = [&](std::uint64_t size) {
    const Json object = {{"oid", HashSha256(AsBytes("x")).ToString()}, {"size", size}};
    const Json body = {
        {"operation", "upload"}, {"transfers", {"basic", "xet"}}, {"objects", {object}}};
    return hub.Post("/alice/tiny.git/info/lfs/objects/batch", hub.alice, body).Parsed()["transfer"];
  };
  CHECK(transfer(std::uint64_t{64} << 30) == "xet");
  CHECK(transfer((std::uint64_t{64} << 30) + 1) == "basic");
}
