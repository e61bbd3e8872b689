#include "node/git/push_report.h"

#include "node/git/pkt_line.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

const std::string kInner = PacketLine("unpack ok\n") + PacketLine("ok refs/heads/main\n") +
                           PacketLine("option forced-update\n") +
                           PacketLine("ng refs/heads/x failed to update ref\n") + "0000";

std::string Band(char band, const std::string& data) {
  return PacketLine(std::string(1, band) + data);
}

}  // namespace

TEST_CASE("AReportComesOutAsItCameIn") {
  CHECK(MUST(PushReport::Parse(kInner)).ToString() == kInner);
  CHECK(MUST(PushReport::Parse("")).ToString().empty());
  const auto banded = Band(2, "Resolving deltas\n") + Band(1, kInner) + "0000";
  CHECK(MUST(PushReport::Parse(banded)).ToString() == banded);
  // However git cut it.
  const auto cut = Band(1, kInner.substr(0, 7)) + Band(1, kInner.substr(7)) + "0000";
  CHECK(MUST(PushReport::Parse(cut)).ToString() == Band(1, kInner) + "0000");
}

TEST_CASE("ARefusalReachesEveryRefThatWasFine") {
  auto report = MUST(PushReport::Parse(kInner));
  report.RefuseAll("two\nlines");
  CHECK(report.lines == std::vector<std::string>{"unpack ok", "ng refs/heads/main two lines",
                                                 "ng refs/heads/x failed to update ref"});
  report.Tell("nobody would see this");
  CHECK(report.remarks.empty());
}

TEST_CASE("WordsForTheUserGoWithTheReport") {
  auto report = MUST(PushReport::Parse(Band(1, kInner) + "0000"));
  report.Tell("why");
  report.RefuseAll("no");
  const auto text = report.ToString();
  CHECK(text.starts_with(Band(2, "why\n")));
  CHECK(text.find("ng refs/heads/main no") != text.npos);
  CHECK(text.ends_with("00000000"));
}

TEST_CASE("WhoIsLateIsToldToFetch") {
  auto report = MUST(PushReport::Parse(kInner));
  report.ExplainMoved();
  CHECK(report.lines.back() == "ng refs/heads/x fetch first");
}

TEST_CASE("AMalformedReportIsRefused") {
  MUST_FAIL(PushReport::Parse("hello"), Errc::Invalid);
  MUST_FAIL(PushReport::Parse(Band(1, "zz") + "0000"), Errc::Invalid);
}
