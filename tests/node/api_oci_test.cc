// GGUF models as ollama pulls them.
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

// A file of that format with no tensors; `salt` makes it another one.
std::string Gguf(char salt) {
  std::string file("GGUF\3\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 24);
  const std::string key = "general.architecture";
  file += std::string("\x14\0\0\0\0\0\0\0", 8) + key;       // its length
  file += std::string("\x08\0\0\0\x05\0\0\0\0\0\0\0", 12);  // a text of five bytes
  return file + "llam" + salt;
}

struct Fixture {
  TestNode node;
  std::string alice = node.NewUser("alice");

  Fixture() {
    node.Create(alice, "m");
    node.Commit(alice, "alice/m", {{"LICENSE", "MIT License"}, {"params", "{\"stop\":[\"x\"]}"}});
    for (const auto* name : {"m-Q4_K_M.gguf", "m-Q8_0.gguf"}) {
      node.CommitLfs(alice, "alice/m", name, Gguf(name[3]));
    }
    node.CommitLfs(alice, "alice/m", "big-00001-of-00002.gguf", Gguf('1'));
  }
  Reply Get(const std::string& path, const std::string& token = "") const {
    return node.Get("/v2/alice/m/" + path, token);
  }
  Reply Blob(const Json& descriptor) const {
    return Get("blobs/" + descriptor["digest"].get<std::string>());
  }
};

std::string DigestOf(const std::string& content) {
  return "sha256:" + HashSha256(AsBytes(content)).ToString();
}

}  // namespace

TEST_CASE("AManifestNamesTheFilesOfATag") {
  Fixture f;
  const auto reply = f.Get("manifests/latest");
  REQUIRE(reply.status == 200);
  CHECK(reply.Header("Content-Type") == "application/vnd.docker.distribution.manifest.v2+json");
  CHECK(reply.Header("Docker-Content-Digest") == DigestOf(reply.body));
  const auto json = reply.Parsed();
  CHECK(json["schemaVersion"] == 2);
  CHECK(json["ggufFile"]["rfilename"] == "m-Q4_K_M.gguf");
  REQUIRE(json["layers"].size() == 3);
  CHECK(json["layers"][0] == Json({{"mediaType", "application/vnd.ollama.image.model"},
                                   {"digest", DigestOf(Gguf('4'))},
                                   {"size", Gguf('4').size()}}));
  CHECK(json["layers"][1]["mediaType"] == "application/vnd.ollama.image.params");
  CHECK(json["layers"][2]["digest"] == DigestOf("MIT License"));
  CHECK(f.Get("manifests/q8_0").Parsed()["layers"][0]["digest"] == DigestOf(Gguf('8')));
}

TEST_CASE("EveryBlobOfAManifestIsServed") {
  Fixture f;
  for (const auto* tag : {"latest", "Q8_0"}) {
    const auto json = f.Get("manifests/" + std::string(tag)).Parsed();
    auto blobs = json["layers"];
    blobs.push_back(json["config"]);
    for (const auto& descriptor : blobs) {
      const auto blob = f.Blob(descriptor);
      CHECK(blob.status == 200);
      CHECK(descriptor["digest"] == DigestOf(blob.body));
      CHECK(descriptor["size"] == blob.body.size());
      // Where ollama goes on; without it, it gives up.
      CHECK(blob.Header("Location")
                .ends_with("/v2/alice/m/blobs/" + descriptor["digest"].get<std::string>()));
    }
    const auto config = f.Blob(json["config"]).Parsed();
    CHECK(config["model_format"] == "gguf");
    CHECK(config["file_type"] == (std::string(tag) == "latest" ? "Q4_K_M" : "Q8_0"));
  }
  const auto part = f.node.Send(
      {"GET", "/v2/alice/m/blobs/" + DigestOf(Gguf('8')), "", {{"Range", "bytes=0-3"}}, {}});
  CHECK(part.status == 206);
  CHECK(part.body == "GGUF");
}

TEST_CASE("WhatCannotBePulledIsExplained") {
  Fixture f;
  const auto none = f.Get("manifests/Q2_K");
  CHECK(none.status == 404);
  CHECK(none.Header("X-Error-Message").find("m-Q8_0.gguf") != std::string::npos);
  const auto parts = f.Get("manifests/big");
  CHECK(parts.status == 400);
  CHECK(parts.Header("X-Error-Message").find("2 parts") != std::string::npos);
  const auto llama =
      f.node.Send({"GET", "/v2/alice/m/manifests/big", "", {{"User-Agent", "llama-cpp"}}, {}});
  CHECK(llama.Parsed()["ggufFile"]["rfilename"] == "big-00001-of-00002.gguf");
  CHECK(f.Get("blobs/" + DigestOf("what nobody has")).status == 404);
  CHECK(f.Get("blobs/sha256:12").status == 400);
  CHECK(f.Get("blobs/md5:12").status == 400);
}

TEST_CASE("APrivateModelLooksLikeNoneToOllama") {
  Fixture f;
  f.node.Create(f.alice, "mine", {{"private", true}});
  f.node.CommitLfs(f.alice, "alice/mine", "x.gguf", Gguf('x'));
  const auto hidden = f.node.Get("/v2/alice/mine/manifests/latest");
  const auto absent = f.node.Get("/v2/alice/none/manifests/latest");
  CHECK(hidden.status == 404);
  CHECK(hidden.body == absent.body);
  CHECK(hidden.Header("WWW-Authenticate") == "(none)");
  CHECK(f.node.Get("/v2/alice/mine/blobs/" + DigestOf(Gguf('x'))).status == 404);
  CHECK(f.node.Get("/v2/alice/mine/manifests/latest", f.alice).status == 200);
  // llama.cpp says itself what 401 means.
  CHECK(
      f.node.Send({"GET", "/v2/alice/mine/manifests/latest", "", {{"User-Agent", "llama-cpp"}}, {}})
          .status == 401);
}
