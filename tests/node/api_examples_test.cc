// Runs every example of the API's pages, in the order of the index, against one node, and sees
// that no route and no operation is without one.

#include <filesystem>
#include <set>

#include "node/admin.h"
#include "node/http/router.h"
#include "node/own_log.h"
#include "tests/node/answer_match.h"
#include "tests/support/source_directory.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::string_view kHub = "https://hub.example.org";
constexpr std::string_view kIndex = "node/API.md";
constexpr int kAttempts = 500;

std::string ReadPage(std::string_view path) {
  const auto bytes = MUST(
      ReadFile(DiskFileSystem(), testing::SourceDirectory() + "/" + std::string(path), 1u << 20));
  return std::string(AsText(bytes));
}

// The index and the pages that it links to, in its order.
std::vector<std::string> FindPages() {
  std::vector<std::string> pages{std::string(kIndex)};
  const auto index = ReadPage(kIndex);
  const std::string link = "](api/";
  for (auto at = index.find(link); at != index.npos; at = index.find(link, at + 1)) {
    const auto begin = at + 2;
    pages.push_back("node/" + index.substr(begin, index.find_first_of(")#", begin) - begin));
  }
  return pages;
}

class ExampleRunner {
 public:
  ExampleRunner()
      : node_([](Config& config) {
          config.public_url = kHub;
          config.access_registration = true;
          config.upload_multipart_from = {32};
          config.upload_part = {20};
        }) {
    MUST(node_.node().own_log().Update());  // which its job does in a moment
    names_.Set("operator-token", node_.operator_token());
    names_.Set("backup-directory", directory_.Join("backup"));
    for (const auto& [method, pattern] : node_.node().router().Routes()) Watch(method, pattern);
  }

  // What does not fit, each with page and line.
  std::vector<std::string> Run(const std::vector<HttpExample>& examples) {
    std::vector<std::string> misfits;
    for (const auto& example : examples) {
      const auto misfit = Run(example);
      if (!misfit.empty()) misfits.push_back(Place(example) + misfit);
    }
    return misfits;
  }
  // Routes and operations that no example asked for.
  std::set<std::string> Missing() const {
    std::set<std::string> missing;
    for (const auto& name : all_) {
      if (!asked_.contains(name)) missing.insert(name);
    }
    return missing;
  }

 private:
  static std::string Place(const HttpExample& example) {
    return example.page + ":" + std::to_string(example.response.line) + ": ";
  }

  // One example for either kind of repository will do.
  static std::string RouteOf(const std::string& method, std::string pattern) {
    const std::pair<std::string, std::string> kinds[] = {
        {"/datasets/", "/"},
        {"/api/datasets", "/api/models"},
        {"/api/banyan/v0/datasets", "/api/banyan/v0/models"}};
    for (const auto& [datasets, models] : kinds) {
      if (pattern.starts_with(datasets)) pattern.replace(0, datasets.size(), models);
    }
    return method + " " + pattern;
  }
  void Watch(const std::string& method, const std::string& pattern) {
    const auto name = RouteOf(method, pattern);
    const bool is_admin = pattern == "/api/banyan/v0/admin/*operation";
    if (!is_admin) all_.insert(name);
    watch_.Add(method, pattern, [this, name, is_admin](Request& request, Response&) {
      asked_.insert(is_admin ? "operation " + request.Param("operation") : name);
    });
    if (!is_admin) return;
    for (const auto& known : AdminOperations()) all_.insert("operation " + std::string(known.name));
  }
  void Note(const Ask& ask) {
    Request request;
    request.method = ask.method;
    request.path = ask.target.substr(0, ask.target.find('?'));
    Response response;
    watch_.Dispatch(request, response);
  }

  Result<Ask> MakeAsk(const HttpBlock& block) const {
    const auto start = TRY(names_.Fill(block.start));
    const auto space = start.find(' ');
    if (space == start.npos) return Error(Errc::Invalid, "expected METHOD TARGET: " + start);
    Ask ask;
    ask.method = start.substr(0, space);
    ask.target = start.substr(space + 1);
    if (ask.target.starts_with(kHub)) ask.target.erase(0, kHub.size());
    for (const auto& [name, value] : block.headers.fields()) {
      ask.headers.emplace_back(name, TRY(names_.Fill(value)));
    }
    ask.body = block.is_hex ? block.body : TRY(names_.Fill(block.body));
    return ask;
  }

  std::string Run(const HttpExample& example) {
    const auto ask = MakeAsk(example.request);
    if (!ask) return ask.error().message();
    Note(*ask);
    std::string misfit;
    for (int i = 0; i < (example.request.is_repeated ? kAttempts : 1); ++i) {
      auto names = names_;
      misfit = FindMisfit(example.response, node_.Send(*ask), names);
      names_ = std::move(names);
      if (misfit.empty()) break;
      if (example.request.is_repeated) SystemClock().SleepMs(10);
    }
    return misfit;
  }

  TempDirectory directory_;
  TestNode node_;
  Placeholders names_;
  Router watch_;
  std::set<std::string> all_;
  std::set<std::string> asked_;
};

std::string Joined(const auto& lines) {
  std::string text;
  for (const auto& line : lines) text += "\n" + line;
  return text;
}

std::vector<std::string> RunPage(const std::string& text) {
  ExampleRunner runner;
  return runner.Run(MUST(ReadExamples("page.md", text)));
}

std::string Pair(const std::string& request, const std::string& response) {
  return "Words.\n\n```http request\n" + request + "\n```\n\n```http response\n" + response +
         "\n```\n";
}

}  // namespace

TEST_CASE("EveryExampleOfTheApiPagesHolds") {
  ExampleRunner runner;
  std::vector<std::string> misfits;
  for (const auto& page : FindPages()) {
    const auto more = runner.Run(MUST(ReadExamples(page, ReadPage(page))));
    misfits.insert(misfits.end(), more.begin(), more.end());
  }
  INFO(Joined(misfits));
  CHECK(misfits.empty());
  const auto missing = runner.Missing();
  INFO("no example for:" << Joined(missing));
  CHECK(missing.empty());
}

TEST_CASE("TheIndexLinksToEveryApiPage") {
  const auto pages = FindPages();
  const std::set<std::string> linked(pages.begin(), pages.end());
  std::size_t found = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(testing::SourceDirectory() + "/node/api")) {
    const auto page = "node/api/" + entry.path().filename().string();
    INFO(page);
    CHECK(linked.contains(page));
    ++found;
  }
  CHECK(linked.size() == found + 1);
}

TEST_CASE("AWrongExampleFailsWithItsLine") {
  const std::string request = "GET /healthz";
  CHECK(RunPage(Pair(request, "HTTP/1.1 200 OK\n\n{\"status\": \"ok\"}")).empty());
  const auto fails = [&](const std::string& response, const std::string& part) {
    const auto misfits = RunPage(Pair(request, response));
    REQUIRE(misfits.size() == 1);
    INFO(misfits[0]);
    CHECK(misfits[0].starts_with("page.md:7: "));
    CHECK(misfits[0].find(part) != std::string::npos);
  };
  fails("HTTP/1.1 404 Not Found", "got 200");
  fails("HTTP/1.1 200 OK\nETag: \"x\"\n\n...", "ETag, which is not there");
  fails("HTTP/1.1 200 OK\nContent-Type: text/html\n\n...", "got application/json");
  fails("HTTP/1.1 200 OK\n\n{\"status\": \"bad\"}", R"(/status: expected "bad", got "ok")");
  fails("HTTP/1.1 200 OK\n\n{\"status\": \"ok\", \"more\": ...}", "/more: it is not there");
  fails("HTTP/1.1 200 OK\n\n{}", "/status: not shown");
  fails("HTTP/1.1 200 OK\n\n[...]", "at the top");
  fails("HTTP/1.1 200 OK\n\n{\"status\": <some-number>}", "/status");
  fails("HTTP/1.1 200 OK", "got: {\"status\"");
  fails("HTTP/1.1 200 OK\n\n{", "the page's JSON");
}

TEST_CASE("AnErrorCodeThatIsNotShownFails") {
  const std::string answer = "HTTP/1.1 401 Unauthorized\n";
  const std::string request = "GET /api/models/a/b";
  CHECK(RunPage(Pair(request, answer + "X-Error-Code: RepoNotFound\n\n{...}")).empty());
  CHECK(RunPage(Pair(request, answer + "\n{...}")).size() == 1);
  CHECK(RunPage(Pair(request, answer + "X-Error-Code: EntryNotFound\n\n{...}")).size() == 1);
}

TEST_CASE("NamesOfExamplesStandForOneValue") {
  const std::string ok = "HTTP/1.1 200 OK\n\n";
  CHECK(RunPage(Pair("GET /healthz", ok + "{\"status\": \"<word>\"}") +
                Pair("GET /healthz", ok + "{\"status\": <word>}") +
                Pair("GET /healthz?<word>", ok + "{...}"))
            .empty());
  CHECK(RunPage(Pair("GET /healthz", ok + "{\"status\": \"<word>\"}") +
                Pair("GET /api/banyan/v0/info", ok + "{\"software\": \"<word>\", ...}"))
            .size() == 1);
  const auto unknown = RunPage(Pair("GET /<never-learnt>", ok));
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].find("<never-learnt> is not known") != std::string::npos);
}

TEST_CASE("ExamplesAreCountedByRoute") {
  ExampleRunner runner;
  CHECK(runner.Missing().contains("GET /healthz"));
  CHECK(runner.Missing().contains("operation users/create"));
  CHECK_FALSE(runner.Missing().contains("GET /api/datasets/:ns/:name"));
  runner.Run(MUST(ReadExamples(
      "page.md", Pair("GET /healthz", "HTTP/1.1 200 OK") +
                     Pair("GET /api/datasets/a/b", "HTTP/1.1 200 OK") +
                     Pair("POST /api/banyan/v0/admin/users/create", "HTTP/1.1 200 OK"))));
  CHECK_FALSE(runner.Missing().contains("GET /healthz"));
  CHECK_FALSE(runner.Missing().contains("GET /api/models/:ns/:name"));
  CHECK_FALSE(runner.Missing().contains("operation users/create"));
  CHECK(runner.Missing().contains("operation users/list"));
}

TEST_CASE("PagesWithoutPairsAreRefused") {
  const std::string request = "```http request\nGET /\n```\n";
  const std::string response = "```http response\nHTTP/1.1 200 OK\n```\n";
  CHECK(MUST(ReadExamples("p", "text\n```sh\nls\n```\n" + request + response)).size() == 1);
  MUST_FAIL(ReadExamples("p", request), Errc::Invalid);
  MUST_FAIL(ReadExamples("p", request + request + response), Errc::Invalid);
  MUST_FAIL(ReadExamples("p", response), Errc::Invalid);
  MUST_FAIL(ReadExamples("p", "```http\nGET /\n```\n"), Errc::Invalid);
  MUST_FAIL(ReadExamples("p", "```http request\nGET /\n"), Errc::Invalid);
  MUST_FAIL(ReadExamples("p", "```http request\nGET /\nno header\n```\n"), Errc::Invalid);
  MUST_FAIL(ReadExamples("p", "```http request hex\nGET /\n\nzz\n```\n"), Errc::Invalid);
}

TEST_CASE("HexBodiesAreBytes") {
  const auto examples =
      MUST(ReadExamples("p", "```http request hex\nPUT /\n\n00 ff  # two\n0a\n```\n\n" +
                                 std::string("```http response\nHTTP/1.1 200 OK\n```\n")));
  CHECK(ToHex(AsBytes(examples.at(0).request.body)) == "00ff0a");
}
