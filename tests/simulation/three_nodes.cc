#include "tests/simulation/three_nodes.h"

#include <algorithm>

#include "tests/simulation/node_answers.h"
#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

using namespace federation;

constexpr std::size_t kMostPublished = 2;
constexpr std::size_t kMostTicks = 2;
constexpr std::uint64_t kBackedUp = 2;  // entries of the origin that all hold at first
constexpr std::int64_t kRoundMs = 120'000;
constexpr const char* kKinds[] = {"deliver", "tick",  "publish", "lose",
                                  "double",  "crash", "restore"};

std::string Digest(const std::string& text) { return HashSha256(AsBytes(text)).ToString(); }

}  // namespace

std::string Move::ToString() const {
  return std::string(kKinds[static_cast<std::size_t>(kind)]) + " " + std::to_string(node) +
         (message.empty() ? "" : " " + message.substr(0, 8)) +
         (answer.empty() ? "" : " " + answer.substr(0, 8));
}

ThreeNodes::ThreeNodes() {
  for (std::size_t i = 0; i < kThree; ++i) {
    const auto* const origin = i == kOrigin ? nullptr : &places_[kOrigin].node->id();
    places_[i].node = StartOfThree(i, {60'000, 300'000, 8, 0}, places_[i].clock, origin);
  }
  Publish();
  for (std::size_t i = 0; i < kThree; ++i) Round(i);
  Settle();
  for (auto& place : places_) place.node->BackUp();
  published_ = 0;
}

void ThreeNodes::Round(std::size_t i) {
  places_[i].clock.Advance(kRoundMs);
  Give(i, Tick(), "tick");
}

bool ThreeNodes::IsConcerned(std::size_t i) const {
  return std::ranges::any_of(
      messages_, [&](const Message& message) { return message.from == i || message.to == i; });
}

bool ThreeNodes::IsAsking(std::size_t i) const {
  return std::ranges::any_of(messages_, [&](const Message& message) {
    return message.kind == Message::Kind::Ask && message.from == i;
  });
}

Moves ThreeNodes::Possible() const {
  Moves moves;
  std::string last;
  for (const auto& message : messages_) {  // sorted by key: of equal ones the first
    if (message.key == std::exchange(last, message.key)) continue;
    // To who asked, a lost answer is a lost question, and a second one is no answer to anything.
    moves.push_back({Move::Kind::Lose, message.to, message.key, ""});
    if (message.kind == Message::Kind::Hint) {
      moves.push_back({Move::Kind::Deliver, message.to, message.key, ""});
      moves.push_back({Move::Kind::Double, message.to, message.key, ""});
    }
    for (const auto& [digest, answer] : message.answers) {
      moves.push_back({Move::Kind::Deliver, message.from, message.key, digest});
    }
  }
  if (published_ < kMostPublished) moves.push_back({Move::Kind::Publish, 0, "", ""});
  for (std::size_t i = 0; i < kThree; ++i) {
    if (i > 0 && ticks_ < kMostTicks && !IsAsking(i))
      moves.push_back({Move::Kind::Tick, i, "", ""});
    if (IsConcerned(i)) moves.push_back({Move::Kind::Crash, i, "", ""});
  }
  if (places_[1].watch.HeldSize(places_[0].node->id()) > kBackedUp) {
    moves.push_back({Move::Kind::Restore, 1, "", ""});
  }
  return moves;
}

void ThreeNodes::Make(const Move& move) {
  INFO(move.ToString());
  faults_ += move.IsFault() ? 1 : 0;
  switch (move.kind) {
    case Move::Kind::Deliver: Deliver(Take(move.message), move.answer); break;
    case Move::Kind::Tick:
      ++ticks_;
      Round(move.node);
      break;
    case Move::Kind::Publish: Publish(); break;
    case Move::Kind::Lose: {
      const auto message = Take(move.message);
      if (message.kind != Message::Kind::Ask) break;
      const Answer lost{message.ask.id, Error(Errc::Unavailable, "lost"), {}, {}};
      Give(message.from, lost, "lost " + std::to_string(lost.id));
      break;
    }
    case Move::Kind::Double: {
      auto message = Take(move.message);
      Add(message);
      Add(std::move(message));
      break;
    }
    case Move::Kind::Crash: Restart(move.node, false); break;
    case Move::Kind::Restore: Restart(move.node, true); break;
  }
}

void ThreeNodes::Give(std::size_t i, const Input& input, const std::string& what) {
  auto& place = places_[i];
  place.history = Digest(place.history + what);
  place.watch.Hear(*place.node, input);
  const auto outputs = MUST(place.node->Step(input));
  place.watch.Look(*place.node, truth_);
  Reanswer(i);
  for (const auto& output : outputs) Send(i, output);
}

void ThreeNodes::Send(std::size_t i, const Output& output) {
  if (const auto* ask = std::get_if<Ask>(&output)) {
    Add({Message::Kind::Ask, i, PeerAt(i, ask->peer), *ask, {}, {}, {}});
    Reanswer(PeerAt(i, ask->peer));
  } else if (const auto* hint = std::get_if<Hint>(&output)) {
    Add({Message::Kind::Hint, i, PeerAt(i, hint->peer), {}, hint->note, {}, {}});
  }
}

void ThreeNodes::Add(Message message) {
  message.key = Digest(std::to_string(static_cast<int>(message.kind)) + " " +
                       std::to_string(message.from) + " " + std::to_string(message.to) + " " +
                       std::to_string(message.ask.id) + " " + message.ask.path + message.note);
  messages_.insert(std::ranges::upper_bound(messages_, message.key, {}, &Message::key),
                   std::move(message));
}

void ThreeNodes::Reanswer(std::size_t i) {
  for (auto& message : messages_) {
    if (message.kind == Message::Kind::Ask && message.to == i) Reanswer(message);
  }
}

void ThreeNodes::Reanswer(Message& message) {
  auto answer = AnswerAsk(*places_[message.to].node, message.ask);
  std::string text = HashSha256(answer.body).ToString();
  for (const auto& object : answer.objects) text += object ? "+" : "-";
  if (answer.error) text += answer.error->message();
  message.answers.try_emplace(Digest(text), std::move(answer));
}

ThreeNodes::Message ThreeNodes::Take(const std::string& key) {
  const auto found = std::ranges::find(messages_, key, &Message::key);
  REQUIRE(found != messages_.end());
  auto message = *found;
  messages_.erase(found);
  return message;
}

void ThreeNodes::Deliver(const Message& message, const std::string& answer) {
  if (message.kind == Message::Kind::Ask) {
    Give(message.from, message.answers.at(answer), message.key + answer);
  } else {
    Give(message.to, Hinted{places_[message.from].node->id(), message.note}, message.key);
  }
}

void ThreeNodes::Publish() {
  ++published_;
  auto& node = *places_[0].node;
  MUST(node.Publish());
  truth_[node.id()].Extend(node);
  Give(0, Released(), "publish");
}

void ThreeNodes::Restart(std::size_t i, bool restores) {
  auto& place = places_[i];
  place.history = Digest(place.history + (restores ? "restore" : "crash"));
  place.node->Crash(0);
  if (restores) {
    place.node->Restore();
    place.watch.Forget();
  }
  MUST(place.node->Start());
  std::erase_if(messages_, [&](const Message& message) {
    return message.kind == Message::Kind::Ask && message.from == i;
  });
  Reanswer(i);
  if (i == 0) truth_[place.node->id()].Extend(*place.node);
}

std::string ThreeNodes::State() const {
  std::string state = std::to_string(faults_);
  for (const auto& place : places_) state += " " + place.history;
  for (const auto& message : messages_) {
    state += " " + message.key;
    for (const auto& [digest, answer] : message.answers) state += "=" + digest;
  }
  return Digest(state);
}

void ThreeNodes::Settle() {
  const auto& origin = places_[0].node->id();
  const auto size = truth_.at(origin).Of("node0").size();
  for (int round = 0; round < 8; ++round) {
    while (!messages_.empty()) {
      const auto message = Take(messages_.front().key);
      Deliver(message, message.answers.empty() ? "" : message.answers.begin()->first);
    }
    const bool is_done =
        places_[1].watch.HeldSize(origin) == size && places_[2].watch.HeldSize(origin) == size;
    if (is_done) return;
    for (const std::size_t i : {1u, 2u}) Round(i);
  }
  FAIL("they did not come to the same");
}

}  // namespace banyan::simulation
