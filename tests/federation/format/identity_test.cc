// Keys, node ids and the entries that begin an epoch.
#include <set>

#include "federation/format/canonical_json.h"
#include "federation/format/opening.h"
#include "storage/base/json.h"
#include "tests/federation/format/log_vectors.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

Secret SeedOf(std::uint8_t byte) {
  Secret seed;
  seed.fill(byte);
  return seed;
}

EpochKeys KeysOf(std::uint8_t seed, std::uint8_t next) {
  return {SigningKeys(SeedOf(seed)).public_keys(),
          SigningKeys(SeedOf(next)).public_keys().Commitment(),
          CommitmentTo(KeyOf(99).public_key())};
}

const Genesis kGenesis{KeysOf(1, 2), std::string(32, 'a')};

Opening OpeningOf(std::uint8_t seed) {
  return {kGenesis.node(),      1, {0, {7, LogOf(7).Root()}}, KeysOf(seed, 3), HashSha256({}),
          OpenReason::Rotation, {}};
}

Json JsonOf(const Opening& opening) { return MUST(ParseCanonical(opening.Render())); }

}  // namespace

TEST_CASE("NodeIdsAreBase32OfTheGenesis") {
  const NodeId zero{LogHash()};
  REQUIRE(zero.ToString() == std::string(52, 'a'));
  const auto ones = NodeId(LogHash::FromRaw(Bytes(32, 0xff)));
  REQUIRE(ones.ToString() == std::string(51, '7') + "q");
  REQUIRE(MUST(NodeId::Parse(ones.ToString())) == ones);
  for (const std::string& bad :
       {std::string(), std::string(51, 'a'), std::string(53, 'a'), std::string(52, 'A'),
        std::string(51, 'a') + "1", std::string(51, 'a') + "b", std::string(51, 'a') + "="}) {
    MUST_FAIL(NodeId::Parse(bad), Errc::Invalid);
  }
}

TEST_CASE("RolesHaveKeysOfTheirOwn") {
  const KeySet keys = SigningKeys(SeedOf(1)).public_keys();
  const std::set<PublicKey> all = {keys.log, keys.mirror, keys.transport, keys.witness};
  REQUIRE(all.size() == 4);
  REQUIRE(MUST(KeySet::Parse(keys.ToJson())) == keys);
  REQUIRE(keys.Commitment() != SigningKeys(SeedOf(2)).public_keys().Commitment());
  auto object = keys.ToJson();
  auto twice = keys;
  twice.mirror = keys.witness;
  MUST_FAIL(KeySet::Parse(twice.ToJson()), Errc::Invalid);
  object["fifth"] = keys.log.ToString();
  MUST_FAIL(KeySet::Parse(object), Errc::Invalid);
  object.erase("fifth");
  object.erase("log");
  MUST_FAIL(KeySet::Parse(object), Errc::Invalid);
}

TEST_CASE("GenesisNamesTheNode") {
  const auto entry = MUST(ParseCanonical(kGenesis.Render()));
  const auto parsed = MUST(Genesis::Parse(entry));
  REQUIRE(parsed.node() == kGenesis.node());
  const Genesis salted{kGenesis.epoch, std::string(32, 'b')};
  REQUIRE(salted.node() != kGenesis.node());
  auto bad = entry;
  bad["salt"] = "short";
  MUST_FAIL(Genesis::Parse(bad), Errc::Invalid);
  bad = entry;
  bad.erase("next");
  MUST_FAIL(Genesis::Parse(bad), Errc::Invalid);
}

TEST_CASE("TheNextKeysOpenAnEpoch") {
  const auto opening = OpeningOf(2);
  const auto entry = JsonOf(opening);
  const auto parsed = MUST(Opening::Parse(entry));
  REQUIRE(parsed.Render() == opening.Render());
  MUST(parsed.RequireAuthority(kGenesis.epoch, entry));
  const auto stolen = OpeningOf(5);
  MUST_FAIL(stolen.RequireAuthority(kGenesis.epoch, JsonOf(stolen)), Errc::Invalid);
}

TEST_CASE("TheRecoveryKeyOverridesTheNextKeys") {
  auto opening = OpeningOf(5);
  opening.SignWith(KeyOf(99));
  auto entry = JsonOf(opening);
  MUST(MUST(Opening::Parse(entry)).RequireAuthority(kGenesis.epoch, entry));

  entry["reason"] = "fork";  // what was signed said otherwise
  MUST_FAIL(MUST(Opening::Parse(entry)).RequireAuthority(kGenesis.epoch, entry), Errc::Invalid);
  opening.SignWith(KeyOf(98));
  MUST_FAIL(opening.RequireAuthority(kGenesis.epoch, JsonOf(opening)), Errc::Invalid);
  auto without = kGenesis.epoch;
  without.recovery.reset();
  opening.SignWith(KeyOf(99));
  MUST_FAIL(opening.RequireAuthority(without, JsonOf(opening)), Errc::Invalid);
}

TEST_CASE("RefusesOpeningsThatSkipAnEpoch") {
  auto entry = JsonOf(OpeningOf(2));
  entry["epoch"] = 2;
  MUST_FAIL(Opening::Parse(entry), Errc::Invalid);
  entry["epoch"] = 0;
  MUST_FAIL(Opening::Parse(entry), Errc::Invalid);
}
