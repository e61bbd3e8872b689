#include "federation/mirror/holdings_watch.h"

#include <algorithm>

namespace banyan::federation {
namespace {

constexpr std::size_t kSmallChunks = 64;
constexpr std::int64_t kPauseMs = 500;
constexpr std::int64_t kChunksPerMs = 32;  // at most 4 kB a second of each peer

}  // namespace

bool HoldingsWatch::AsksAtOnce(std::size_t chunks) const {
  return busy_.size() > 1 && chunks >= kSmallChunks;
}

HoldingsWatch::FileId HoldingsWatch::Add(std::size_t chunks, std::int64_t now_ms) {
  File file{std::max(kPauseMs, static_cast<std::int64_t>(chunks) / kChunksPerMs), {}};
  file.peers.resize(busy_.size());
  for (auto& peer : file.peers) {
    peer.has_answered = !AsksAtOnce(chunks);
    if (!peer.has_answered) peer.next_ms = now_ms;
  }
  files_.emplace(++last_id_, std::move(file));
  return last_id_;
}

std::optional<HoldingsWatch::Question> HoldingsWatch::Next(std::int64_t now_ms) {
  if (static_cast<std::size_t>(std::ranges::count(busy_, true)) >= at_once_) return {};
  for (auto& [id, file] : files_) {
    for (std::size_t i = 0; i < file.peers.size(); ++i) {
      Asked& peer = file.peers[i];
      if (busy_[i] || !peer.next_ms || *peer.next_ms > now_ms) continue;
      busy_[i] = true;
      peer.next_ms.reset();
      return Question{id, i, peer.is_doubted};
    }
  }
  return {};
}

bool HoldingsWatch::IsWaiting() const {
  return std::ranges::any_of(files_, [](const auto& item) {
    return std::ranges::any_of(item.second.peers,
                               [](const Asked& peer) { return peer.next_ms.has_value(); });
  });
}

void HoldingsWatch::Answered(const Question& question, bool has_whole, std::int64_t now_ms) {
  busy_[question.peer] = false;
  const auto at = files_.find(question.file);
  if (at == files_.end()) return;
  Asked& peer = at->second.peers[question.peer];
  peer.has_answered = true;
  if (!has_whole) peer.next_ms = now_ms + at->second.pause_ms;
}

void HoldingsWatch::Doubt(FileId file, std::size_t peer, std::int64_t now_ms) {
  const auto at = files_.find(file);
  if (at == files_.end()) return;
  Asked& asked = at->second.peers[peer];
  asked.is_doubted = true;
  asked.has_answered = false;
  if (!asked.next_ms) asked.next_ms = now_ms;
}

bool HoldingsWatch::HasHeardAll(FileId file) const {
  return std::ranges::all_of(files_.at(file).peers,
                             [](const Asked& peer) { return peer.has_answered; });
}

}  // namespace banyan::federation
