// Pages of epochs, and the entries and links that go with later epochs.
#include "federation/format/epochs_page.h"

#include "federation/format/canonical_json.h"
#include "federation/format/card_link.h"
#include "federation/format/note.h"
#include "federation/format/state_entry.h"
#include "storage/base/json.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

TEST_CASE("PagesOfEpochsHaveOneForm") {
  const EpochsPage page{{{0, "a note\n"}, {1, "another\n"}, {2, ""}}};
  const auto text = page.ToString();
  CHECK(text == "epoch 0 7\na note\nepoch 1 8\nanother\nepoch 2 0\n");
  CHECK(MUST(EpochsPage::Parse(text)) == page);
  CHECK(MUST(EpochsPage::Parse("")).epochs.empty());
  CHECK(MUST(EpochsPage::Parse("epoch 3 0\nepoch 4 0\n")).epochs.size() == 2);
}

TEST_CASE("Attack16MalformedPagesOfEpochsAreRefused") {
  for (const std::string& bad :
       {std::string("epoch 0 7\na note"), std::string("epoch 0\n"), std::string("epoch 00 0\n"),
        std::string("epoch 0 +1\na"), std::string("epoch 0  0\n"),
        std::string("epoch 1 0\nepoch 1 0\n"), std::string("epoch 0 0\nepoch 2 0\n"),
        std::string("epoch 1 0\nepoch 0 0\n"), std::string("epoch 0 0\n\n"),
        std::string("head 0 0\n"), std::string("epoch -1 0\n"),
        std::string("epoch 18446744073709551616 0\n"), std::string("epoch 0 99999999999\n"),
        std::string("epoch "), std::string("epoch  \n"), std::string("\n")}) {
    INFO(bad);
    MUST_FAIL(EpochsPage::Parse(bad), Errc::Invalid);
  }
  const EpochsPage long_note{{{0, std::string(kMaxNoteBytes + 1, 'x')}}};
  MUST_FAIL(EpochsPage::Parse(long_note.ToString()), Errc::Invalid);
  MUST_FAIL(EpochsPage::Parse(std::string(kMaxEpochsBytes + 1, 'x')), Errc::TooLarge);
}

TEST_CASE("StateEntriesReadBack") {
  const StateEntry state{HashSha256({}), 12};
  const auto json = MUST(ParseCanonical(state.Render()));
  CHECK(MUST(StateEntry::Parse(json)) == state);
  auto bad = json;
  bad["cards"] = -1;
  MUST_FAIL(StateEntry::Parse(bad), Errc::Invalid);
  bad = json;
  bad.erase("root");
  MUST_FAIL(StateEntry::Parse(bad), Errc::Invalid);
}

TEST_CASE("CardsOfEveryVersionAreLinked") {
  const auto hash = "sha256:" + HashSha256({}).ToString();
  const auto leaf = HashLeaf({});
  const auto first = MUST(CardLink::Parse({{"n", 1}}));
  CHECK(first.Key(leaf).bytes()[0] == leaf.bytes()[0]);
  const auto later = MUST(CardLink::Parse({{"n", 2}, {"repo", hash}, {"prev", hash}, {"x", 1}}));
  CHECK(later.Key(leaf).ToString() == HashSha256({}).ToString());
  for (const Json& bad :
       {Json{{"n", 0}}, Json{{"n", 1}, {"repo", hash}}, Json{{"n", 2}, {"repo", hash}},
        Json{{"n", 2}, {"prev", hash}}, Json{{"n", 1}, {"prev", hash}}, Json::object()}) {
    INFO(bad.dump());
    MUST_FAIL(CardLink::Parse(bad), Errc::Invalid);
  }
}
