#include "node/own_log.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kRetryMs = 600'000;

federation::SigningKeys KeysOf(const NodeSeed& seed) {
  return federation::SigningKeys(seed.secret());
}

}  // namespace

OwnLog::Open* OwnLog::Look() {
  MutexLock lock(mutex_);
  return open_.get();
}

Result<std::unique_ptr<OwnLog::Open>> OwnLog::TryOpen() {
  const std::string& data = parts_.config.data;
  // Made with the log, and in no backup: what a thief of one cannot have.
  const auto next = [&]() -> Result<Sha256> {
    const auto seed = TRY(NodeSeed::OpenOrCreate(parts_.fs, parts_.random, data + "/next.seed"));
    return KeysOf(seed).public_keys().Commitment();
  };
  auto origin =
      TRY(federation::OpenOwnOrigin(parts_.database, KeysOf(parts_.seed), next, parts_.random));
  std::unique_ptr<Open> open(new Open{std::move(origin), nullptr, nullptr});
  open->writer = std::make_unique<federation::CardWriter>(
      parts_.database, parts_.content, open->origin, parts_.random, parts_.clock);
  const std::string directory = data + "/log/" + std::to_string(open->origin.log.epoch);
  open->files = TRY(federation::LogFiles::Open(parts_.database, parts_.fs, open->origin,
                                               {directory, parts_.config.federation_fence}));
  return open;
}

void OwnLog::Publish() {
  const auto now_ms = parts_.clock.MonotonicMs();
  if (Look() == nullptr && now_ms >= next_try_ms_) {
    next_try_ms_ = now_ms + kRetryMs;
    auto open = TryOpen();
    if (open) {
      MutexLock lock(mutex_);
      open_ = *std::move(open);
    } else {
      log::Error("federation", "event=log_stopped error=\"{}\"", open.error().message());
    }
  }
  Open* const open = Look();
  if (open == nullptr) return;
  const Status published = open->files->Publish();
  if (published) return;
  log::Error("federation", "event=publish_failed error=\"{}\"", published.error().message());
}

Status OwnLog::WriteCards() {
  Open* const open = Look();
  const auto report = open != nullptr ? open->writer->WriteDue() : federation::CardReport();
  Publish();
  TRY(report);
  return Ok();
}

}  // namespace banyan::node
