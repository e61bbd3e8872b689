#include "federation/format/introduction.h"

#include "federation/format/opening.h"
#include "tests/federation/log_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

EpochKeys Keys(std::uint8_t now, std::uint8_t next) {
  return {KeysOf(now).public_keys(), KeysOf(next).public_keys().Commitment(), {}};
}

Bytes GenesisEntry() { return Genesis{Keys(1, 2), std::string(32, 'a')}.Render(); }
NodeId Node() { return NodeId(HashLeaf(GenesisEntry())); }

Bytes OpeningEntry(const NodeId& node, std::uint64_t epoch, std::uint8_t now) {
  return Opening{node,
                 epoch,
                 {epoch - 1, {5, LogHash()}},
                 Keys(now, static_cast<std::uint8_t>(now + 1)),
                 Sha256(),
                 OpenReason::Fork,
                 {}}
      .Render();
}

}  // namespace

TEST_CASE("AnIntroductionProvesTheKeysOfTheLatestEpoch") {
  const auto first = MUST(ReadIntroduction(Node(), IntroductionText({GenesisEntry()})));
  CHECK(first.epoch == 0);
  CHECK(first.keys == KeysOf(1).public_keys());
  const std::vector<Bytes> all = {GenesisEntry(), OpeningEntry(Node(), 1, 2),
                                  OpeningEntry(Node(), 2, 3)};
  const auto latest = MUST(ReadIntroduction(Node(), IntroductionText(all)));
  CHECK(latest.epoch == 2);
  CHECK(latest.keys == KeysOf(3).public_keys());
}

TEST_CASE("AnIntroductionThatDoesNotProveItselfIsRefused") {
  const auto refuse = [](const std::vector<Bytes>& openings, const NodeId& node = Node()) {
    MUST_FAIL(ReadIntroduction(node, IntroductionText(openings)), Errc::Invalid);
  };
  const NodeId other(HashLeaf(AsBytes("another")));
  refuse({GenesisEntry()}, other);
  refuse({OpeningEntry(Node(), 1, 2)});
  refuse({GenesisEntry(), OpeningEntry(Node(), 1, 3)});  // keys that were not committed to
  refuse({GenesisEntry(), OpeningEntry(other, 1, 2)});
  refuse({GenesisEntry(), OpeningEntry(Node(), 2, 2)});
  refuse({});
  const auto text = IntroductionText({GenesisEntry()});
  MUST_FAIL(ReadIntroduction(Node(), text + " "), Errc::Invalid);
  MUST_FAIL(ReadIntroduction(Node(), " " + text), Errc::Invalid);
  MUST_FAIL(ReadIntroduction(Node(), std::string(kMaxIntroductionBytes + 1, 'A')), Errc::TooLarge);
}
