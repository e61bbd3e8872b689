// Entries of a log are the same whether a thread parses them ahead or not.
#include "federation/follow/entries_ahead.h"
#include "federation/format/canonical_json.h"
#include "tests/support/catch.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

constexpr std::size_t kBad = 700;

Bytes CardOf(std::size_t number) {
  Card card;
  card.standing.status = storage::StandingStatus::Withdrawn;
  card.standing.reason = storage::StandingReason::Author;
  card.time_s = static_cast<std::int64_t>(number);
  return MUST(card.Render());
}

std::vector<Bytes> Entries(std::size_t count) {
  std::vector<Bytes> entries;
  for (std::size_t i = 0; i < count; ++i) {
    entries.push_back(i % 3 == 0 ? CardOf(i) : MustRenderCanonical({{"t", "self"}, {"v", i}}));
  }
  return entries;
}

}  // namespace

TEST_CASE("EntriesParsedAheadComeInOrder") {
  for (const std::size_t count : {0u, 1u, 256u, 257u, 512u, 1000u}) {
    const auto entries = Entries(count);
    EntriesAhead ahead(entries);
    for (std::size_t i = 0; i < count; ++i) {
      const auto entry = MUST(ahead.Next());
      REQUIRE(entry.card.has_value() == (i % 3 == 0));
      if (entry.card) REQUIRE(entry.card->card->time_s == static_cast<std::int64_t>(i));
      if (!entry.card) REQUIRE(FindInt(entry.json, "v") == static_cast<std::int64_t>(i));
    }
  }
}

TEST_CASE("AnEntryThatIsWrongIsFoundInItsPlaceWhenParsedAhead") {
  auto entries = Entries(1000);
  entries[kBad].push_back(' ');
  EntriesAhead ahead(entries);
  for (std::size_t i = 0; i < kBad; ++i) MUST(ahead.Next());
  MUST_FAIL(ahead.Next(), Errc::Invalid);
  MUST(ahead.Next());
}

TEST_CASE("NobodyNeedsToTakeWhatIsParsedAhead") {
  const auto entries = Entries(5000);
  EntriesAhead ahead(entries);
  MUST(ahead.Next());
}
