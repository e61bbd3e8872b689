#include "tests/node/test_node.h"
#include "tests/support/gguf_bytes.h"
#include "tests/support/safetensors_bytes.h"

using namespace banyan;
using namespace banyan::node;

namespace {

std::vector<std::string> Ids(const Reply& reply) {
  std::vector<std::string> ids;
  for (const auto& item : reply.Parsed()) ids.push_back(item["id"]);
  return ids;
}

using Names = std::vector<std::string>;

struct Fixture {
  TestNode node;
  std::string alice = node.NewUser("alice");
  std::string bob = node.NewUser("bob");
  Fixture() {
    node.Create(alice, "first");
    node.clock().Advance(1000);
    node.Create(bob, "second");
    node.clock().Advance(1000);
    node.Create(alice, "hidden", {{"private", true}});
    node.clock().Advance(1000);
    node.Commit(alice, "alice/first",
                {{"README.md", "---\nlicense: mit\nlanguage: en\n---\nParrot voices\n"}});
  }
};

}  // namespace

TEST_CASE("ListsShowWhatTheCallerMaySee") {
  Fixture fixture;
  CHECK(Ids(fixture.node.Get("/api/models")) == Names{"alice/first", "bob/second"});
  CHECK(Ids(fixture.node.Get("/api/models", fixture.alice)) ==
        Names{"alice/first", "alice/hidden", "bob/second"});
  CHECK(fixture.node.Get("/api/datasets").Parsed() == Json::array());
}

TEST_CASE("ListsFilterAndSort") {
  Fixture fixture;
  const auto list = [&](const std::string& query) {
    return Ids(fixture.node.Get("/api/models?" + query));
  };
  CHECK(list("author=Alice") == Names{"alice/first"});
  CHECK(list("search=parrot") == Names{"alice/first"});
  CHECK(list("filter=license:mit&filter=en") == Names{"alice/first"});
  CHECK(list("filter=license%3Amit%2Clanguage%3Aen") == Names{"alice/first"});
  CHECK(list("filter=license:apache-2.0").empty());
  for (const auto* licence : {"mit", "MIT", "MIT%20License"}) {
    CHECK(list(std::string("license=") + licence) == Names{"alice/first"});
  }
  CHECK(list("license=apache-2.0").empty());
  CHECK(list("license=MIT%20AND%20Apache-2.0").empty());
  CHECK(list("sort=createdAt&direction=-1") == Names{"bob/second", "alice/first"});
  CHECK(list("sort=createdAt&direction=1") == Names{"alice/first", "bob/second"});
  CHECK(list("limit=1") == Names{"alice/first"});
  CHECK(list("gated=true").empty());
  CHECK(list("unknown=x").size() == 2);
}

TEST_CASE("WeightsAreListedByWhatTheySay") {
  Fixture fixture;
  const auto list = [&](const std::string& query) {
    return Ids(fixture.node.Get("/api/models?" + query));
  };
  const auto weights = SafetensorsBytes(
      "{\"__metadata__\":{\"format\":\"pt\"},"
      "\"w\":{\"dtype\":\"BF16\",\"shape\":[1000],\"data_offsets\":[0,2000]}}",
      Bytes(2000));
  fixture.node.CommitLfs(fixture.alice, "alice/first", "model.safetensors",
                         std::string(AsText(weights)));
  GgufBytes gguf;
  gguf.Counts(0, 2).Key("general.architecture", "llama").Key("general.file_type", 15);
  fixture.node.CommitLfs(fixture.bob, "bob/second", "tiny.gguf", std::string(AsText(gguf.bytes())));
  const Names first{"alice/first"};
  const Names second{"bob/second"};
  for (const char* query :
       {"filter=safetensors", "dtype=BF16", "dtype=bf16", "filter=dtype:bf16", "search=bf16",
        "num_parameters=min:1K,max:1K", "num_parameters=min:0.5K",
        "dtype=bf16&num_parameters=max:1B&filter=safetensors"}) {
    INFO(query);
    CHECK(list(query) == first);
  }
  for (const char* query :
       {"filter=gguf", "dtype=Q4_K_M", "architecture=llama", "architecture=LLAMA&dtype=q4_k_m",
        "search=Q4_K_M", "search=llama", "num_parameters=max:10"}) {
    INFO(query);
    CHECK(list(query) == second);
  }
  for (const char* query : {"dtype=f32", "dtype=bf16,f32", "architecture=bert",
                            "dtype=bf16&architecture=llama", "num_parameters=min:1001"}) {
    INFO(query);
    CHECK(list(query).empty());
  }
  CHECK(list("dtype=").size() == 2);
  const auto info = fixture.node.Get("/api/models/alice/first").Parsed();
  CHECK(info["safetensors"] ==
        Json{{"parameters", {{"BF16", 1000}}}, {"total", 1000}, {"metadata", {{"format", "pt"}}}});
}

TEST_CASE("AFilterOfWhatNobodyKnowsHereIsNotLeftOut") {
  Fixture fixture;
  for (const std::string query : {"inference=warm", "inference_provider=all",
                                  "author=alice&inference_provider=x&inference_provider=y"}) {
    INFO(query);
    const auto reply = fixture.node.Get("/api/models?" + query);
    CHECK(reply.status == 200);
    CHECK(reply.Parsed() == Json::array());
    CHECK(reply.Header("Link") == "(none)");
  }
  CHECK(Ids(fixture.node.Get("/api/models?inference=&inference_provider=&apps=")).size() == 2);
  CHECK(fixture.node.Get("/api/models?inference=warm&sort=size").status == 400);
  const auto apps = fixture.node.Get("/api/models?apps=ollama&apps=vllm");
  CHECK(apps.status == 400);
  CHECK(apps.Header("X-Error-Message").find("apps: ") == 0);
}

TEST_CASE("AWrongQueryIsSaidSo") {
  Fixture fixture;
  for (const char* query : {"sort=size", "limit=x", "cursor=x", "num_parameters=x",
                            "dtype=a,b,c,d,e&architecture=f,g,h,i"}) {
    INFO(query);
    CHECK(fixture.node.Get("/api/models?" + std::string(query)).status == 400);
  }
}

TEST_CASE("ListsComeInPages") {
  Fixture fixture;
  const auto first = fixture.node.Get("/api/models?limit=1&filter=&expand=likes");
  const auto link = first.Header("Link");
  INFO(link);
  REQUIRE(link.starts_with("<http://hub.test/prefix/api/models?limit=1&"));
  const auto target = link.substr(23, link.find('>') - 23);
  CHECK(Ids(fixture.node.Get(target)) == Names{"bob/second"});
}

TEST_CASE("ListItemsHoldWhatIsAsked") {
  Fixture fixture;
  const auto plain = fixture.node.Get("/api/models?author=alice").Parsed()[0];
  CHECK(plain["modelId"] == "alice/first");
  CHECK_FALSE(plain.contains("cardData"));
  const auto full = fixture.node.Get("/api/models?author=alice&full=True").Parsed()[0];
  CHECK(full["cardData"]["license"] == "mit");
  const auto expanded =
      fixture.node.Get("/api/models?author=alice&expand[]=likes&expand[]=cardData").Parsed()[0];
  CHECK(expanded.size() == 4);
  CHECK(expanded["cardData"]["language"] == "en");
}
