#include "federation/format/card.h"

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"
#include "tests/federation/format/log_vectors.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

const Sha256 kRoot = HashSha256(AsBytes("root"));

Card FirstCard() {
  Card card;
  card.meta = HashSha256(AsBytes("meta"));
  card.content = CardContent{{}, kRoot, kRoot, kRoot, 0, 0, "Apache-2.0", {}};
  card.time_s = 1700000000;
  return card;
}

Card LaterCard() {
  Card card = FirstCard();
  card.repository = RepositoryKey::FromRaw(HashLeaf(MUST(FirstCard().Render())).bytes());
  card.number = 2;
  card.previous = HashLeaf(MUST(FirstCard().Render()));
  card.content->head = GitOid::FromRaw(Bytes(20, 7));
  card.content->bytes = 5;
  card.content->files = 1;
  card.content->licence_text = kRoot;
  card.parents = {"models/base/model"};
  card.upstream = Upstream{"hub.example", "ns/name", GitOid::FromRaw(Bytes(20, 9))};
  return card;
}

Json JsonOf(const Card& card) { return MUST(ParseCanonical(MUST(card.Render()))); }

}  // namespace

TEST_CASE("CardsAreReadAsTheyWereWritten") {
  Card yanked = LaterCard();
  yanked.standing.status = storage::StandingStatus::Yanked;
  yanked.standing.reason = storage::StandingReason::Security;
  yanked.standing.scope = {"DE", "FR"};
  yanked.access = CardAccess::Attest;
  Card removed = LaterCard();
  removed.standing.status = storage::StandingStatus::Removed;
  removed.standing.reason = storage::StandingReason::Court;
  removed.content.reset();
  removed.meta.reset();
  for (const auto& card : {FirstCard(), LaterCard(), yanked, removed}) {
    REQUIRE(MUST(Card::Parse(JsonOf(card))) == card);
  }
}

TEST_CASE("UnknownKeysArePassedOverUnlessCritical") {
  auto entry = JsonOf(FirstCard());
  entry["colour"] = "green";
  REQUIRE(MUST(Card::Parse(entry)) == FirstCard());
  entry["crit"] = {"colour"};
  MUST_FAIL(Card::Parse(entry), Errc::Invalid);
}

TEST_CASE("RefusesCardsThatContradictThemselves") {
  const auto refuse = [](const Card& card, const std::string& key, const Json& value) {
    auto entry = JsonOf(card);
    INFO(key << " = " << value.dump());
    if (value.is_null()) {
      entry.erase(key);
    } else {
      entry[key] = value;
    }
    MUST_FAIL(Card::Parse(entry), Errc::Invalid);
  };
  for (const char* key : {"repo", "prev", "n", "status", "access", "time", "manifest", "refs",
                          "git", "bytes", "files", "licence"}) {
    refuse(LaterCard(), key, nullptr);
  }
  refuse(LaterCard(), "n", 1);
  refuse(FirstCard(), "n", 2);
  refuse(FirstCard(), "n", 0);
  refuse(FirstCard(), "status", "gone");
  refuse(FirstCard(), "status", "removed");
  refuse(FirstCard(), "reason", "court");
  refuse(FirstCard(), "reason", "because");
  refuse(FirstCard(), "access", "closed");
  refuse(FirstCard(), "manifest", "sha1:00");
  refuse(FirstCard(), "licence", "");
  refuse(FirstCard(), "parents", Json::array());
  refuse(FirstCard(), "parents", {1});
  refuse(FirstCard(), "parents", std::vector<std::string>(17, "a"));
  refuse(LaterCard(), "upstream", Json::object());
}
