// ls, search, info, log.
#include "tests/cli/scripted_node.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

Json Item(const char* id) {
  return Json{{"id", id},
              {"tags", {"license:mit", "language:en"}},
              {"pipeline_tag", "text-generation"},
              {"safetensors", {{"total", 1'240'000'000}, {"parameters", Json::object()}}},
              {"downloads", 7},
              {"lastModified", "2026-01-31T10:00:00.000Z"}};
}

}  // namespace

TEST_CASE("LsListsWhatANamespaceHas") {
  ScriptedNode node;
  node.answers["GET /api/models?sort=lastModified&full=true&limit=100&author=alice"] =
      Json::array({Item("alice/tiny")});
  node.answers["GET /api/datasets?sort=lastModified&full=true&limit=100&author=alice"] =
      Json::array({Json{{"id", "alice/words"}, {"private", true}, {"licence", "CC0-1.0"}}});
  REQUIRE(node.runner.Output({"ls", "alice"}) ==
          "alice/tiny\tmit\ttext-generation\t1.2B\t7\t2026-01-31\n"
          "datasets/alice/words (private)\tCC0-1.0\t\t\t0\t\n");
  const auto items = node.runner.OutputJson({"ls", "alice"});
  REQUIRE(items[0]["type"] == "model");
  REQUIRE(items[1]["type"] == "dataset");
  node.runner.Failure({"ls", "alice", "folder"}, 2);
}

TEST_CASE("LsListsFiles") {
  ScriptedNode node;
  const Json files = Json::array({Json{{"type", "directory"}, {"path", "a"}, {"size", 0}},
                                  Json{{"type", "file"}, {"path", "b c"}, {"size", 4113088}}});
  node.answers["GET /api/models/alice/tiny/tree/HEAD?recursive=false"] = files;
  node.answers["GET /api/datasets/alice/words/tree/v1/x%2Fy?recursive=true"] = files;
  REQUIRE(node.runner.Output({"ls", "alice/tiny"}) == "\ta/\n4113088\tb c\n");
  REQUIRE(node.runner.Output({"ls", "-r", "datasets/alice/words@v1", "x/y/"}) == "4113088\tb c\n");
  node.runner.terminal.is_terminal = true;
  REQUIRE(node.runner.Output({"ls", "alice/tiny"}) == "  SIZE  NAME\n        a/\n4.1 MB  b c\n");
  REQUIRE(node.runner.terminal.error() == "1 file, 4.1 MB\n");
  node.runner.Failure({"ls", "alice/nothing"}, 3);
}

TEST_CASE("WhatIsStatedOfARepositoryIsShownWithIt") {
  ScriptedNode node;
  auto removed = Item("alice/tiny");
  removed["disabled"] = true;
  removed["standing"] = {{"status", "removed"}, {"reason", "court"}, {"scope", {"KE", "TZ"}}};
  auto live = Item("alice/back");
  live["standing"] = {{"status", "live"}, {"reason", nullptr}, {"scope", Json::array()}};
  const std::string mark = "removed, court, in KE TZ";
  node.answers["GET /api/models?sort=lastModified&full=true&limit=100&author=alice"] =
      Json::array({removed, live});
  node.answers["GET /api/datasets?sort=lastModified&full=true&limit=100&author=alice"] =
      Json::array();
  const auto listed = node.runner.Output({"ls", "alice"});
  CHECK(listed.starts_with("alice/tiny (" + mark + ")\t"));
  CHECK(listed.find("\nalice/back\t") != listed.npos);
  node.answers["GET /api/models?full=true&limit=20&sort=lastModified&search=tiny"] =
      Json::array({removed});
  CHECK(node.runner.Output({"search", "tiny", "--kind", "models"})
            .starts_with("alice/tiny (" + mark + ")\t"));

  const auto info = [&](const Json& repository) {
    const auto id = repository["id"].get<std::string>();
    node.answers["GET /api/models/" + id + "?blobs=true"] = repository;
    node.answers["GET /api/models/" + id + "/refs"] = Json::object();
    return node.runner.Output({"info", id});
  };
  CHECK(info(removed).find("standing:   " + mark + "; its files are not served here\n") !=
        std::string::npos);
  CHECK(info(live).find("standing") == std::string::npos);

  for (const auto& item : {removed, live}) {
    const auto id = item["id"].get<std::string>();
    node.answers["GET /api/models/" + id + "/tree/HEAD?recursive=false"] = Json::array();
    node.answers["GET /api/models/" + id + "?expand=standing"] = item;
    node.runner.Output({"ls", id});
    const auto said = node.runner.terminal.error();
    CHECK((said.find("this repository is " + mark) != said.npos) == (item == removed));
  }
}

TEST_CASE("SearchSendsWordsAndFilters") {
  ScriptedNode node;
  node.answers
      ["GET /api/models?full=true&limit=5&sort=likes&search=%D9%83%D9%84%D8%A7%D9%85%20x"
       "&author=lab&pipeline_tag=text-generation&license=Apache%20License%202.0"
       "&filter=language%3Aar&filter=gguf&filter=base"] = Json::array({Item("lab/x")});
  REQUIRE(node.runner
              .Output({"search",
                       "كلام",
                       "x",
                       "--kind",
                       "models",
                       "--author",
                       "lab",
                       "--task",
                       "text-generation",
                       "--licence",
                       "Apache License 2.0",
                       "--language",
                       "ar",
                       "--library",
                       "gguf",
                       "--tag",
                       "base",
                       "--sort",
                       "likes",
                       "--limit",
                       "5"})
              .starts_with("lab/x\t"));
  node.answers["GET /api/models?full=true&limit=20&sort=lastModified&search=log"] = Json::array();
  node.answers["GET /api/datasets?full=true&limit=20&sort=lastModified&search=log"] = Json::array();
  REQUIRE(node.runner.Output({"search", "log"}).empty());  // also the name of a command
  REQUIRE(node.runner.terminal.error() == "Nothing found\n");
  node.runner.Failure({"search", "x", "--kind", "spaces"}, 2);
}

TEST_CASE("SearchAsksForModelsOfSoManyParameters") {
  ScriptedNode node;
  const std::pair<const char*, const char*> cases[] = {
      {"1b..8B", "min%3A1B%2Cmax%3A8B"}, {"1.5B..", "min%3A1.5B"}, {"..500M", "max%3A500M"}};
  for (const auto& [range, query] : cases) {
    INFO(range);
    node.answers["GET /api/models?full=true&limit=20&sort=lastModified&num_parameters=" +
                 std::string(query)] = Json::array({Item("lab/x")});
    CHECK(node.runner.Output({"search", "--parameters", range}).starts_with("lab/x\t"));
  }
  CHECK(node.fake.seen().size() == 3);  // datasets are not asked for
  for (const char* range : {"7B", "..", "1B-8B"}) {
    INFO(range);
    CHECK(node.runner.Failure({"search", "--parameters", range}, 2).find("MIN..MAX") !=
          std::string::npos);
  }
  node.runner.Failure({"search", "--parameters", "1B..", "--kind", "datasets"}, 2);
  CHECK(node.fake.seen().size() == 3);
}

TEST_CASE("InfoShowsWhatHeadersSayOfAModel") {
  ScriptedNode node;
  auto repository = Item("alice/tiny");
  node.answers["GET /api/models/alice/tiny/refs"] = Json::object();
  const auto model = [&] {
    node.answers["GET /api/models/alice/tiny?blobs=true"] = repository;
    const auto text = node.runner.Output({"info", "alice/tiny"});
    const auto at = text.find("\nmodel:");
    return at == text.npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  };
  CHECK(model().empty());
  repository["config"] = {{"architectures", {"LlamaForCausalLM", "Other"}}};
  CHECK(model() == "model:      architecture LlamaForCausalLM, Other");
  repository["gguf"] = {{"total", 7},
                        {"architecture", "llama"},
                        {"quantisation", "Q4_K_M"},
                        {"context_length", 8192}};
  CHECK(model() == "model:      architecture llama, quantisation Q4_K_M, context length 8,192");
  repository["gguf"] = {{"total", 7}, {"architecture", ""}, {"quantisation", "F16"}};
  CHECK(model() == "model:      architecture LlamaForCausalLM, Other, quantisation F16");
}

TEST_CASE("InfoShowsLicenceAndSizes") {
  ScriptedNode node;
  auto repository = Item("alice/tiny");
  repository["sha"] = std::string(40, 'b');
  repository["cardData"] = {{"language", {"en", "ar"}}, {"pretty_name", "Tiny"}};
  repository["siblings"] = Json::array(
      {Json{{"rfilename", "a"}, {"size", 1000}}, Json{{"rfilename", "b"}, {"size", 2500}}});
  node.answers["GET /api/models/alice/tiny?blobs=true"] = repository;
  node.answers["GET /api/models/alice/tiny/refs"] =
      Json{{"branches", Json::array({Json{{"name", "main"}}})},
           {"tags", Json::array({Json{{"name", "v1"}}, Json{{"name", "v2"}}})}};
  const auto text = node.runner.Output({"info", "alice/tiny"});
  for (const auto* line : {"licence:    mit\n", "languages:  en, ar\n", "title:      Tiny\n",
                           "parameters: 1.2B (1,240,000,000, safetensors)\n",
                           "files:      2, 3.5 kB\n", "tags:       v1, v2\n"}) {
    INFO(line << text);
    REQUIRE(text.find(line) != std::string::npos);
  }
  REQUIRE(text.find("trained on:") == text.npos);
  REQUIRE(node.runner.OutputJson({"info", "alice/tiny"})["refs"]["tags"].size() == 2);
  repository["tags"] = Json::array();
  node.answers["GET /api/models/alice/tiny/revision/v1?blobs=true"] = repository;
  REQUIRE(node.runner.Output({"info", "alice/tiny@v1"}).find("none declared") != std::string::npos);
}

TEST_CASE("InfoShowsWhatTheNodeMadeOfTheCard") {
  ScriptedNode node;
  auto repository = Item("alice/tiny");
  repository["licence"] = "Apache-2.0";
  repository["cardData"] = {{"datasets", {"alice/words", "wikipedia"}}, {"tags", {"tiny", "test"}}};
  repository["problems"] = Json::array({"line 3: no date", Json{{"message", "an old task"}}});
  node.answers["GET /api/models/alice/tiny/refs"] = Json::object();
  const auto info = [&] {
    node.answers["GET /api/models/alice/tiny?blobs=true"] = repository;
    return node.runner.Output({"info", "alice/tiny"});
  };
  const auto text = info();
  for (const auto* line : {"licence:    Apache-2.0\n", "trained on: alice/words, wikipedia\n",
                           "keywords:   tiny, test\n"}) {
    INFO(line << text);
    CHECK(text.find(line) != text.npos);
  }
  CHECK(node.runner.terminal.error() ==
        "this repository says: line 3: no date\nthis repository says: an old task\n");
  repository["licence"] = "";  // whatever its tags say
  CHECK(info().find("none declared: ask its author") != std::string::npos);
  repository["licence"] = "NOASSERTION";
  CHECK(info().find("cannot be read: ask its author") != std::string::npos);
}

TEST_CASE("LogShowsCommits") {
  ScriptedNode node;
  node.answers["GET /api/models/alice/tiny/commits/HEAD?limit=2"] =
      Json::array({Json{{"id", std::string(40, 'c')},
                        {"title", "Second\x1b[2J"},
                        {"date", "2026-02-01T00:00:00.000Z"},
                        {"authors", Json::array({Json{{"user", "alice"}}})}}});
  REQUIRE(node.runner.Output({"log", "alice/tiny", "-n", "2"}) ==
          "cccccccccccc\t2026-02-01\talice\tSecond?[2J\n");
}

TEST_CASE("AListOfNothingIsNotAsked") {
  ScriptedNode node;
  for (const auto& line :
       {std::vector<std::string>{"ls"}, {"search", "x"}, {"log", "alice/tiny"}}) {
    for (const char* limit : {"0", "-1", "many"}) {
      auto words = line;
      words.insert(words.end(), {"--limit", limit});
      INFO(line.front() << " " << limit);
      const auto message = node.runner.Failure(words, 2);
      REQUIRE(message.find("--limit: must be a whole number, 1 or more") != std::string::npos);
    }
  }
  REQUIRE(node.fake.seen().empty());
}
