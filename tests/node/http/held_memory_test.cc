// What requests hold of the node's memory while their bodies are read.

#include <algorithm>
#include <memory>

#include "node/http/json_body.h"
#include "node/http/line_reader.h"
#include "node/http/request_body.h"
#include "storage/base/json.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::size_t kMiB = 1u << 20;
constexpr std::size_t kTotalBytes = 12 * kMiB;

enum class Length { Announced, Unknown };

class Text : public BodySource {
 public:
  Text(std::string text, Length length) : text_(std::move(text)), length_(length) {}
  Result<std::size_t> Read(std::span<std::uint8_t> out) override {
    const auto size = std::min(out.size(), text_.size() - read_bytes_);
    text_.copy(reinterpret_cast<char*>(out.data()), size, read_bytes_);
    read_bytes_ += size;
    return size;
  }
  std::optional<std::uint64_t> size_bytes() const override {
    return length_ == Length::Announced ? std::optional<std::uint64_t>(text_.size()) : std::nullopt;
  }
  std::size_t read_bytes() const { return read_bytes_; }

 private:
  const std::string text_;
  const Length length_;
  std::size_t read_bytes_ = 0;
};

struct Fixture {
  explicit Fixture(std::string text, Length length = Length::Announced)
      : body(std::move(text), length) {
    request.body = &body;
    request.memory = std::make_shared<MemoryBudget::Hold>(budget, MemoryBudget::Client{"a", false});
    request.LimitBody(16 * kMiB);
  }
  // All that is left, for another client.
  std::unique_ptr<MemoryBudget::Hold> TakeRest() {
    auto hold = std::make_unique<MemoryBudget::Hold>(budget, MemoryBudget::Client{"b", false});
    MUST(hold->SetTo(kTotalBytes - budget.held_bytes()));
    return hold;
  }
  MemoryBudget budget{SystemClock(), {kTotalBytes, 20}};
  Text body;
  Request request;
};

}  // namespace

TEST_CASE("AnAnnouncedBodyIsReadWhenThereIsRoomForAllOfIt") {
  const std::string text(kMiB, 'x');
  Fixture f(text);
  {
    const auto others = f.TakeRest();
    MUST_FAIL(f.request.ReadAll(2 * kMiB), Errc::Unavailable);
    CHECK(f.body.read_bytes() == 0);
  }
  CHECK(MUST(f.request.ReadAll(2 * kMiB, 3)) == text);
  CHECK(f.request.held_memory_bytes() == 3 * kMiB);
  f.request.memory.reset();
  CHECK(f.budget.held_bytes() == 0);
  Fixture too_large(text);
  const auto others = too_large.TakeRest();
  MUST_FAIL(too_large.request.ReadAll(kMiB - 1), Errc::TooLarge);
}

TEST_CASE("ABodyOfUnknownLengthHoldsWhatCame") {
  const std::string text(kMiB + 1, 'x');
  Fixture f(text, Length::Unknown);
  CHECK(MUST(f.request.ReadAll(2 * kMiB)) == text);
  CHECK(f.request.held_memory_bytes() > kMiB);
  CHECK(f.request.held_memory_bytes() <= 2 * kMiB + 2);
  Fixture late(text, Length::Unknown);
  const auto others = late.TakeRest();
  MUST_FAIL(late.request.ReadAll(2 * kMiB), Errc::Unavailable);
  CHECK(late.body.read_bytes() <= 2 * MemoryBudget::kFreeBytes);
  Fixture decoded(text, Length::Unknown);
  CHECK(MUST(MUST(RequestBody::Open(decoded.request))->ReadAll(2 * kMiB)) == text);
  CHECK(decoded.request.held_memory_bytes() > kMiB);
}

TEST_CASE("SmallBodiesAreReadWhateverOthersHold") {
  const std::string text = "{\"a\": \"" + std::string(5'000, 'x') + "\"}\nb\n";
  for (const auto length : {Length::Announced, Length::Unknown}) {
    Fixture f(text, length);
    const auto others = f.TakeRest();
    CHECK(MUST(f.request.ReadAll(kMiB)) == text);
    Fixture lines(text, length);
    const auto all = lines.TakeRest();
    LineReader reader(lines.request, kMiB);
    const auto line = MUST(reader.Next());
    REQUIRE(line.has_value());
    MUST(ParseJsonBody(lines.request, *line));
    CHECK(*MUST(reader.Next()) == "b");
  }
}

TEST_CASE("LinesHoldMemoryForOneOfThem") {
  const std::string large(kMiB, 'x');
  std::string small;
  for (int i = 0; i < 20'000; ++i) small += "small line\n";
  Fixture f("first\n" + large + "\n" + small + large);
  LineReader reader(f.request, 2 * kMiB);
  CHECK(*MUST(reader.Next()) == "first");
  CHECK(*MUST(reader.Next()) == large);
  CHECK(f.request.held_memory_bytes() > 3 * kMiB);
  for (int i = 0; i < 10'000; ++i) REQUIRE(*MUST(reader.Next()) == "small line");
  CHECK(f.request.held_memory_bytes() == 0);
  reader.SetKept(100'000);
  for (int i = 0; i < 9'000; ++i) REQUIRE(*MUST(reader.Next()) == "small line");
  CHECK(f.request.held_memory_bytes() == 100'000);
  for (int i = 0; i < 1'000; ++i) REQUIRE(*MUST(reader.Next()) == "small line");
  const auto others = f.TakeRest();
  MUST_FAIL(reader.Next(), Errc::Unavailable);
}

TEST_CASE("JsonHoldsMemoryForItsValues") {
  std::string text = "[0";
  for (int i = 0; i < 50'000; ++i) text += ",0";
  text += "]";
  Fixture f(text);
  CHECK(MUST(ParseJsonBody(f.request, text)).size() == 50'001);
  CHECK(f.request.held_memory_bytes() > 20 * text.size());
  MUST_FAIL(ParseJsonBody(f.request, text, {kMiB, 8, 1'000}), Errc::TooLarge);
  CHECK(f.request.held_memory_bytes() < 4 * text.size());
  const auto others = f.TakeRest();
  MUST_FAIL(ParseJsonBody(f.request, text), Errc::Unavailable);
}
