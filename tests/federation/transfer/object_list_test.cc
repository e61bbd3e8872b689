#include "federation/transfer/object_list.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

Bytes Joined(const std::vector<std::optional<Bytes>>& objects) {
  Bytes body;
  for (const auto& object : objects) {
    const Bytes one = EncodeObject(object ? std::optional<ByteView>(*object) : std::nullopt);
    body.insert(body.end(), one.begin(), one.end());
  }
  return body;
}

}  // namespace

TEST_CASE("ObjectsComeBackInTheOrderAsked") {
  const std::vector<std::optional<Bytes>> objects = {Bytes{1, 2}, std::nullopt, Bytes{}, Bytes{3}};
  CHECK(MUST(ParseObjects(Joined(objects), 4)) == objects);
  CHECK(MUST(ParseObjects(Joined(objects), 9)) == objects);  // the peer sends no more at once
}

TEST_CASE("AListOfObjectsThatWasNotAskedForIsInvalid") {
  const Bytes body = Joined({Bytes{1, 2}, Bytes{3}});
  MUST_FAIL(ParseObjects(body, 1), Errc::Invalid);
  MUST_FAIL(ParseObjects({}, 1), Errc::Invalid);
  MUST_FAIL(ParseObjects(ByteView(body).first(body.size() - 1), 2), Errc::Invalid);
  MUST_FAIL(ParseObjects(ByteView(body).first(8), 2), Errc::Invalid);
  const Bytes large(kMaxReceivedObjectBytes + 1);
  MUST_FAIL(ParseObjects(Joined({large}), 1), Errc::Invalid);
}
