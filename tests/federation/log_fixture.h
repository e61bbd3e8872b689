#pragma once
// A node's own log beside a repository with history.

#include "federation/card_writer.h"
#include "federation/log_files.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/history_fixture.h"

namespace banyan::federation::testing {

inline SigningKeys KeysOf(std::uint8_t byte) {
  Secret seed;
  seed.fill(byte);
  return SigningKeys(seed);
}

struct LogFixture : tests::HistoryFixture {
  FakeClock clock;
  FakeRandom random{7};
  OwnOrigin origin = Origin(1);
  CardWriter writer{*database, *store, origin, random, clock};

  explicit LogFixture(bool is_private = false) : HistoryFixture(is_private) {}

  Result<OwnOrigin> TryOrigin(std::uint8_t seed) {
    return OpenOwnOrigin(
        *database, KeysOf(seed), [] { return Result(KeysOf(2).public_keys().Commitment()); },
        random);
  }
  OwnOrigin Origin(std::uint8_t seed) { return MUST(TryOrigin(seed)); }

  Status Execute(const std::string& sql) {
    return database->Write([&](storage::Connection& c) { return c.ExecuteScript(sql); });
  }
  // As the node does after a head moved, but for what the head says.
  void Describe() { MUST(Execute("UPDATE repository SET described = head")); }

  std::vector<Bytes> Entries() {
    auto lease = MUST(database->Read());
    return MUST(ReadEntries(*lease, origin.log, 0, MUST(CountEntries(*lease, origin.log))));
  }
  CardRow LastCard() {
    auto lease = MUST(database->Read());
    const auto card = MUST(FindCard(*lease, origin.log, repository));
    REQUIRE(card.has_value());
    return *card;
  }
  // A minute later, with the head described.
  CardReport WriteCards() {
    Describe();
    clock.Advance(kCardPauseMs);
    return MUST(writer.WriteDue());
  }
};

}  // namespace banyan::federation::testing
