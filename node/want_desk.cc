#include "node/want_desk.h"

#include <algorithm>

#include "node/peer_status.h"

namespace banyan::node {
namespace {

constexpr std::size_t kPieceBytes = 64u << 10;

Error Wrong(const char* what) { return Error(Errc::Invalid, what); }

// What the part itself says, beside the question.
Status CheckPart(const AnswerPart& part, std::optional<std::uint64_t> body_bytes) {
  if (!body_bytes) return Wrong("a part of an answer says how long it is");
  const bool is_within =
      part.offset <= part.size_bytes && *body_bytes <= part.size_bytes - part.offset;
  if (!is_within) return Wrong("the part ends after the answer");
  const bool is_last = part.offset + *body_bytes == part.size_bytes;
  if (*body_bytes > kMaxAnswerPartBytes) return Wrong("a part has at most 4 MiB");
  if (!is_last && *body_bytes < kMinAnswerPartBytes)
    return Wrong("all but the last part have 64 KiB");
  return Ok();
}

}  // namespace

bool WantDesk::IsHere(const Line& line) const {
  if (line.calls > 0) return true;
  return line.called_ms && clock_.MonotonicMs() - *line.called_ms < options_.gone_ms;
}

Status WantDesk::Ask(const NodeId& node, federation::Want want, const Sink& sink) {
  MutexLock lock(mutex_);
  if (is_stopped_) return Error(Errc::Cancelled, "this node stops");
  Line& line = lines_[node];
  if (!IsHere(line)) {
    return Error(Errc::Unavailable, "it does not call, and this node has no address of it");
  }
  if (line.asked.size() >= options_.wants_max) {
    return Error(Errc::Unavailable, "too much is asked of it already");
  }
  want.number = ++last_number_;
  const auto patience_ms =
      options_.patience_ms +
      static_cast<std::int64_t>(want.max_bytes / options_.slowest_bytes_per_s) * 1000;
  Asked asked(std::move(want), sink, clock_.MonotonicMs() + patience_ms);
  line.asked.emplace(asked.want.number, &asked);
  line.changed.NotifyAll();
  AwaitOutcome(line, asked);
  line.asked.erase(asked.want.number);
  line.changed.NotifyAll();  // there is room for another
  return *std::move(asked.outcome);
}

bool WantDesk::IsLate(const Asked& asked) const { return clock_.MonotonicMs() > asked.deadline_ms; }

// While the node is busy with other questions it is not silent.
void WantDesk::AwaitOutcome(Line& line, Asked& asked) {
  while (!asked.outcome) {
    const auto progress = line.progress;
    const bool is_told = asked.changed.WaitFor(mutex_, options_.silence_ms);
    if (asked.outcome || asked.is_receiving) continue;
    const bool is_silent = !is_told && line.progress == progress;
    if (is_stopped_) {
      asked.outcome = Error(Errc::Cancelled, "this node stops");
    } else if (is_silent || IsLate(asked)) {
      asked.outcome = Error(Errc::Unavailable, "it brought no answer in time");
    }
  }
}

bool WantDesk::HasNew(const Line& line) {
  std::size_t given = 0;
  for (const auto& [number, asked] : line.asked) given += asked->is_given ? 1 : 0;
  return given < std::min(line.asked.size(), federation::kMaxWantsAtOnce);
}

federation::WantList WantDesk::TakeNew(Line& line) {
  federation::WantList list;
  std::size_t given = 0;
  for (const auto& [number, asked] : line.asked) given += asked->is_given ? 1 : 0;
  for (const auto& [number, asked] : line.asked) {
    if (given == federation::kMaxWantsAtOnce) break;
    if (asked->is_given) continue;
    asked->is_given = true;
    ++given;
    list.wants.push_back(asked->want);
  }
  return list;
}

// What was given and has not begun to come is given again, what has is broken off.
void WantDesk::TakeBack(Line& line) {
  for (const auto& [number, asked] : line.asked) {
    if (asked->is_receiving || asked->outcome) continue;
    if (asked->received_bytes == 0) {
      asked->is_given = false;
    } else {
      asked->outcome = Error(Errc::Io, "it broke off, and began anew");
      asked->changed.NotifyAll();
    }
  }
}

void WantDesk::TellThatItCame(const NodeId& node, Line& line) {
  const auto now_ms = clock_.MonotonicMs();
  if (line.came_ms && now_ms - *line.came_ms < options_.came_pause_ms) return;
  line.came_ms = now_ms;
  came_(node);
}

federation::WantList WantDesk::Call(const NodeId& node, Begins begins) {
  MutexLock lock(mutex_);
  Line& line = lines_[node];
  const bool is_new = !IsHere(line) || begins == Begins::Anew;
  if (begins == Begins::Anew) TakeBack(line);
  const auto turn = ++line.turn;
  ++line.calls;
  line.changed.NotifyAll();  // an earlier call ends
  if (is_new) TellThatItCame(node, line);
  while (!is_stopped_ && line.turn == turn && !HasNew(line)) {
    if (!line.changed.WaitFor(mutex_, options_.hold_ms)) break;
  }
  --line.calls;
  line.called_ms = clock_.MonotonicMs();
  return is_stopped_ || line.turn != turn ? federation::WantList() : TakeNew(line);
}

Result<WantDesk::Asked*> WantDesk::BeginPart(Line& line, std::uint64_t number,
                                             const AnswerPart& part,
                                             std::optional<std::uint64_t> body_bytes) {
  const auto found = line.asked.find(number);
  if (found == line.asked.end() || !found->second->is_given || found->second->outcome) {
    return Error(Errc::NotFound, "nobody here waits for this answer");
  }
  Asked& asked = *found->second;
  ++line.progress;
  // One who sends twice at once has broken its own answer, which must not be mixed.
  if (asked.is_receiving) return Error(Errc::Conflict, "another part is coming in");
  const auto fail = [&](Error error) {
    asked.outcome = error;
    asked.changed.NotifyAll();
    return error;
  };
  if (part.status != 200) {
    asked.outcome = part.status < 300 ? Status() : Status(ErrorOfStatus(part.status));
    asked.changed.NotifyAll();
    return &asked;
  }
  if (auto checked = CheckPart(part, body_bytes); !checked) return fail(checked.error());
  if (part.size_bytes > asked.want.max_bytes) {
    return fail(Error(Errc::TooLarge, "the answer has more bytes than were asked for"));
  }
  const bool is_next = part.offset == asked.received_bytes &&
                       asked.size_bytes.value_or(part.size_bytes) == part.size_bytes;
  if (!is_next) return fail(Error(Errc::Conflict, "not the next part of the answer"));
  asked.size_bytes = part.size_bytes;
  asked.is_receiving = true;
  return &asked;
}

Status WantDesk::Receive(Line& line, const Asked& asked, Request& body) {
  std::vector<std::uint8_t> piece(kPieceBytes);
  for (;;) {
    const auto count = body.ReadBody(piece);
    if (!count && count.error().code() == Errc::Invalid) return count.error();
    if (!count) return Error(Errc::Io, "its connection broke: " + count.error().message());
    if (*count == 0) return Ok();
    if (IsLate(asked)) return Error(Errc::Unavailable, "it came too slowly");
    TRY(asked.sink(ByteView(piece).first(*count)));
    MutexLock lock(mutex_);
    ++line.progress;
  }
}

Status WantDesk::Take(const NodeId& node, std::uint64_t number, const AnswerPart& part,
                      Request& body) {
  Line* line = nullptr;
  Asked* asked = nullptr;
  const auto body_bytes = body.body_size_bytes();
  {
    MutexLock lock(mutex_);
    line = &lines_[node];  // stays where it is
    asked = TRY(BeginPart(*line, number, part, body_bytes));
    if (asked->outcome) return Ok();
  }
  const Status received = Receive(*line, *asked, body);
  MutexLock lock(mutex_);
  asked->is_receiving = false;
  if (received) asked->received_bytes += *body_bytes;
  const bool is_whole = received && asked->received_bytes == part.size_bytes;
  if (!received || is_whole) asked->outcome = received;
  asked->changed.NotifyAll();
  if (received) return Ok();
  return Error(Errc::Conflict, "not wanted any more: " + received.error().message());
}

std::optional<std::int64_t> WantDesk::CalledMs(const NodeId& node) {
  MutexLock lock(mutex_);
  const auto found = lines_.find(node);
  if (found == lines_.end()) return std::nullopt;
  return found->second.calls > 0 ? clock_.MonotonicMs() : found->second.called_ms;
}

void WantDesk::Stop() {
  MutexLock lock(mutex_);
  is_stopped_ = true;
  for (auto& [node, line] : lines_) {
    line.changed.NotifyAll();
    for (const auto& [number, asked] : line.asked) asked->changed.NotifyAll();
  }
}

}  // namespace banyan::node
