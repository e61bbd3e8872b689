#include "node/answer_cache.h"

#include "storage/catalog/schema.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture {
  TempDirectory directory;
  std::unique_ptr<storage::Database> database =
      MUST(storage::Database::Open({directory.Join("catalog"), ""}));
  AnswerCache cache{*database};
  int asked = 0;
  int status = 200;
  std::string body = "body";
  Handler handler = cache.Around([this](Request&, Response& response) {
    ++asked;
    response.status = status;
    response.SetText("text/plain", body);
    response.headers.Set("Link", "next");
  });

  Response Ask(std::string method, std::string target, std::int64_t user = 0) {
    Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.caller.user = user;
    Response response;
    response.headers.Set("RateLimit", "of this request");
    handler(request, response);
    return response;
  }
  void Change() {
    MUST(database->Write([](storage::Connection& c) {
      return c.Execute("CREATE TABLE IF NOT EXISTS t(x)") ? c.Execute("INSERT INTO t VALUES(1)")
                                                          : Ok();
    }));
  }
};

}  // namespace

TEST_CASE("SameQuestionOfAStrangerIsAnsweredFromTheCache") {
  Fixture fixture;
  const auto first = fixture.Ask("GET", "/a");
  const auto second = fixture.Ask("GET", "/a");
  REQUIRE(fixture.asked == 1);
  REQUIRE(second.body == "body");
  REQUIRE(second.headers.fields() == first.headers.fields());
  REQUIRE(second.headers.Find("Content-Type") == "text/plain");
  REQUIRE(second.headers.Find("RateLimit") == "of this request");
  fixture.Ask("GET", "/a?limit=1");
  REQUIRE(fixture.asked == 2);
}

TEST_CASE("EveryChangeOfTheCatalogMakesAnswersNew") {
  Fixture fixture;
  fixture.Ask("GET", "/a");
  fixture.Change();
  fixture.body = "newer";
  REQUIRE(fixture.Ask("GET", "/a").body == "newer");
  REQUIRE(fixture.Ask("GET", "/a").body == "newer");
  REQUIRE(fixture.asked == 2);
}

TEST_CASE("AnswerReadBeforeAChangeIsNotKeptForAfterIt") {
  Fixture fixture;
  fixture.handler = fixture.cache.Around([&](Request&, Response& response) {
    response.SetText("text/plain", "old");
    if (++fixture.asked == 1) fixture.Change();  // while this answer is being made
  });
  fixture.Ask("GET", "/a");
  fixture.Ask("GET", "/a");
  REQUIRE(fixture.asked == 2);
}

TEST_CASE("WhoIsSignedInAndOtherMethodsReachTheHandlerAlways") {
  Fixture fixture;
  fixture.Ask("GET", "/a");
  fixture.Ask("GET", "/a", 7);
  fixture.Ask("GET", "/a", 7);
  fixture.Ask("HEAD", "/a");
  REQUIRE(fixture.asked == 4);
}

TEST_CASE("ErrorsAndLargeAnswersAreNotKept") {
  Fixture fixture;
  fixture.status = 404;
  fixture.Ask("GET", "/a");
  REQUIRE(fixture.Ask("GET", "/a").status == 404);
  REQUIRE(fixture.asked == 2);
  fixture.status = 200;
  fixture.body = std::string(AnswerCache::kMaxBodyBytes + 1, 'x');
  fixture.Ask("GET", "/b");
  REQUIRE(fixture.Ask("GET", "/b").body == fixture.body);
  REQUIRE(fixture.asked == 4);
}

TEST_CASE("CacheHoldsABoundedNumberOfBytes") {
  Fixture fixture;
  fixture.body = std::string(AnswerCache::kMaxBodyBytes, 'x');
  const auto too_many = AnswerCache::kMaxBytes / AnswerCache::kMaxBodyBytes + 1;
  for (std::size_t i = 0; i < too_many; ++i) fixture.Ask("GET", "/" + std::to_string(i));
  fixture.Ask("GET", "/0");
  REQUIRE(fixture.asked == static_cast<int>(too_many) + 1);
}
