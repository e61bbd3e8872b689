// Questions to a node that calls, and how that node may answer them.
#include "node/want_desk.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <set>
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;
using federation::NodeId;
using federation::Want;
using federation::WantList;

namespace {

const NodeId kNode{federation::HashLeaf(AsBytes("one"))};
const NodeId kOther{federation::HashLeaf(AsBytes("other"))};
constexpr std::uint64_t kPart = kMinAnswerPartBytes;

// A body of some bytes, after which it may break off.
class Body final : public BodySource {
 public:
  explicit Body(std::string text, bool breaks_off = false)
      : text_(std::move(text)), breaks_off_(breaks_off) {}
  Result<std::size_t> Read(std::span<std::uint8_t> out) override {
    const auto count = std::min(out.size(), text_.size() - at_);
    if (count == 0 && breaks_off_) return Error(Errc::Cancelled, "gone");
    if (count != 0) std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }
  std::optional<std::uint64_t> size_bytes() const override {
    return text_.size() + (breaks_off_ ? 1 : 0);
  }

 private:
  const std::string text_;
  const bool breaks_off_;
  std::size_t at_ = 0;
};

WantDeskOptions Quick() {
  WantDeskOptions options;
  options.hold_ms = 20;
  options.silence_ms = 300;
  options.wants_max = 12;
  return options;
}

// Whose silence ends nothing in a test's time.
WantDeskOptions Patient(std::int64_t hold_ms) {
  WantDeskOptions options = Quick();
  options.hold_ms = hold_ms;
  options.silence_ms = 60'000;
  options.came_pause_ms = 0;
  return options;
}

struct Desk {
  explicit Desk(const WantDeskOptions& options = Quick())
      : desk(
            clock, [this](const NodeId&) { ++came; }, options) {}

  FakeClock clock;
  std::atomic<int> came{0};
  WantDesk desk;

  Status Take(std::uint64_t number, const AnswerPart& part, std::string text,
              const NodeId& node = kNode) {
    Body body(std::move(text));
    return TakeBody(number, part, body, node);
  }
  Status TakeBody(std::uint64_t number, const AnswerPart& part, Body& body,
                  const NodeId& node = kNode) {
    Request request;
    request.body = &body;
    request.LimitBody(kMaxAnswerPartBytes);
    return desk.Take(node, number, part, request);
  }
  // Until something is wanted.
  WantList Await() {
    for (;;) {
      auto list = desk.Call(kNode);
      if (!list.wants.empty()) return list;
    }
  }
};

// A question that is being asked, by a thread of its own.
struct Question {
  Question(Desk& desk, std::uint64_t max_bytes, const NodeId& node = kNode)
      : thread([&desk, max_bytes, node, this] {
          Want want;
          want.path = "/fed/heads";
          want.max_bytes = max_bytes;
          outcome = desk.desk.Ask(node, want, [this](ByteView piece) {
            got += AsText(piece);
            return refuses ? Status(Error(Errc::Corrupt, "not what it should be")) : Ok();
          });
        }) {}
  ~Question() {
    if (thread.joinable()) thread.join();
  }
  Status Outcome() {
    thread.join();
    return outcome;
  }

  std::atomic<bool> refuses{false};
  std::string got;
  Status outcome;
  std::thread thread;
};

}  // namespace

TEST_CASE("WhatIsWantedIsBroughtInParts") {
  Desk desk;
  CHECK(desk.desk.Call(kNode).wants.empty());
  CHECK(desk.came == 1);
  Question question(desk, 3 * kPart);
  const auto list = desk.Await();
  REQUIRE(list.wants.size() == 1);
  CHECK(list.wants[0].path == "/fed/heads");
  const auto number = list.wants[0].number;
  CHECK(desk.desk.Call(kNode).wants.empty());  // given out once
  const std::uint64_t size = 2 * kPart + 5;
  MUST(desk.Take(number, {200, 0, size}, std::string(kPart, 'a')));
  MUST(desk.Take(number, {200, kPart, size}, std::string(kPart, 'b')));
  MUST(desk.Take(number, {200, 2 * kPart, size}, "tail!"));
  MUST(question.Outcome());
  CHECK(question.got == std::string(kPart, 'a') + std::string(kPart, 'b') + "tail!");
  MUST_FAIL(desk.Take(number, {200, 0, 5}, "again"), Errc::NotFound);
  CHECK(desk.came == 1);
}

TEST_CASE("AnEmptyAnswerAndNoneAreAnswers") {
  Desk desk;
  desk.desk.Call(kNode);
  for (const auto& [part, expected] :
       {std::pair(AnswerPart{200, 0, 0}, std::optional<Errc>()),
        std::pair(AnswerPart{204, 0, 0}, std::optional<Errc>()),
        std::pair(AnswerPart{404, 0, 0}, std::optional(Errc::NotFound)),
        std::pair(AnswerPart{451, 0, 0}, std::optional(Errc::Denied)),
        std::pair(AnswerPart{503, 0, 0}, std::optional(Errc::Unavailable))}) {
    INFO(part.status);
    Question question(desk, 10);
    MUST(desk.Take(desk.Await().wants.at(0).number, part, ""));
    const auto outcome = question.Outcome();
    CHECK(outcome.has_value() == !expected);
    if (expected && !outcome) CHECK(outcome.error().code() == *expected);
    CHECK(question.got.empty());
  }
}

TEST_CASE("ANodeThatDoesNotCallIsNotWaitedFor") {
  Desk desk;
  const auto ask = [&] {
    Want want;
    want.path = "/fed/heads";
    return desk.desk.Ask(kNode, want, [](ByteView) { return Ok(); });
  };
  MUST_FAIL(ask(), Errc::Unavailable);
  desk.desk.Call(kNode);
  desk.clock.Advance(30'000);
  MUST_FAIL(ask(), Errc::Unavailable);
  desk.desk.Call(kNode);
  CHECK(desk.came == 2);
  MUST_FAIL(ask(), Errc::Unavailable);  // here, but silent
}

TEST_CASE("ALaterCallEndsAnEarlierOne") {
  auto options = Patient(60'000);
  options.silence_ms = 300;
  Desk desk(options);
  const auto begun_ms = SystemClock().MonotonicMs();
  std::thread first([&] { desk.desk.Call(kNode); });
  while (!desk.desk.CalledMs(kNode)) SystemClock().SleepMs(1);
  std::thread second([&] { desk.desk.Call(kNode); });
  first.join();
  CHECK(SystemClock().MonotonicMs() - begun_ms < 50'000);
  desk.desk.Stop();
  second.join();
}

TEST_CASE("ANodeThatBeginsAnewIsToldAgain") {
  Desk desk(Patient(20));
  desk.desk.Call(kNode);
  Question first(desk, 2 * kPart);
  const auto begun = desk.Await().wants.at(0).number;
  MUST(desk.Take(begun, {200, 0, 2 * kPart}, std::string(kPart, 'a')));
  Question second(desk, 10);
  const auto number = desk.Await().wants.at(0).number;
  const auto again = desk.desk.Call(kNode, WantDesk::Begins::Anew);
  REQUIRE(again.wants.size() == 1);
  CHECK(again.wants[0].number == number);
  MUST_FAIL(first.Outcome(), Errc::Io);
  MUST(desk.Take(number, {204, 0, 0}, ""));
  MUST(second.Outcome());
}

TEST_CASE("Attack12WhoBeginsAnewWithoutEndIsNotAskedWithoutEnd") {
  Desk desk;
  for (int i = 0; i < 10; ++i) desk.desk.Call(kNode, WantDesk::Begins::Anew);
  CHECK(desk.came == 1);
  desk.clock.Advance(5'000);
  desk.desk.Call(kNode, WantDesk::Begins::Anew);
  CHECK(desk.came == 2);
}

TEST_CASE("AStopEndsCallsAndQuestions") {
  Desk desk(Patient(60'000));
  std::thread call([&] { desk.desk.Call(kOther); });
  while (!desk.desk.CalledMs(kOther)) SystemClock().SleepMs(1);
  std::thread asked([&] { desk.desk.Call(kNode); });
  while (!desk.desk.CalledMs(kNode)) SystemClock().SleepMs(1);
  Question question(desk, 10);
  asked.join();
  desk.desk.Stop();
  call.join();
  MUST_FAIL(question.Outcome(), Errc::Cancelled);
  Want want;
  MUST_FAIL(desk.desk.Ask(kNode, want, [](ByteView) { return Ok(); }), Errc::Cancelled);
}

TEST_CASE("Attack6MoreThanWasAskedForIsRefusedBeforeItIsRead") {
  Desk desk;
  desk.desk.Call(kNode);
  Question question(desk, 10);
  const auto number = desk.Await().wants.at(0).number;
  MUST_FAIL(desk.Take(number, {200, 0, 11}, "01234567890"), Errc::TooLarge);
  MUST_FAIL(question.Outcome(), Errc::TooLarge);
  CHECK(question.got.empty());
}

TEST_CASE("Attack11WhatNobodyAskedForIsRefused") {
  Desk desk;
  desk.desk.Call(kNode);
  desk.desk.Call(kOther);
  Question question(desk, 10);
  const auto number = desk.Await().wants.at(0).number;
  for (std::uint64_t other = 0; other < 100; ++other) {
    if (other != number) MUST_FAIL(desk.Take(other, {200, 0, 1}, "x"), Errc::NotFound);
  }
  MUST_FAIL(desk.Take(number, {200, 0, 1}, "x", kOther), Errc::NotFound);
  MUST(desk.Take(number, {200, 0, 1}, "y"));
  MUST(question.Outcome());
  CHECK(question.got == "y");
}

TEST_CASE("Attack11AQuestionThatWasNotGivenOutIsNotAnswered") {
  Desk desk;
  desk.desk.Call(kNode);
  std::vector<std::unique_ptr<Question>> questions;
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 12; ++i) questions.push_back(std::make_unique<Question>(desk, 10));
  while (numbers.size() < federation::kMaxWantsAtOnce) {
    for (const auto& want : desk.desk.Call(kNode).wants) numbers.insert(want.number);
  }
  CHECK(desk.desk.Call(kNode).wants.empty());  // as much as may be under way
  std::uint64_t unknown = 1;
  while (numbers.contains(unknown)) ++unknown;
  MUST_FAIL(desk.Take(unknown, {200, 0, 1}, "x"), Errc::NotFound);
  Want want;
  MUST_FAIL(desk.desk.Ask(kNode, want, [](ByteView) { return Ok(); }), Errc::Unavailable);
  MUST(desk.Take(*numbers.begin(), {204, 0, 0}, ""));
  CHECK(desk.Await().wants.size() == 1);  // the next one's turn
}

TEST_CASE("Attack13ATrickleOfPartsIsRefused") {
  Desk desk;
  desk.desk.Call(kNode);
  Question question(desk, 10 * kPart);
  const auto number = desk.Await().wants.at(0).number;
  MUST(desk.Take(number, {200, 0, 5 * kPart}, std::string(kPart, 'a')));
  MUST_FAIL(desk.Take(number, {200, kPart, 5 * kPart}, std::string(kPart - 1, 'a')), Errc::Invalid);
  MUST_FAIL(question.Outcome(), Errc::Invalid);
}

TEST_CASE("Attack13WhoGoesSilentIsGivenUp") {
  Desk desk;
  desk.desk.Call(kNode);
  Question question(desk, 10 * kPart);
  const auto number = desk.Await().wants.at(0).number;
  MUST(desk.Take(number, {200, 0, 5 * kPart}, std::string(kPart, 'a')));
  MUST_FAIL(question.Outcome(), Errc::Unavailable);
  MUST_FAIL(desk.Take(number, {200, kPart, 5 * kPart}, std::string(kPart, 'a')), Errc::NotFound);
}

TEST_CASE("Attack13WhoDripsIsGivenUpInTheEnd") {
  Desk desk;
  desk.desk.Call(kNode);
  Question question(desk, 10 * kPart);
  const auto number = desk.Await().wants.at(0).number;
  MUST(desk.Take(number, {200, 0, 5 * kPart}, std::string(kPart, 'a')));
  desk.clock.Advance(381'000);  // 300 s, and 80 for ten parts at 8 KiB a second
  const auto late = desk.Take(number, {200, kPart, 5 * kPart}, std::string(kPart, 'a'));
  REQUIRE(!late);  // who asked may have given it up already
  CHECK((late.error().code() == Errc::Conflict || late.error().code() == Errc::NotFound));
  MUST_FAIL(question.Outcome(), Errc::Unavailable);
}

TEST_CASE("Attack13WhoAnswersOtherQuestionsHoldsNoneForEver") {
  Desk desk;
  desk.desk.Call(kNode);
  Question held(desk, 1);
  REQUIRE(desk.Await().wants.size() == 1);
  desk.clock.Advance(301'000);
  desk.desk.Call(kNode);
  std::atomic<bool> is_over{false};
  std::thread busy([&] {
    while (!is_over) {
      Question other(desk, 1);
      MUST(desk.Take(desk.Await().wants.at(0).number, {204, 0, 0}, ""));
    }
  });
  MUST_FAIL(held.Outcome(), Errc::Unavailable);
  is_over = true;
  busy.join();
}

TEST_CASE("PartsThatDoNotFitEndTheQuestion") {
  struct Case {
    AnswerPart part;
    std::string text;
    Errc code;
  };
  const std::uint64_t size = 2 * kPart;
  const std::vector<Case> cases = {
      {{200, 0, size}, std::string(kPart, 'a'), Errc::Conflict},              // once more
      {{200, kPart + 1, size}, std::string(kPart - 1, 'a'), Errc::Conflict},  // a gap
      {{200, kPart, size + 1}, std::string(kPart + 1, 'a'), Errc::Conflict},  // another size
      {{200, kPart, size}, std::string(kPart + 1, 'a'), Errc::Invalid},       // beyond the end
      {{200, ~std::uint64_t{0}, size}, "a", Errc::Invalid},
      {{200, kPart, size}, "", Errc::Invalid},
      {{200, 0, 2 * kMaxAnswerPartBytes}, std::string(kMaxAnswerPartBytes + 1, 'a'), Errc::Invalid},
  };
  for (const auto& wrong : cases) {
    INFO(wrong.part.offset << " of " << wrong.part.size_bytes);
    Desk desk;
    desk.desk.Call(kNode);
    Question question(desk, 4 * kMaxAnswerPartBytes);
    const auto number = desk.Await().wants.at(0).number;
    MUST(desk.Take(number, {200, 0, size}, std::string(kPart, 'a')));
    MUST_FAIL(desk.Take(number, wrong.part, wrong.text), wrong.code);
    CHECK_FALSE(question.Outcome().has_value());
    CHECK(question.got == std::string(kPart, 'a'));
  }
}

TEST_CASE("AConnectionThatBreaksEndsTheQuestionAtOnce") {
  Desk desk;
  desk.desk.Call(kNode);
  Question question(desk, 100);
  const auto number = desk.Await().wants.at(0).number;
  Body body("half", true);
  MUST_FAIL(desk.TakeBody(number, {200, 0, 5}, body), Errc::Conflict);
  MUST_FAIL(question.Outcome(), Errc::Io);
  CHECK(question.got == "half");  // which whoever asked may keep, if it is what it should be
}

TEST_CASE("WhatTheAskerDoesNotWantAnyMoreIsNotBroughtOn") {
  Desk desk;
  desk.desk.Call(kNode);
  Question question(desk, 2 * kPart);
  question.refuses = true;
  const auto number = desk.Await().wants.at(0).number;
  MUST_FAIL(desk.Take(number, {200, 0, 2 * kPart}, std::string(kPart, 'a')), Errc::Conflict);
  MUST_FAIL(question.Outcome(), Errc::Corrupt);
}

TEST_CASE("ASecondHandOnTheSameAnswerIsRefused") {
  Desk desk;
  desk.desk.Call(kNode);
  Want want;
  want.path = "/fed/heads";
  want.max_bytes = 10;
  std::uint64_t number = 0;
  Status other;
  Status asked;
  std::thread asker([&] {
    asked = desk.desk.Ask(kNode, want, [&](ByteView) {
      other = desk.Take(number, {200, 0, 5}, "other");
      return Ok();
    });
  });
  number = desk.Await().wants.at(0).number;
  MUST(desk.Take(number, {200, 0, 5}, "first"));
  asker.join();
  MUST(asked);
  MUST_FAIL(other, Errc::Conflict);
}
