#include "federation/policy.h"

#include "tests/support/catch.h"

using namespace banyan;
using namespace banyan::federation;
using storage::StandingReason;
using storage::StandingStatus;

namespace {

Judged Stated(StandingStatus status, std::optional<StandingReason> reason,
              std::vector<std::string> scope = {}) {
  return {{}, {storage::RepositoryKind::Model, "lab", "tiny"}, {status, reason, std::move(scope)}};
}

AnswerRule Rule(std::set<StandingStatus> statuses, std::set<StandingReason> reasons,
                Action action) {
  return {{}, "", std::move(statuses), std::move(reasons), {action, 3}};
}

Action ByDefault(StandingReason reason) {
  return Decide({}, Stated(StandingStatus::Removed, reason)).action;
}

}  // namespace

TEST_CASE("WithoutRulesTheReasonDecides") {
  CHECK(Decide({}, Stated(StandingStatus::Live, {})).action == Action::Keep);
  for (const auto reason : {StandingReason::Court, StandingReason::Copyright,
                            StandingReason::Privacy, StandingReason::Safety}) {
    CHECK(ByDefault(reason) == Action::Delete);
  }
  for (const auto reason :
       {StandingReason::Author, StandingReason::Quality, StandingReason::Licence}) {
    CHECK(ByDefault(reason) == Action::Hide);
  }
  CHECK(ByDefault(StandingReason::Security) == Action::Stop);
  CHECK(ByDefault(StandingReason::Other) == Action::Stop);
  CHECK(Decide({}, Stated(StandingStatus::Removed, StandingReason::Court)).after_days == 30);
}

TEST_CASE("TheFirstRuleThatHoldsDecides") {
  Policy policy;
  policy.answers = {Rule({StandingStatus::Yanked}, {}, Action::Keep),
                    Rule({}, {StandingReason::Court}, Action::Archive), Rule({}, {}, Action::Hide)};
  const auto decide = [&](StandingStatus status, std::optional<StandingReason> reason) {
    return Decide(policy, Stated(status, reason)).action;
  };
  CHECK(decide(StandingStatus::Yanked, StandingReason::Court) == Action::Keep);
  CHECK(decide(StandingStatus::Removed, StandingReason::Court) == Action::Archive);
  CHECK(decide(StandingStatus::Withdrawn, StandingReason::Author) == Action::Hide);
  CHECK(decide(StandingStatus::Live, {}) == Action::Keep);  // no rule names it
  CHECK_FALSE(policy.JudgesLive());
}

TEST_CASE("ARuleMayNameOriginAndRepository") {
  Policy policy;
  auto rule = Rule({StandingStatus::Live}, {}, Action::Stop);
  rule.repository = "models/LAB/t*";
  const NodeId node(HashLeaf(AsBytes(std::string_view("somebody"))));
  policy.answers = {rule};
  auto judged = Stated(StandingStatus::Live, {});
  CHECK(policy.JudgesLive());
  CHECK(Decide(policy, judged).action == Action::Stop);
  judged.id.name = "other";
  CHECK(Decide(policy, judged).action == Action::Keep);
  judged.id.name = "tiny";
  policy.answers.front().origin = node;
  CHECK(Decide(policy, judged).action == Action::Keep);  // it is this node's own
  judged.origin = node;
  CHECK(Decide(policy, judged).action == Action::Stop);
}

TEST_CASE("AScopeElsewhereIsNotAnswered") {
  const auto elsewhere = Stated(StandingStatus::Removed, StandingReason::Court, {"DE", "FR"});
  Policy policy;
  CHECK(Decide(policy, elsewhere).action == Action::Delete);  // nobody said where this node is
  policy.jurisdictions = {"KE"};
  CHECK(Decide(policy, elsewhere).action == Action::Keep);
  policy.answers = {Rule({StandingStatus::Live}, {}, Action::Stop)};  // this node's own, stays
  CHECK(Decide(policy, elsewhere).action == Action::Stop);
  policy.answers.clear();
  policy.jurisdictions = {"KE", "FR"};
  CHECK(Decide(policy, elsewhere).action == Action::Delete);
  CHECK(Decide(policy, Stated(StandingStatus::Removed, StandingReason::Court)).action ==
        Action::Delete);
}

TEST_CASE("OneSelectionMustHoldWithAllItsKeys") {
  Card card;
  card.content = CardContent();
  card.content->licence = "CC-BY-4.0";
  card.content->bytes = 1000;
  const Json meta{{"kind", "model"}, {"task", "image-to-text"}, {"languages", {"sw", "en"}}};
  Policy policy;
  CHECK(SelectContent(policy, card, meta).has_value());
  Selection selection{{"models"}, {"MIT", "cc-*"}, {"image-*"}, {"sw"}, 1000, {}};
  policy.selections = {selection};
  CHECK(SelectContent(policy, card, meta).has_value());
  const auto with = [&](void (*change)(Selection&)) {
    policy.selections = {selection};
    change(policy.selections.front());
    return SelectContent(policy, card, meta).has_value();
  };
  CHECK_FALSE(with([](Selection& s) { s.kinds = {"datasets"}; }));
  CHECK_FALSE(with([](Selection& s) { s.licences = {"MIT"}; }));
  CHECK_FALSE(with([](Selection& s) { s.tasks = {"text-generation"}; }));
  CHECK_FALSE(with([](Selection& s) { s.languages = {"fr"}; }));
  CHECK_FALSE(with([](Selection& s) { s.max_bytes = 999; }));
  policy.selections.push_back({});  // anything
  CHECK(SelectContent(policy, card, meta).has_value());
}

TEST_CASE("TheFirstSelectionThatHoldsSaysWhichFilesAreWanted") {
  Card card;
  card.content = CardContent();
  card.content->licence = "MIT";
  const ContentSelection on_demand{
      {}, {}, ContentSelection::History::Heads, ContentSelection::Others::OnDemand};
  Policy policy;
  CHECK(SelectContent(policy, card, Json::object()) == ContentSelection());
  policy.selections = {{{}, {"MIT"}, {}, {}, 0, on_demand}, {{}, {}, {}, {}, 0, {}}};
  CHECK(SelectContent(policy, card, Json::object()) == on_demand);
  card.content->licence = "CC0-1.0";
  CHECK(SelectContent(policy, card, Json::object()) == ContentSelection());
}
