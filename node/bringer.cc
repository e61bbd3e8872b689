#include "node/bringer.h"

#include <algorithm>

#include "federation/format/request_signature.h"
#include "federation/known_keys.h"
#include "node/peer_status.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr std::size_t kShare = federation::kMaxWantsAtOnce;  // of one peer
constexpr std::size_t kWorkers = 3 * kShare;
constexpr int kBringingMax = 2 * static_cast<int>(federation::kMaxWantsAtOnce);  // for one peer
constexpr std::int64_t kLookMs = 2'000;
constexpr std::int64_t kCallSilenceMs = 75'000;

std::string TargetOf(const federation::Want& want, const AnswerPart& part) {
  const auto target = "/fed/wants/" + std::to_string(want.number);
  if (part.status != 200) return target + "?status=" + std::to_string(part.status);
  return target + "?offset=" + std::to_string(part.offset) +
         "&size=" + std::to_string(part.size_bytes);
}

}  // namespace

Bringer::Bringer(const Parts& parts, BringerOptions options)
    : parts_(parts),
      options_(options),
      answers_(parts.router, parts.gate),
      rate_(parts.clock, 0),
      workers_(kWorkers, kShare) {}

void Bringer::Start() {
  supervisor_ = std::thread([this] { Supervise(); });
}

void Bringer::Stop() {
  {
    MutexLock lock(mutex_);
    is_stopping_ = true;
    for (const auto& [peer, line] : lines_) line->ends = true;
    changed_.NotifyAll();
  }
  if (supervisor_.joinable()) supervisor_.join();
  std::map<std::int64_t, LinePtr> lines;
  {
    MutexLock lock(mutex_);
    lines.swap(lines_);
  }
  for (const auto& [peer, line] : lines) End(line);
  workers_.Stop();
}

void Bringer::Hurry() {
  MutexLock lock(mutex_);
  ++hurries_;
  changed_.NotifyAll();
}

std::string Bringer::Problem(std::int64_t peer) {
  MutexLock lock(mutex_);
  const auto found = lines_.find(peer);
  return found == lines_.end() ? "" : found->second->problem;
}

void Bringer::Supervise() {
  for (;;) {
    {
      auto lease = parts_.database.Read();
      const auto peers = lease ? federation::ListPeers(**lease)
                               : Result<std::vector<federation::Peer>>(lease.error());
      if (peers) Compare(*peers);
    }
    MutexLock lock(mutex_);
    if (is_stopping_) return;
    changed_.WaitFor(mutex_, kLookMs);
    if (is_stopping_) return;
  }
}

// Lines with those peers, and with no others.
void Bringer::Compare(const std::vector<federation::Peer>& peers) {
  std::vector<LinePtr> ended;
  {
    MutexLock lock(mutex_);
    std::erase_if(lines_, [&](const auto& item) {
      const bool is_there = std::ranges::any_of(
          peers, [&](const auto& peer) { return peer.row == item.first && peer.is_pushed; });
      if (!is_there) ended.push_back(item.second);
      return !is_there;
    });
    for (const auto& peer : peers) {
      if (is_stopping_ || !peer.is_pushed || lines_.contains(peer.row)) continue;
      const auto line = std::make_shared<Line>(peer.address, rate_, parts_.signer);
      line->thread = std::thread([this, line, row = peer.row] { Serve(line, row); });
      lines_.emplace(peer.row, line);
    }
  }
  for (const auto& line : ended) End(line);
}

void Bringer::End(const LinePtr& line) {
  line->ends = true;
  {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  }
  line->thread.join();
}

void Bringer::Serve(const LinePtr& line, std::int64_t peer) {
  std::int64_t pause_ms = options_.pause_ms;
  while (!line->ends) {
    if (!parts_.signer.IsReady()) {  // which takes a moment after the start
      Pause(*line, options_.pause_ms);
      continue;
    }
    const Status called = CallOnce(line, peer);
    Note(*line, called);
    line->begins_anew = !called;
    if (called) {
      pause_ms = options_.pause_ms;
      continue;
    }
    Pause(*line, pause_ms);
    pause_ms = std::min(2 * pause_ms, options_.pause_max_ms);
  }
}

// Whom it is brought to, as it said when it was asked as a peer: what it may read goes by that. In
// a private federation only a signature under the list says who it is.
Result<LocalAnswer::Asker> Bringer::AskerOf(std::int64_t peer, const ApiAnswer& list) {
  if (!parts_.gate.IsPrivate()) {
    auto lease = TRY(parts_.database.Read());
    return TRY(federation::GetPeer(*lease, peer)).node;
  }
  const auto input = list.headers.Find(federation::kSignatureInputHeader).value_or("");
  const auto text = list.headers.Find(federation::kSignatureHeader).value_or("");
  const auto signature = federation::AnswerSignature::Parse(input, text);
  if (!signature) return LocalAnswer::Asker();
  const auto introduction = list.headers.Find(federation::kIntroductionHeader);
  std::optional<federation::KeySet> keys;
  {
    auto lease = TRY(parts_.database.Read());
    keys = TRY(federation::FindKeys(*lease, signature->node, introduction));
  }
  const auto content = HashSha256(AsBytes(list.body));
  const bool is_proven = keys && signature->Verifies(list.signed_as, content, keys->transport);
  return is_proven ? LocalAnswer::Asker(signature->node) : LocalAnswer::Asker();
}

Status Bringer::CallOnce(const LinePtr& line, std::int64_t peer) {
  ApiRequest request;
  request.path = line->begins_anew ? "/fed/wants?anew=true" : "/fed/wants";
  request.silence_ms = kCallSilenceMs;
  const auto begun_ms = parts_.clock.MonotonicMs();
  const auto answer =
      TRY(line->link.SendForBody(std::move(request), federation::kMaxWantListBytes));
  const auto list =
      answer.status == 204 ? federation::WantList() : TRY(federation::WantList::Parse(answer.body));
  if (list.wants.empty()) {
    // One that answers nothing at once is not to be called without end.
    if (parts_.clock.MonotonicMs() - begun_ms < options_.pause_ms) Pause(*line, options_.pause_ms);
    return Ok();
  }
  const auto asker = TRY(AskerOf(peer, answer));
  for (const auto& want : list.wants) {
    {
      MutexLock lock(mutex_);
      ++line->bringing;
    }
    workers_.Give(peer, [this, line, asker, want] {
      const auto brought = line->ends ? Ok() : Bring(*line, asker, want);
      if (!brought) {
        log::Debug("federation", "event=bring_failed peer={} error=\"{}\"", line->link.address(),
                   brought.error().message());
      }
      MutexLock lock(mutex_);
      --line->bringing;
      changed_.NotifyAll();
    });
  }
  MutexLock lock(mutex_);
  while (line->bringing >= kBringingMax && !line->ends) changed_.WaitFor(mutex_, kLookMs);
  return Ok();
}

Status Bringer::Bring(Line& line, const LocalAnswer::Asker& asker, const federation::Want& want) {
  return answers_.Give(asker, want, [&](const AnswerPart& part, std::string body) -> Status {
    ApiRequest request;
    request.method = "PUT";
    request.path = TargetOf(want, part);
    request.content_type = "application/octet-stream";
    request.body = std::move(body);
    TRY(line.link.Send(std::move(request)));
    return Ok();
  });
}

void Bringer::Note(Line& line, const Status& called) {
  const std::string problem = called || line.ends ? "" : called.error().message();
  MutexLock lock(mutex_);
  if (problem == line.problem) return;
  line.problem = problem;
  if (problem.empty()) {
    log::Info("federation", "event=bringing peer={}", line.link.address());
  } else {
    log::Warning("federation", "event=call_failed peer={} error=\"{}\"", line.link.address(),
                 problem);
  }
}

void Bringer::Pause(const Line& line, std::int64_t pause_ms) {
  MutexLock lock(mutex_);
  const auto hurries = hurries_;
  while (!line.ends && hurries == hurries_) {
    if (!changed_.WaitFor(mutex_, pause_ms)) return;
  }
}

}  // namespace banyan::node
