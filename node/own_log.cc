#include "node/own_log.h"

#include "federation/follow/followed_log.h"
#include "federation/follow/learned_peers.h"
#include "federation/head_rows.h"
#include "federation/origin_rows.h"
#include "federation/own/log_again.h"
#include "federation/own/obey.h"
#include "federation/own/state_writer.h"
#include "federation/receipts.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kRetryMs = 60'000;
constexpr std::int64_t kStatePauseMs = 60'000;

using federation::OwnOrigin;
using storage::Connection;

}  // namespace

Result<Restored> LookRestored(FileSystem& fs, storage::Database& database,
                              const std::string& data) {
  auto lease = TRY(database.Read());
  const auto log = TRY(federation::FindOwnLog(*lease));
  if (!log) return Restored::No;
  const auto head = TRY(federation::FindHead(*lease, *log));
  if (!head || head->note.empty()) return Restored::No;
  const auto published = fs.Stat(data + "/log/" + std::to_string(log->epoch) + "/checkpoint");
  if (!published && published.error().code() != Errc::NotFound) return published.error();
  return published ? Restored::No : Restored::Yes;
}

std::shared_ptr<OwnLog::Open> OwnLog::Look() {
  MutexLock lock(mutex_);
  return open_;
}

std::string OwnLog::Problem() {
  MutexLock lock(mutex_);
  return problem_;
}

void OwnLog::Note(const Status& status) {
  const std::string problem = status ? "" : status.error().message();
  MutexLock lock(mutex_);
  if (problem != problem_ && !problem.empty()) {
    log::Error("federation", "event=log_stopped error=\"{}\"", problem);
  }
  if (problem != problem_ && problem.empty()) log::Info("federation", "event=log_goes_on");
  problem_ = problem;
}

Result<OwnLog::Due> OwnLog::LookDue() {
  if (!Problem().empty()) return Due::Nothing;
  auto lease = TRY(parts_.database.Read());
  return TRY(federation::ListDue(*lease)).empty() ? Due::Nothing : Due::Something;
}

Status OwnLog::Update() {
  MutexLock lock(work_mutex_);
  Note(Work());
  return Ok();
}

Status OwnLog::Work() {
  const auto asked = TRY(OpenIfDue());
  auto open = Look();
  if (!open) return Problem().empty() ? Ok() : Status(Error(Errc::Unavailable, Problem()));
  open = TRY(OpenLatest(std::move(open)));
  Status written = WriteEntries(*open);
  const bool has_news = TRY(open->files->Look()) == federation::LogFiles::News::Some;
  if (asked == Asked::No && (has_news || asks_ || IsDisputeDue())) {
    TRY(AskFirst(open->origin));
    open = TRY(OpenLatest(std::move(open)));
  }
  TRY(Publish(*open));
  return written;
}

// The epoch that the catalog has by now. Nothing more is written to an earlier one, also when the
// keys of the latest are not here.
Result<std::shared_ptr<OwnLog::Open>> OwnLog::OpenLatest(std::shared_ptr<Open> open) {
  {
    auto lease = TRY(parts_.database.Read());
    const auto log = TRY(federation::FindOwnLog(*lease));
    if (log && log->epoch == open->origin.log.epoch) return open;
  }
  open = TRY(OpenFiles(TRY(OpenOrigin())));
  MutexLock lock(mutex_);
  open_ = open;
  return open;
}

// A log that was signed and is not in the catalog: a copy from before it had one.
Status OwnLog::RequireNoLostLog() const {
  const auto& fence = parts_.config.federation_fence;
  const auto kept = fence.empty() ? std::string() : TRY(federation::ReadFence(parts_.fs, fence));
  const auto log = parts_.fs.Stat(parts_.config.data + "/log");
  if (!log && log.error().code() != Errc::NotFound) return log.error();
  if (kept.empty() && !log) return Ok();
  return Error(Errc::Conflict,
               "the catalog has no log, but one was signed here before: it is an "
               "older copy, and no second log is begun with it");
}

Result<OwnOrigin> OwnLog::OpenOrigin() {
  std::optional<federation::EpochKeys> stated;
  {
    auto lease = TRY(parts_.database.Read());
    if (const auto log = TRY(federation::FindOwnLog(*lease))) {
      stated = TRY(federation::StatedKeys(*lease, *log));
    }
  }
  auto keys = TRY(stated ? seeds_.Settle(*stated) : seeds_.CurrentKeys());
  // Made with the log, and in no backup: what a thief of one cannot have.
  SeedFiles& seeds = seeds_;
  const auto next = [&]() NO_THREAD_SAFETY_ANALYSIS -> Result<Sha256> {
    TRY(RequireNoLostLog());
    return seeds.CommitToNext();
  };
  return federation::OpenOwnOrigin(parts_.database, keys, next, parts_.random);
}

Result<std::shared_ptr<OwnLog::Open>> OwnLog::OpenFiles(OwnOrigin origin) {
  std::shared_ptr<Open> open(new Open{std::move(origin), nullptr, nullptr, false});
  open->writer = std::make_unique<federation::CardWriter>(
      parts_.database, parts_.content, open->origin, parts_.random, parts_.clock);
  const auto log = open->origin.log;
  const std::string directory = parts_.config.data + "/log/" + std::to_string(log.epoch);
  const auto restored = TRY(LookRestored(parts_.fs, parts_.database, parts_.config.data));
  const auto& fence = parts_.config.federation_fence;
  open->files = TRY(federation::LogFiles::Open(parts_.database, parts_.fs, parts_.clock,
                                               open->origin, {directory, fence}));
  const bool has_fence = !fence.empty() && !TRY(federation::ReadFence(parts_.fs, fence)).empty();
  open->is_restored = restored == Restored::Yes && !has_fence;
  return open;
}

Result<OwnLog::Asked> OwnLog::OpenIfDue() {
  const auto now_ms = parts_.clock.MonotonicMs();
  const bool is_due = asks_ || !tried_ms_ || now_ms - *tried_ms_ >= kRetryMs;
  if (Look() != nullptr || !is_due) return Asked::No;
  tried_ms_ = now_ms;
  auto origin = TRY(AskFirst(TRY(OpenOrigin())));
  TRY(TakeUp(origin.log));
  auto open = TRY(OpenFiles(std::move(origin)));
  MutexLock lock(mutex_);
  open_ = std::move(open);
  return Asked::Yes;
}

// What came from elsewhere, and what it put aside.
Status OwnLog::TakeUp(federation::LogId log) {
  const auto policy = parts_.policy.policy();
  const auto now_ms = parts_.clock.NowMs();
  return parts_.database.Write([&](Connection& connection) -> Status {
    TRY(federation::AppendAgain(connection, log, now_ms));
    const auto obeyed = TRY(federation::ObeyOwnLog(connection, *policy, now_ms));
    if (obeyed > 0) log::Warning("federation", "event=own_log_obeyed repositories={}", obeyed);
    return Ok();
  });
}

Result<std::size_t> OwnLog::WriteAddresses(const federation::OwnOrigin& origin) {
  std::vector<federation::LearnedNode> reached;
  if (parts_.policy.policy()->peers.publishes) {
    auto lease = TRY(parts_.database.Read());
    reached = TRY(federation::ListReached(*lease));
  }
  std::vector<std::string> own;
  if (!parts_.config.public_url.empty()) own.push_back(parts_.config.public_url);
  return federation::WriteAddresses(parts_.database, origin, own, reached, parts_.clock.NowMs());
}

Status OwnLog::WriteEntries(Open& open) {
  {
    auto lease = TRY(parts_.database.Read());
    const auto again = TRY(federation::LookAgain(*lease));
    if (again == federation::Again::Waits) TRY(TakeUp(open.origin.log));
  }
  const auto cards = open.writer->WriteDue();
  const auto now_ms = parts_.clock.NowMs();
  const auto receipts =
      federation::WriteReceipts(parts_.database, open.origin.log, *parts_.policy.policy(), now_ms);
  const auto monotonic_ms = parts_.clock.MonotonicMs();
  if (!state_ms_ || monotonic_ms - *state_ms_ >= kStatePauseMs) {
    state_ms_ = monotonic_ms;
    TRY(federation::WriteState(parts_.database, open.origin.log, now_ms));
  }
  const auto addresses = WriteAddresses(open.origin);
  TRY(cards);
  TRY(receipts);
  TRY(addresses);
  return Ok();
}

Status OwnLog::RequireMaySign(const Open& open) {
  {
    auto lease = TRY(parts_.database.Read());
    const auto stopped = TRY(federation::WhyStopped(*lease, open.origin.log.origin));
    if (!stopped.empty()) {
      return Error(Errc::Conflict, stopped + ". It is repaired as soon as a peer shows both");
    }
  }
  if (!open.is_restored || was_shown_) return Ok();
  const auto go_on = parts_.fs.Stat(parts_.config.data + "/" + std::string(kGoOnFile));
  if (go_on || go_on.error().code() != Errc::NotFound) return Status(go_on ? Ok() : go_on.error());
  return Error(Errc::Unavailable,
               "this node was put back from a backup, and no peer shows what its log had said "
               "since. Nothing is signed until one does: see `banyan peer list`. When nobody has "
               "anything newer, run `banyan federation go-on`");
}

Status OwnLog::Publish(Open& open) {
  TRY(RequireMaySign(open));
  TRY(open.files->Publish());
  if (!open.is_restored) return Ok();
  open.is_restored = false;
  const auto removed = parts_.fs.Remove(parts_.config.data + "/" + std::string(kGoOnFile));
  return removed || removed.error().code() == Errc::NotFound ? Ok() : removed;
}

}  // namespace banyan::node
