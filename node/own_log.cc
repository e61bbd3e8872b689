#include "node/own_log.h"

#include "federation/follow/learned_peers.h"
#include "federation/receipts.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kRetryMs = 60'000;

federation::SigningKeys KeysOf(const NodeSeed& seed) {
  return federation::SigningKeys(seed.secret());
}

}  // namespace

OwnLog::Open* OwnLog::Look() {
  MutexLock lock(mutex_);
  return open_.get();
}

// A log that was signed and is not in the catalog: a copy from before it had one.
Status OwnLog::RequireNoLostLog() const {
  const auto& fence = parts_.config.federation_fence;
  const FileStat kept = fence.empty() ? FileStat() : TRY(parts_.fs.Stat(fence));
  const auto log = parts_.fs.Stat(parts_.config.data + "/log");
  if (!log && log.error().code() != Errc::NotFound) return log.error();
  if (kept.size_bytes == 0 && !log) return Ok();
  return Error(Errc::Conflict,
               "the catalog has no log, but one was signed here before: it is an "
               "older copy, and no second log is begun with it");
}

Result<std::unique_ptr<OwnLog::Open>> OwnLog::TryOpen() {
  const std::string& data = parts_.config.data;
  // Made with the log, and in no backup: what a thief of one cannot have.
  const auto next = [&]() -> Result<Sha256> {
    TRY(RequireNoLostLog());
    const auto seed = TRY(NodeSeed::OpenOrCreate(parts_.fs, parts_.random, data + "/next.seed"));
    return KeysOf(seed).public_keys().Commitment();
  };
  auto origin =
      TRY(federation::OpenOwnOrigin(parts_.database, KeysOf(parts_.seed), next, parts_.random));
  std::unique_ptr<Open> open(new Open{std::move(origin), nullptr, nullptr});
  open->writer = std::make_unique<federation::CardWriter>(
      parts_.database, parts_.content, open->origin, parts_.random, parts_.clock);
  const std::string directory = data + "/log/" + std::to_string(open->origin.log.epoch);
  open->files =
      TRY(federation::LogFiles::Open(parts_.database, parts_.fs, parts_.clock, open->origin,
                                     {directory, parts_.config.federation_fence}));
  return open;
}

void OwnLog::OpenIfDue() {
  const auto now_ms = parts_.clock.MonotonicMs();
  if (Look() != nullptr || (tried_ms_ && now_ms - *tried_ms_ < kRetryMs)) return;
  tried_ms_ = now_ms;
  auto open = TryOpen();
  if (!open) return Note(open.error());
  MutexLock lock(mutex_);
  open_ = *std::move(open);
}

void OwnLog::Note(const Status& status) {
  const std::string problem = status ? "" : status.error().message();
  if (problem != problem_ && !problem.empty()) {
    log::Error("federation", "event=log_stopped error=\"{}\"", problem);
  }
  if (problem != problem_ && problem.empty()) log::Info("federation", "event=log_goes_on");
  problem_ = problem;
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
  const auto cards = open.writer->WriteDue();
  const auto receipts = federation::WriteReceipts(parts_.database, open.origin.log,
                                                  *parts_.policy.policy(), parts_.clock.NowMs());
  const auto addresses = WriteAddresses(open.origin);
  TRY(cards);
  TRY(receipts);
  TRY(addresses);
  return Ok();
}

Status OwnLog::Update() {
  MutexLock lock(work_mutex_);
  OpenIfDue();
  Open* const open = Look();
  if (open == nullptr) return Ok();
  Status written = WriteEntries(*open);
  Status published = open->files->Publish();
  Note(published ? std::move(written) : std::move(published));
  return Ok();
}

}  // namespace banyan::node
