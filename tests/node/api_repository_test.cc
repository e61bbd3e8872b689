// Information about repositories, and who may have it.
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr const char* kCard =
    "---\nlicense: mit\nlanguage: en\ntags:\n- fast\npipeline_tag: text-generation\n---\n# A "
    "model\n";

}  // namespace

TEST_CASE("RepositoryInfoHasWhatClientsRead") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  node.Create(alice, "m");
  node.CommitLfs(alice, "alice/m", "w.bin", std::string("\0x", 2));
  const auto commit = node.Commit(alice, "alice/m", {{"README.md", kCard}});
  const auto info = node.Get("/api/models/alice/m").Parsed();
  CHECK(info["id"] == "alice/m");
  CHECK(info["modelId"] == "alice/m");
  CHECK(info["author"] == "alice");
  CHECK(info["sha"] == commit);
  CHECK(info["private"] == false);
  CHECK(info["gated"] == false);
  CHECK(info["disabled"] == false);
  CHECK(info["likes"] == 0);
  CHECK(info["pipeline_tag"] == "text-generation");
  CHECK(info["cardData"]["license"] == "mit");
  CHECK(info["usedStorage"].get<int>() > 0);
  CHECK(info["_id"].get<std::string>().size() == 24);
  CHECK(info["lastModified"].get<std::string>().ends_with("Z"));
  const auto tags = info["tags"].get<std::vector<std::string>>();
  for (const char* tag : {"license:mit", "en", "fast", "text-generation"}) {
    INFO(tag);
    CHECK(std::count(tags.begin(), tags.end(), tag) == 1);
  }
  const Json expected = {
      {{"rfilename", ".gitattributes"}}, {{"rfilename", "README.md"}}, {{"rfilename", "w.bin"}}};
  CHECK(info["siblings"] == expected);
}

TEST_CASE("BlobsAddSizesAndDigestsToSiblings") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  node.Create(alice, "m");
  const std::string content("\0binary", 7);
  node.CommitLfs(alice, "alice/m", "w.bin", content);
  const auto info = node.Get("/api/models/alice/m?blobs=True").Parsed();
  const auto& file = info["siblings"][1];
  CHECK(file["size"] == 7);
  CHECK(file["blobId"].get<std::string>().size() == 40);
  CHECK(file["lfs"]["sha256"] == HashSha256(AsBytes(content)).ToString());
  CHECK(file["lfs"]["size"] == 7);
  CHECK(file["lfs"]["pointerSize"] == 126);
  CHECK_FALSE(info["siblings"][0].contains("lfs"));
}

TEST_CASE("WhoAsksIsToldThatNothingWasScanned") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  node.Create(alice, "m");
  const Json nothing = {{"scansDone", false}, {"filesWithIssues", Json::array()}};
  for (const std::string target : {"/api/models/alice/m", "/api/models/alice/m/revision/main"}) {
    INFO(target);
    CHECK(node.Get(target + "?securityStatus=True").Parsed()["securityRepoStatus"] == nothing);
    CHECK_FALSE(node.Get(target).Parsed().contains("securityRepoStatus"));
    CHECK_FALSE(node.Get(target + "?securityStatus=false").Parsed().contains("securityRepoStatus"));
  }
}

TEST_CASE("ExpandGivesOnlyWhatIsNamed") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  node.Create(alice, "m");
  auto info =
      node.Get("/api/models/alice/m?expand=sha&expand[]=likes&expand=xetEnabled&expand=none")
          .Parsed();
  CHECK(info.size() == 5);
  CHECK(info["xetEnabled"] == true);
  CHECK(info["likes"] == 0);
  info = node.Get("/api/models/alice/m/revision/HEAD?expand=siblings").Parsed();
  CHECK(info["siblings"].size() == 1);
}

TEST_CASE("ARevisionIsDescribedByItsOwnFiles") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  node.Create(alice, "m");
  const auto old = node.Commit(alice, "alice/m", {{"README.md", "---\nlicense: mit\n---\n"}});
  node.Commit(alice, "alice/m", {{"README.md", "---\nlicense: apache-2.0\n---\n"}, {"b", "b"}});
  const auto then = node.Get("/api/models/alice/m/revision/" + old).Parsed();
  CHECK(then["sha"] == old);
  CHECK(then["siblings"].size() == 2);
  CHECK(then["cardData"]["license"] == "mit");
  const auto now = node.Get("/api/models/alice/m/revision/main").Parsed();
  CHECK(now["cardData"]["license"] == "apache-2.0");
  const auto missing = node.Get("/api/models/alice/m/revision/none");
  CHECK(missing.status == 404);
  CHECK(missing.Header("X-Error-Code") == "RevisionNotFound");
}

TEST_CASE("DatasetsAreKeptApartFromModels") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  node.Create(alice, "d", {{"type", "dataset"}});
  CHECK(node.Get("/api/datasets/alice/d").Parsed()["id"] == "alice/d");
  CHECK_FALSE(node.Get("/api/datasets/alice/d").Parsed().contains("modelId"));
  CHECK(node.Get("/api/models/alice/d", alice).status == 404);
  CHECK(node.Get("/datasets/alice/d/resolve/main/.gitattributes").status == 200);
  CHECK(node.Get("/alice/d/resolve/main/.gitattributes", alice).status == 404);
}

TEST_CASE("UnknownAndForbiddenAreAnsweredAlike") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  const auto bob = node.NewUser("bob");
  node.Create(alice, "secret", {{"visibility", "private"}});
  for (const char* format :
       {"/api/models/alice/%", "/api/models/alice/%/tree/main", "/api/models/alice/%/refs",
        "/alice/%/resolve/main/.gitattributes", "/api/models/alice/%/auth-check"}) {
    for (const std::string& token : {std::string(), bob}) {
      const auto ask = [&](const std::string& name) {
        std::string target = format;
        target.replace(target.find('%'), 1, name);
        return node.Get(target, token);
      };
      const auto forbidden = ask("secret");
      const auto unknown = ask("nothing");
      INFO(format);
      CHECK(forbidden.status == (token.empty() ? 401 : 404));
      CHECK(forbidden.Header("X-Error-Code") == "RepoNotFound");
      CHECK(unknown.status == forbidden.status);
      CHECK(unknown.body == forbidden.body);
      CHECK(unknown.headers.fields().size() == forbidden.headers.fields().size());
      CHECK(unknown.Header("X-Error-Code") == "RepoNotFound");
      CHECK(unknown.Header("X-Error-Message") == forbidden.Header("X-Error-Message"));
    }
  }
  CHECK(node.Get("/api/models/alice/secret", alice).status == 200);
}

TEST_CASE("AnotherHubsTokenReadsWhatIsPublicAndNothingElse") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  const std::string foreign = "hf_abcdefghijklmnopqrstuvwxyz01234567";
  node.Create(alice, "m");
  node.Create(alice, "secret", {{"private", true}});
  CHECK(node.Get("/api/models/alice/m", foreign).status == 200);
  CHECK(node.Get("/api/models/alice/secret", foreign).status == 401);
  CHECK(node.Get("/api/whoami-v2", foreign).status == 401);
  CHECK(node.Post("/api/repos/create", foreign, {{"name", "x"}}).status == 401);
  CHECK(node.Post("/api/models/alice/m/branch/b", foreign, Json::object()).status == 401);
}

TEST_CASE("ANodeMayAskEverybodyToSignIn") {
  TestNode node([](Config& config) { config.access_anonymous = false; });
  const auto alice = node.NewUser("alice");
  node.Create(alice, "m");
  CHECK(node.Get("/api/models/alice/m").status == 401);
  CHECK(node.Get("/api/models").status == 401);
  CHECK(node.Get("/alice/m/resolve/main/.gitattributes").status == 401);
  CHECK(node.Get("/api/models/alice/m", node.NewUser("bob")).status == 200);
}

TEST_CASE("AMovedRepositoryRedirects") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  node.Create(alice, "old");
  CHECK(node.Post("/api/repos/move", alice,
                  {{"fromRepo", "alice/old"}, {"toRepo", "alice/new"}, {"type", "model"}})
            .status == 200);
  const auto api = node.Get("/api/models/alice/old/tree/main?recursive=true");
  CHECK(api.status == 307);
  CHECK(api.Header("Location") == "/prefix/api/models/alice/new/tree/main?recursive=true");
  CHECK(node.Get("/api/models/alice/old").Header("Location") == "/prefix/api/models/alice/new");
  CHECK(node.Head("/alice/old/resolve/main/a%2Fb").Header("Location") ==
        "/prefix/alice/new/resolve/main/a%2Fb");
  CHECK(node.Get("/api/models/ALICE/New").Header("Location") == "/prefix/api/models/alice/new");
  CHECK(node.Post("/api/models/alice/old/branch/b", alice, Json::object()).status == 200);
}

TEST_CASE("AGatedRepositoryShowsItselfButNotItsFiles") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  const auto bob = node.NewUser("bob");
  node.Create(alice, "m");
  node.Commit(alice, "alice/m", {{"a", "b"}});
  const auto set = node.Send(
      {"PUT", "/api/models/alice/m/settings", alice, {}, DumpJson({{"gated", "manual"}})});
  CHECK(set.status == 200);
  CHECK(node.Get("/api/models/alice/m", bob).Parsed()["gated"] == "manual");
  CHECK(node.Get("/api/models/alice/m/tree/main").status == 200);
  const auto anonymous = node.Get("/alice/m/resolve/main/a");
  CHECK(anonymous.status == 401);
  CHECK(anonymous.Header("X-Error-Code") == "GatedRepo");
  const auto stranger = node.Head("/alice/m/resolve/main/a", bob);
  CHECK(stranger.status == 403);
  CHECK(stranger.Header("X-Error-Code") == "GatedRepo");
  CHECK(node.Get("/alice/m/resolve/main/a", alice).body == "b");
}
