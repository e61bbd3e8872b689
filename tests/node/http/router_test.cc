#include "node/http/router.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

Handler Answer(std::string text) {
  return [text = std::move(text)](Request& request, Response& response) {
    std::string out = text;
    for (const auto& param : request.params) out += "|" + param.name + "=" + param.value;
    response.SetText("text/plain", out);
  };
}

// "status body" of a request through `router`.
std::string Ask(const Router& router, std::string method, std::string path) {
  Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  Response response;
  router.Dispatch(request, response);
  return std::to_string(response.status) + " " + response.body;
}

Router Hub() {
  Router router;
  router.Add("GET", "/", Answer("home"));
  router.Add("GET", "/api/models/:ns/:name/tree/:rev", Answer("tree"));
  router.Add("GET", "/api/models/:ns/:name/tree/:rev/*path", Answer("subtree"));
  router.Add("POST", "/api/models/:ns/:name/tree/:rev", Answer("post"));
  router.Add("GET", "/:ns/:name/resolve/:rev/*path", Answer("model"));
  router.Add("GET", "/datasets/:ns/:name/resolve/:rev/*path", Answer("dataset"));
  router.Add("GET", "/v2/", Answer("registry"));
  router.Add("HEAD", "/own-head", Answer("head"));
  router.Add("GET", "/own-head", Answer("get"));
  return router;
}

}  // namespace

TEST_CASE("RouterPrefersLiteralsAndBacktracks") {
  const Router router = Hub();
  CHECK(Ask(router, "GET", "/") == "200 home");
  CHECK(Ask(router, "GET", "/a/b/resolve/main/x/y") == "200 model|ns=a|name=b|rev=main|path=x/y");
  CHECK(Ask(router, "GET", "/datasets/a/b/resolve/main/x") ==
        "200 dataset|ns=a|name=b|rev=main|path=x");
  // A namespace that is called like a route word, where the longer route does not fit.
  CHECK(Ask(router, "GET", "/datasets/a/resolve/main/x") ==
        "200 model|ns=datasets|name=a|rev=main|path=x");
  CHECK(Ask(router, "GET", "/v2/") == "200 registry");
  CHECK(Ask(router, "GET", "/v2").substr(0, 3) == "404");
}

TEST_CASE("RouterSplitsFirstAndDecodesAfter") {
  const Router router = Hub();
  CHECK(Ask(router, "GET", "/api/models/a/b/tree/refs%2Fpr%2F1") ==
        "200 tree|ns=a|name=b|rev=refs/pr/1");
  CHECK(Ask(router, "GET", "/api/models/a/b/tree/main/x%2Fy/z") ==
        "200 subtree|ns=a|name=b|rev=main|path=x/y/z");
  CHECK(Ask(router, "GET", "/a/b/resolve/main/with%20space%23") ==
        "200 model|ns=a|name=b|rev=main|path=with space#");
  CHECK(Ask(router, "GET", "/a/b/resolve/main/%0A") == "200 model|ns=a|name=b|rev=main|path=\n");
  CHECK(Ask(router, "GET", "/a/b/resolve/main/%zz").substr(0, 3) == "400");
  // A literal is compared undecoded.
  CHECK(Ask(router, "GET", "/a/b/%72esolve/main/x").substr(0, 3) == "404");
}

TEST_CASE("RouterNeedsNonEmptyParameters") {
  const Router router = Hub();
  CHECK(Ask(router, "GET", "//b/resolve/main/x").substr(0, 3) == "404");
  CHECK(Ask(router, "GET", "/api/models/a/b/tree/").substr(0, 3) == "404");
  CHECK(Ask(router, "GET", "/a/b/resolve/main").substr(0, 3) == "404");
  CHECK(Ask(router, "GET", "/a/b/resolve/main/") == "200 model|ns=a|name=b|rev=main|path=");
}

TEST_CASE("RouterAnswersHeadThroughGetAndNamesAllowedMethods") {
  const Router router = Hub();
  CHECK(Ask(router, "HEAD", "/a/b/resolve/main/x").substr(0, 3) == "200");
  CHECK(Ask(router, "HEAD", "/own-head") == "200 head");
  Request request;
  request.method = "DELETE";
  request.path = "/api/models/a/b/tree/main";
  Response response;
  router.Dispatch(request, response);
  CHECK(response.status == 405);
  CHECK(response.headers.Find("Allow") == "GET, HEAD, POST");
}

TEST_CASE("RouterSurvivesHostilePaths") {
  const Router router = Hub();
  for (const auto* piece : {"/", "/a", "/api", "/%2F"}) {
    std::string path;
    while (path.size() < 8192) path += piece;
    CHECK(Ask(router, "GET", path).substr(0, 3) == "404");
  }
}
