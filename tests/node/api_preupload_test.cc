// What is asked before an upload: which way each file goes.

#include "tests/node/writing_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

const std::string kTokens = "model/tokens.dat";

struct Fixture : WritingNode {
  Fixture() { Create(alice, "tiny"); }

  Reply Ask(const std::string& revision, const Json& more, const std::string& token) {
    Json body = {{"files",
                  {{{"path", kTokens}, {"size", 5}, {"sample", ToBase64(AsBytes("a b c"))}},
                   {{"path", "weights.bin"}, {"size", 5}, {"sample", ToBase64(AsBytes("a b c"))}},
                   {{"path", "notes.md"}, {"size", 5}, {"sample", ToBase64(AsBytes("a b c"))}}}}};
    if (more.is_object()) body.update(more);
    return Call("POST", "/api/models/alice/tiny/preupload/" + revision, body, token);
  }
  // The modes of the three files.
  std::vector<std::string> Modes(const Json& more, const std::string& revision = "main") {
    const auto reply = Ask(revision, more, alice);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    std::vector<std::string> modes;
    const auto answer = reply.Parsed();
    for (const auto& file : answer["files"]) modes.push_back(file["uploadMode"]);
    return modes;
  }
  // As an import leaves a repository that had nothing.
  void CreateWithoutCommit(const std::string& path) {
    MUST(database().Write([&](storage::Connection& connection) -> Status {
      storage::NewRepository made;
      made.id = TRY(storage::ParseRepositoryId(storage::RepositoryKind::Model, path));
      TRY(storage::CreateRepository(connection, SystemRandom(), made, 1));
      return Ok();
    }));
  }
};

using Modes = std::vector<std::string>;

}  // namespace

TEST_CASE("TheRepositorysAttributesDecide") {
  Fixture hub;
  CHECK(hub.Modes({}) == Modes{"regular", "lfs", "regular"});
  hub.Commit(hub.alice, "alice/tiny", {{"model/.gitattributes", "*.dat filter=lfs -text\n"}});
  CHECK(hub.Modes({}) == Modes{"lfs", "lfs", "regular"});
}

TEST_CASE("AttributesThatAnUploadBringsAlongHoldInsteadOfTheRoots") {
  Fixture hub;
  hub.Commit(hub.alice, "alice/tiny", {{"model/.gitattributes", "*.dat filter=lfs -text\n"}});
  const auto bring = [&](const std::string& text) { return hub.Modes({{"gitAttributes", text}}); };
  CHECK(bring("*.md filter=lfs\n") == Modes{"lfs", "regular", "lfs"});
  CHECK(bring("") == Modes{"lfs", "regular", "regular"});
  CHECK(hub.Modes({{"gitAttributes", nullptr}}) == Modes{"lfs", "lfs", "regular"});
}

TEST_CASE("AnUploadMayBeginAnEmptyRepository") {
  Fixture hub;
  hub.CreateWithoutCommit("alice/empty");
  const std::string api = "/api/models/alice/empty";
  CHECK(hub.Get(api + "/tree/main").Parsed() == Json::array());
  const Json file = {{"path", "a.bin"}, {"size", 2}, {"sample", "AAE="}};
  const auto reply =
      hub.Call("POST", api + "/preupload/main", {{"files", Json::array({file})}}, hub.alice);
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  CHECK(reply.Parsed() ==
        Json{{"files", {{{"path", "a.bin"}, {"uploadMode", "lfs"}, {"shouldIgnore", false}}}}});
  const auto sha256 = hub.Upload("alice/empty", std::string("\0\1", 2));
  REQUIRE(
      hub.SendCommit("alice/empty", HeaderLine() + LfsLine("a.bin", sha256), hub.alice).status ==
      200);
  CHECK(hub.Get("/alice/empty/resolve/main/a.bin").body == std::string("\0\1", 2));
  CHECK(hub.Call("POST", api + "/preupload/other", {{"files", Json::array()}}, hub.alice)
            .Header("X-Error-Code") == "RevisionNotFound");
}

TEST_CASE("PreuploadIsForWriters") {
  Fixture hub;
  CHECK(hub.Ask("main", {}, "").status == 401);
  CHECK(hub.Ask("main", {}, hub.bob).status == 403);
  CHECK(hub.Ask("nowhere", {}, hub.alice).Header("X-Error-Code") == "RevisionNotFound");
  CHECK(hub.Ask("main", {{"files", "none"}}, hub.alice).status == 400);
  const auto ask_for = [&](const Json& file) {
    return hub.Ask("main", {{"files", Json::array({file})}}, hub.alice).status;
  };
  CHECK(ask_for({{"path", "x"}, {"size", 1}}) == 200);
  CHECK(ask_for({{"path", "../x"}, {"size", 1}}) == 400);
  CHECK(ask_for({{"path", "x"}}) == 400);
  CHECK(ask_for({{"path", "x"}, {"size", -1}}) == 400);
  CHECK(ask_for({{"path", "x"}, {"size", 1}, {"sample", "%"}}) == 400);
}

TEST_CASE("AttributesBeyondAllMeasureAreKeptButNotLookedAt") {
  Fixture hub;
  std::string text;
  while (text.size() < 3'900'000) text += "# nothing is said here, at length\n";
  const auto large = hub.Upload("alice/tiny", text);
  std::string lines = HeaderLine();
  std::string below = HeaderLine();
  Json files = Json::array();
  for (const std::string folder : {"a", "b", "c"}) {
    lines += StoredLine(folder + "/.gitattributes", large);
    below += FileLine(folder + "/x.txt", "x");
    files.push_back({{"path", folder + "/x.txt"}, {"size", 1}, {"sample", "eA=="}});
  }
  REQUIRE(hub.SendCommit("alice/tiny", lines, hub.alice).status == 200);
  const auto refused = hub.SendCommit("alice/tiny", below, hub.alice);
  CHECK(refused.status == 413);
  CHECK(refused.body.find("name fewer folders at once") != std::string::npos);
  CHECK(hub.Ask("main", {{"files", files}}, hub.alice).status == 413);
  files.erase(2);
  CHECK(hub.Ask("main", {{"files", files}}, hub.alice).status == 200);
  CHECK(hub.SendCommit("alice/tiny", HeaderLine() + FileLine("c/x.txt", "x"), hub.alice).status ==
        200);
}

TEST_CASE("PatternsThatTakeTooLongAreRefused") {
  Fixture hub;
  std::string stars;
  for (int i = 0; i < 900; ++i) stars += "*a";
  std::string attributes;
  std::string ignore;
  for (int i = 0; i < 500; ++i) {
    attributes += stars + "b filter=lfs\n";
    ignore += stars + "b\n";
  }
  Json files = Json::array();
  for (int i = 0; i < 30; ++i) {
    files.push_back({{"path", std::string(240, 'a') + std::to_string(i)}, {"size", 1}});
  }
  for (const auto& [name, text] : {std::pair("gitAttributes", attributes), {"gitIgnore", ignore}}) {
    const auto reply = hub.Ask("main", {{"files", files}, {name, text}}, hub.alice);
    INFO(reply.body);
    CHECK(reply.status == 413);
    CHECK(reply.body.find("takes too long") != std::string::npos);
  }
}
