#include "federation/policy.h"

#include "storage/base/json.h"
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
  return {{}, "", std::move(statuses), std::move(reasons), {}, {action, 3}};
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

TEST_CASE("WhatIsOnlyYankedIsHiddenUnlessTheLawIsTheReason") {
  const auto yanked = [](StandingReason reason) {
    return Decide({}, Stated(StandingStatus::Yanked, reason)).action;
  };
  CHECK(yanked(StandingReason::Security) == Action::Hide);
  CHECK(yanked(StandingReason::Other) == Action::Hide);
  CHECK(yanked(StandingReason::Author) == Action::Hide);
  CHECK(yanked(StandingReason::Court) == Action::Delete);
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

TEST_CASE("ARuleMayNameTheJurisdictionThatAStatementIsFor") {
  const auto decide = [](const Policy& policy, std::vector<std::string> scope) {
    const auto judged = Stated(StandingStatus::Removed, StandingReason::Court, std::move(scope));
    return Decide(policy, judged).action;
  };
  auto rule = Rule({}, {StandingReason::Court}, Action::Hide);
  rule.jurisdictions = {"KE", "TZ"};
  Policy policy;
  policy.answers = {rule};
  CHECK(decide(policy, {"TZ"}) == Action::Hide);
  CHECK(decide(policy, {"DE", "KE"}) == Action::Hide);
  CHECK(decide(policy, {}) == Action::Hide);        // stated for everywhere
  CHECK(decide(policy, {"DE"}) == Action::Delete);  // no rule is for it
  policy.jurisdictions = {"KE"};
  CHECK(decide(policy, {"KE"}) == Action::Hide);
  CHECK(decide(policy, {"TZ"}) == Action::Keep);  // no matter for this node
}

namespace {

struct Selecting {
  Card card;
  Json meta = Json::object();
  Policy policy;
  NodeId origin{HashLeaf(AsBytes(std::string_view("somebody")))};

  Selecting() { card.content = CardContent(); }
  std::optional<ContentSelection> Select() const {
    return SelectContent(policy,
                         {origin, {storage::RepositoryKind::Model, "lab", "tiny"}, card, meta});
  }
};

}  // namespace

TEST_CASE("OneSelectionMustHoldWithAllItsKeys") {
  Selecting s;
  s.card.content->licence = "CC-BY-4.0";
  s.card.content->bytes = 1000;
  s.meta = {{"kind", "model"}, {"task", "image-to-text"}, {"languages", {"sw", "en"}}};
  CHECK(s.Select().has_value());
  Selection selection;
  selection.origins = {s.origin};
  selection.repositories = {"datasets/*/*", "models/LAB/t*"};
  selection.kinds = {"models"};
  selection.licences = {"MIT", "cc-*"};
  selection.tasks = {"image-*"};
  selection.languages = {"sw"};
  selection.max_bytes = 1000;
  s.policy.selections = {selection};
  CHECK(s.Select().has_value());
  const auto with = [&](void (*change)(Selection&)) {
    s.policy.selections = {selection};
    change(s.policy.selections.front());
    return s.Select().has_value();
  };
  CHECK_FALSE(with([](Selection& one) { one.origins = {NodeId(LogHash())}; }));
  CHECK_FALSE(with([](Selection& one) { one.repositories = {"models/lab/large"}; }));
  CHECK_FALSE(with([](Selection& one) { one.kinds = {"datasets"}; }));
  CHECK_FALSE(with([](Selection& one) { one.licences = {"MIT"}; }));
  CHECK_FALSE(with([](Selection& one) { one.tasks = {"text-generation"}; }));
  CHECK_FALSE(with([](Selection& one) { one.languages = {"fr"}; }));
  CHECK_FALSE(with([](Selection& one) { one.max_bytes = 999; }));
  s.policy.selections.push_back({});  // anything
  CHECK(s.Select().has_value());
}

TEST_CASE("TheFirstSelectionThatHoldsSaysWhichFilesAreWanted") {
  Selecting s;
  s.card.content->licence = "MIT";
  const ContentSelection on_demand{
      {}, {}, ContentSelection::History::Heads, ContentSelection::Others::OnDemand};
  CHECK(s.Select() == ContentSelection());
  Selection first;
  first.licences = {"MIT"};
  first.content = on_demand;
  s.policy.selections = {first, Selection()};
  CHECK(s.Select() == on_demand);
  s.card.content->licence = "CC0-1.0";
  CHECK(s.Select() == ContentSelection());
}
