#include "federation/format/holdings.h"

#include <cstdint>

#include "storage/base/json.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

const Sha256 kManifest = HashSha256(AsBytes(std::string_view("manifest")));

Json Statement() { return HoldingsPage{kManifest, {4, 900, 3, 800, 1'700'000'000}}.ToJson(); }

}  // namespace

TEST_CASE("HoldingsReadAsTheyWereWritten") {
  const HoldingsPage whole{kManifest, {4, 900, 4, 900, 1'700'000'000}};
  CHECK(MUST(HoldingsPage::Parse(DumpJson(whole.ToJson()))) == whole);
  const HoldingsPage none{kManifest, {4, 900, 0, 0, {}}};
  CHECK_FALSE(none.ToJson().contains("since"));
  CHECK(MUST(HoldingsPage::Parse(DumpJson(none.ToJson()))) == none);
  const HoldingsPage last{kManifest, {4, 900, 4, 900, 253'402'300'799}};
  CHECK(MUST(HoldingsPage::Parse(DumpJson(last.ToJson()))) == last);
  auto more = Statement();
  more["of_a_later_version"] = true;
  CHECK(HoldingsPage::Parse(DumpJson(more)).has_value());
  CHECK(HoldingsPath(kManifest) == "/fed/holdings/" + kManifest.ToString());
}

TEST_CASE("HoldingsThatMakeNoSenseAreRefused") {
  const auto refuses = [](const char* member, const Json& value) {
    auto json = Statement();
    json[member] = value;
    INFO(DumpJson(json));
    MUST_FAIL(HoldingsPage::Parse(DumpJson(json)), Errc::Invalid);
  };
  refuses("manifest", "sha256:12");
  refuses("manifest", kManifest.ToString());
  refuses("files", -1);
  refuses("files", 2);  // of which three are held
  refuses("held_bytes", 901);
  refuses("held_files", "3");
  refuses("since", -1);
  refuses("since", "yesterday");
  refuses("since", 253'402'300'800);  // the year 10000
  refuses("since", INT64_MAX);
  MUST_FAIL(HoldingsPage::Parse("[]"), Errc::Invalid);
  MUST_FAIL(HoldingsPage::Parse("{"), Errc::Invalid);
}
