#include "federation/format/want_list.h"

#include "tests/support/catch.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

const Sha256 kId = HashSha256(AsBytes("x"));

WantList MakeList() {
  return {{{1, "/fed/heads?since=0123456789abcdef,7", {}, 4096, {}},
           {2, "/fed/f/x/data/0", {}, 100, Want::Range{5, 100}},
           {3, "", {kId}, 9000, {}}}};
}

}  // namespace

TEST_CASE("AListOfWantsHasOneForm") {
  const auto text = MakeList().Render();
  CHECK(text ==
        R"({"wants":[{"most":4096,"number":1,"path":"/fed/heads?since=0123456789abcdef,7"},)"
        R"({"from":5,"most":100,"number":2,"path":"/fed/f/x/data/0","size":100},)"
        R"({"most":9000,"number":3,"objects":["sha256:)" +
            kId.ToString() + R"("]}]})");
  CHECK(MUST(WantList::Parse(text)) == MakeList());
}

TEST_CASE("AListOfWantsInAnotherFormIsRefused") {
  const auto refuse = [](const std::string& wants) {
    INFO(wants);
    MUST_FAIL(WantList::Parse("{\"wants\":[" + wants + "]}"), Errc::Invalid);
  };
  refuse(R"({"most":1,"number":1})");
  refuse(R"({"most":1,"number":1,"path":"/api/models"})");
  refuse(R"({"most":1,"number":1,"path":""})");
  refuse(R"({"most":1,"number":1,"objects":[]})");
  refuse(R"({"most":1,"number":1,"objects":["x"],"path":"/fed/info"})");
  refuse(R"({"most":1,"number":1,"objects":["sha256:00"]})");
  refuse(R"({"more":1,"most":1,"number":1,"path":"/fed/info"})");
  refuse(R"({"from":1,"most":1,"number":1,"path":"/fed/info"})");
  refuse(R"({"most":1,"number":1,"path":"/fed/info","size":1})");
  refuse(R"({"most":-1,"number":1,"path":"/fed/info"})");
  refuse(R"({"most":1,"number":1,"path":"/fed/)" + std::string(kMaxWantPathBytes, 'a') + "\"}");
  refuse("1");
  for (const auto* text : {"", "{}", "[]", R"({"wants":{}})", R"({"wants":[],"x":1})"}) {
    INFO(text);
    MUST_FAIL(WantList::Parse(text), Errc::Invalid);
  }
  WantList many;
  for (std::uint64_t i = 0; i <= kMaxWantsAtOnce; ++i)
    many.wants.push_back({i, "/fed/x", {}, 1, {}});
  MUST_FAIL(WantList::Parse(many.Render()), Errc::TooLarge);
}
