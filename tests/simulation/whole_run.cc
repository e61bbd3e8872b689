#include "tests/simulation/whole_run.h"

#include <algorithm>

#include "tests/simulation/node_answers.h"
#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

using namespace federation;
using Kind = WholeMove::Kind;

constexpr std::int64_t kNeverMs = std::int64_t{1} << 40;
constexpr ServiceOptions kUrged = {kNeverMs, kNeverMs, 8, 0};  // asks whom it is told to
constexpr std::int64_t kLeapMs = 61 * 60'000;
constexpr std::int64_t kPublishedEveryMs = 2 * 3'600'000;
constexpr std::int64_t kHalfDayMs = 12 * 3'600'000;  // clocks must not differ by a day
constexpr std::size_t kMostAnswers = 64;             // of one contact
constexpr const char* kKinds[] = {"publish",      "contact",   "break-off",  "crash-in",
                                  "answer-twice", "lose-hint", "hint-twice", "crash",
                                  "restore",      "copy"};

std::uint64_t Number(const std::string& text) {
  const auto hash = HashSha256(AsBytes(text));
  return LoadLe<std::uint64_t>(hash.bytes().data());
}

// What was written lately goes where the rest is: copies of the run are smaller then.
void Shrink(SimNode& node) {
  auto lease = MUST(node.database().Read());
  MUST(lease->Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
}

}  // namespace

std::string WholeMove::ToString() const {
  std::string text = kKinds[static_cast<std::size_t>(kind)];
  if (kind != Kind::Copy) text += " " + std::to_string(node);
  if (kind >= Kind::Contact && kind <= Kind::HintTwice) {
    text += hint == 0 ? " with " : " by a hint from ";
    text += other == kCopy ? "the copy of 0" : std::to_string(other);
  }
  if (kind == Kind::BreakOff || kind == Kind::CrashIn) {
    text += " after " + std::to_string(answers) + " answers";
  }
  return text;
}

WholeRun::WholeRun() {
  for (std::size_t i = 0; i < kThree; ++i) {
    const auto* const origin = i == kOrigin ? nullptr : &places_[kOrigin].node->id();
    places_[i].node = StartOfThree(i, kUrged, places_[i].clock, origin);
  }
  Publish(kOrigin);
  for (std::size_t i = 0; i < kThree; ++i) Give(i, PeerCame{1});
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < kThree; ++i) {
      for (std::int64_t row = 1; row < static_cast<std::int64_t>(kThree); ++row) {
        Make({Kind::Contact, i, PeerAt(i, row)});
      }
    }
  }
  sent_.clear();  // all have it
  for (auto& place : places_) {
    if (place.node != nullptr) Shrink(*place.node);
  }
  places_[kOrigin].clock.JumpTo(places_[1].clock.NowMs() + kHalfDayMs);
  for (std::size_t i = 0; i < kThree; ++i) places_[i].node->BackUp();
}

WholeRun::~WholeRun() = default;

NodeSeen WholeRun::See(std::size_t i) const {
  const auto& place = places_[i];
  const auto state = StateOf(*place.node, names_, place.watch);
  const auto shown = Number(state.shown);
  const auto lives = " " + std::to_string(place.lives) + " ";
  NodeSeen seen{shown, Number(std::to_string(shown) + lives + state.rest), 0, false};
  if (i % kThree == 0) {
    seen.size = truth_.at(origin()).Of(place.node->name()).size();
    return seen;
  }
  seen.size = place.watch.HeldSize(origin());
  auto lease = MUST(place.node->database().Read());
  auto rows = lease->Query("SELECT 1 FROM origin WHERE stopped != ''");
  seen.is_stopped = rows.Next();
  return seen;
}

std::size_t WholeRun::Make(const WholeMove& move) {
  sent_last_.clear();
  for (std::size_t i = 1; i < kThree; ++i) places_[i].clock.Advance(kLeapMs);
  switch (move.kind) {
    case Kind::Publish: Publish(move.node); break;
    case Kind::Contact:
    case Kind::BreakOff:
    case Kind::CrashIn:
    case Kind::AnswerTwice:
    case Kind::HintTwice: return Talk(move);
    case Kind::LoseHint: sent_.erase(FindHint(move)); break;
    case Kind::Crash: Restart(move.node, false); break;
    case Kind::Restore: Restart(move.node, true); break;
    case Kind::Copy: Copy(); break;
  }
  return 0;
}

// One that waits since the start for its first answer goes on, and a hint of that peer waits for
// its end.
std::size_t WholeRun::Talk(const WholeMove& move) {
  const auto row = RowOf(move.node, move.other);
  const auto& asks = places_[move.node].asks;
  const bool is_asked = std::ranges::find(asks, row, &Ask::peer) != asks.end();
  if (move.hint != 0) {
    const auto note = FindHint(move)->note;
    if (move.kind != Kind::HintTwice) sent_.erase(FindHint(move));
    Give(move.node, Hinted{places_[move.other].node->id(), note});
    if (is_asked) return 0;
  } else if (!is_asked) {
    Give(move.node, PeerCame{row});
  }
  return GiveAnswers(move);
}

std::vector<WholeRun::Sent>::iterator WholeRun::FindHint(const WholeMove& move) {
  const auto found = std::ranges::find_if(sent_, [&](const Sent& sent) {
    return sent.hint.from == move.other && sent.hint.to == move.node && sent.hint.id == move.hint;
  });
  REQUIRE(found != sent_.end());
  return found;
}

// Until nothing more is asked of that peer. What is asked of others waits.
std::size_t WholeRun::GiveAnswers(const WholeMove& move) {
  const auto row = RowOf(move.node, move.other);
  auto& asks = places_[move.node].asks;
  bool breaks_off = move.kind == Kind::BreakOff;
  for (std::size_t given = 0;; ++given) {
    const auto next = std::ranges::find(asks, row, &Ask::peer);
    if (next == asks.end()) return given;
    if (move.kind == Kind::CrashIn && given == move.answers) {
      Restart(move.node, false);
      return given + 1;
    }
    const Ask ask = *next;
    if (breaks_off && given == move.answers) {
      breaks_off = false;
      std::erase_if(asks, [&](const Ask& item) { return item.peer == row; });
      Give(move.node, Answer{ask.id, Error(Errc::Unavailable, "lost"), {}, {}});
      continue;
    }
    asks.erase(next);
    const auto answer = AnswerAsk(*places_[move.other].node, ask);
    Give(move.node, answer);
    if (move.kind == Kind::AnswerTwice) Give(move.node, answer);
    REQUIRE(given < kMostAnswers);
  }
}

void WholeRun::Give(std::size_t i, const Input& input) {
  auto& place = places_[i];
  place.watch.Hear(*place.node, input);
  const auto outputs = MUST(place.node->Step(input));
  if (i % kThree != 0) {
    place.watch.Look(*place.node, truth_);
    names_.Look(*place.node, place.lives);
  }
  for (const auto& output : outputs) Send(i, output);
}

void WholeRun::Send(std::size_t i, const Output& output) {
  if (const auto* ask = std::get_if<Ask>(&output)) places_[i].asks.push_back(*ask);
  const auto* hint = std::get_if<Hint>(&output);
  if (hint == nullptr) return;
  const auto to = PeerAt(i, hint->peer);
  REQUIRE(to != kOrigin);  // who follows nobody is told of nothing but its own log, which it knows
  const auto size = MUST(HeadClaim::Parse(hint->note)).state.size;
  sent_last_.push_back({i, to, Number(NoteName(hint->note)), size});
  sent_.push_back({sent_last_.back(), hint->note});
}

void WholeRun::Publish(std::size_t i) {
  auto& place = places_[i];
  place.clock.Advance(kPublishedEveryMs);
  MUST(place.node->Publish());
  truth_[origin()].Extend(*place.node);
  names_.Look(*place.node, place.lives);
  Give(i, Released());
}

void WholeRun::Restart(std::size_t i, bool restores) {
  auto& place = places_[i];
  place.node->Crash(0);
  if (restores) {
    place.node->Restore();
    place.watch.Forget();
    ++place.lives;
  }
  MUST(place.node->Start());
  place.asks.clear();
  if (i % kThree == 0) truth_[origin()].Extend(*place.node);
  Give(i, PeerCame{1});
}

// It begins where the origin is, and tells its own story from there.
void WholeRun::Copy() {
  auto& place = places_[kCopy];
  place.clock.JumpTo(places_[kOrigin].clock.NowMs() + 1);
  place.lives = 1;
  const NodeOptions options{kCopy + 1, true, true, false, kUrged};
  place.node = std::make_unique<SimNode>("node3", options, place.clock);
  place.node->BecomeCopyOf(*places_[kOrigin].node);
  truth_[origin()].Copy("node0", "node3");
  MUST(place.node->Start());
  Give(kCopy, PeerCame{1});
}

}  // namespace banyan::simulation
