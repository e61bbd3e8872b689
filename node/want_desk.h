#pragma once
// What this node would ask nodes that it cannot reach, until they call for it and bring the answers
// (federation/PROTOCOL.md section 7). Whoever asks waits here, and gets the bytes as they come in.
//
//   Ask ─▶ waits ─▶ Call takes the list ─▶ Take, Take, … ─▶ Ask returns
//            └─ not called for, or silent ─▶ Unavailable
//
// Nothing is kept that nobody asked for, nor more of it than was asked for.

#include <functional>
#include <map>

#include "federation/format/node_id.h"
#include "federation/format/want_list.h"
#include "node/http/http_types.h"
#include "storage/base/clock.h"
#include "storage/base/mutex.h"

namespace banyan::node {

// A piece of an answer, or that there is none.
struct AnswerPart {
  int status = 200;              // other than 200: the answer ends here, without a body
  std::uint64_t offset = 0;      // of the body in the answer
  std::uint64_t size_bytes = 0;  // of the whole answer
};
inline constexpr std::uint64_t kMaxAnswerPartBytes = 4u << 20;
inline constexpr std::uint64_t kMinAnswerPartBytes = 64u << 10;  // of one that is not the last

struct WantDeskOptions {
  // How long a call waits for something to be wanted: seldom enough for a link that is paid by the
  // byte, and less than proxies wait.
  std::int64_t hold_ms = 50'000;
  std::int64_t silence_ms = 30'000;  // without a byte from the node, a question gives up
  // And whatever comes, after so long, and a second more for each so many bytes that were wanted.
  std::int64_t patience_ms = 300'000;
  std::uint64_t slowest_bytes_per_s = 8192;
  std::int64_t gone_ms = 30'000;  // after its last call a node counts as away
  std::size_t wants_max = 64;     // of one node
  std::int64_t came_pause_ms = 5'000;
};

// Thread safe.
class WantDesk {
 public:
  using NodeId = federation::NodeId;
  // `came` is told of a node that calls after it was away or anew, at most once in `came_pause_ms`;
  // it does not call back. Borrows `clock`.
  WantDesk(Clock& clock, std::function<void(const NodeId&)> came, WantDeskOptions options = {})
      : clock_(clock), came_(std::move(came)), options_(options) {}

  // Waits for the whole answer. The number of `want` is given here. Errors: Unavailable (the node
  // is away, silent, or has too much to do), Io (its connection broke), TooLarge past max_bytes, as
  // a peer over HTTP by its status, Cancelled by Stop, and the sink's own.
  using Sink = std::function<Status(ByteView piece)>;
  Status Ask(const NodeId& node, federation::Want want, const Sink& sink) EXCLUDES(mutex_);

  // The node calls: what is wanted of it and was not given out, some time later nothing. A later
  // call of the same node ends this one. One that begins anew has lost what it was given before.
  enum class Begins { On, Anew };
  federation::WantList Call(const NodeId& node, Begins begins = Begins::On) EXCLUDES(mutex_);
  // It brings a part, which is the body of the request. NotFound when nobody waits for it,
  // Conflict when it is not the next one or not wanted any more, Invalid, TooLarge; all but
  // NotFound end the question.
  Status Take(const NodeId& node, std::uint64_t number, const AnswerPart& part, Request& body)
      EXCLUDES(mutex_);

  // When the node called last, of the clock's MonotonicMs; nullopt: not since the start.
  std::optional<std::int64_t> CalledMs(const NodeId& node) EXCLUDES(mutex_);
  // Nothing is asked any more. Idempotent.
  void Stop() EXCLUDES(mutex_);

 private:
  struct Asked {
    Asked(federation::Want what, const Sink& into, std::int64_t until_ms)
        : want(std::move(what)), sink(into), deadline_ms(until_ms) {}
    federation::Want want;
    const Sink& sink;
    const std::int64_t deadline_ms;  // of the clock's MonotonicMs
    bool is_given = false;
    bool is_receiving = false;  // the sink is in use
    std::uint64_t received_bytes = 0;
    std::optional<std::uint64_t> size_bytes;
    std::optional<Status> outcome;
    CondVar changed;
  };
  struct Line {
    std::map<std::uint64_t, Asked*> asked;  // of callers of Ask
    std::uint64_t turn = 0;                 // of its calls
    int calls = 0;                          // that wait now
    std::optional<std::int64_t> called_ms;
    std::optional<std::int64_t> came_ms;
    std::uint64_t progress = 0;
    CondVar changed;
  };
  bool IsHere(const Line& line) const REQUIRES(mutex_);
  bool IsLate(const Asked& asked) const;
  static bool HasNew(const Line& line);
  federation::WantList TakeNew(Line& line) REQUIRES(mutex_);
  static void TakeBack(Line& line);
  void TellThatItCame(const NodeId& node, Line& line) REQUIRES(mutex_);
  void AwaitOutcome(Line& line, Asked& asked) REQUIRES(mutex_);
  Result<Asked*> BeginPart(Line& line, std::uint64_t number, const AnswerPart& part,
                           std::optional<std::uint64_t> body_bytes) REQUIRES(mutex_);
  Status Receive(Line& line, const Asked& asked, Request& body) EXCLUDES(mutex_);

  Clock& clock_;
  const std::function<void(const NodeId&)> came_;
  const WantDeskOptions options_;
  Mutex mutex_;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  std::uint64_t last_number_ GUARDED_BY(mutex_) = 0;
  std::map<NodeId, Line> lines_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
