#include "federation/mirror/swarm_section.h"

#include "storage/base/check.h"

namespace banyan::federation {

using storage::ChunkRun;
using storage::ChunkSet;

bool Holding::Has(const ChunkRun& run) const {
  if (share != Share::Part) return share == Share::Whole;
  for (std::size_t i = run.first; i < run.end; ++i) {
    if (!chunks.Has(i)) return false;
  }
  return true;
}

SwarmSection::SwarmSection(const storage::ChunkList& chunks, const ChunkSet& wanted,
                           std::vector<Holding> holdings, std::int64_t now_ms)
    : lacking_(wanted),
      unasked_(wanted),
      orders_(chunks.size()),
      holdings_(std::move(holdings)),
      said_(chunks.size()),
      coming_ms_(chunks.size(), -1),
      news_ms_(now_ms) {
  ENSURE(wanted.size() == chunks.size());
  for (const auto& chunk : chunks) sizes_.push_back(chunk.size_bytes);
}

std::uint64_t SwarmSection::BytesOf(const ChunkSet& chunks) const {
  std::uint64_t bytes = 0;
  for (auto i = chunks.NextFrom(0); i; i = chunks.NextFrom(*i + 1)) bytes += sizes_[*i];
  return bytes;
}

void SwarmSection::SetHolding(std::size_t peer, Holding holding, std::int64_t now_ms) {
  if (holding.share == Holding::Share::Part) {
    ENSURE(holding.chunks.size() == sizes_.size() && holding.coming.size() == sizes_.size());
    auto news = holding.chunks;
    news &= lacking_;
    news -= said_;
    if (!news.IsEmpty()) news_ms_ = now_ms;
    said_ |= news;
    const ChunkSet& coming = holding.coming;
    for (auto i = coming.NextFrom(0); i; i = coming.NextFrom(*i + 1)) {
      if (coming_ms_[*i] < 0) coming_ms_[*i] = now_ms;
    }
  }
  holdings_[peer] = std::move(holding);
}

bool SwarmSection::BrokePromise(std::size_t peer, std::int64_t now_ms, std::int64_t wait_ms) const {
  const Holding& holding = holdings_[peer];
  if (holding.share != Holding::Share::Part) return false;
  auto promised = holding.coming;
  promised &= lacking_;
  promised -= holding.chunks;
  for (auto i = promised.NextFrom(0); i; i = promised.NextFrom(*i + 1)) {
    if (now_ms - coming_ms_[*i] >= wait_ms) return true;
  }
  return false;
}

ChunkSet SwarmSection::SoonOf(std::size_t peer, std::int64_t now_ms, std::int64_t wait_ms) const {
  const Holding& other = holdings_[peer];
  if (other.share != Holding::Share::Part) return ChunkSet(sizes_.size());
  ChunkSet soon = other.chunks;
  for (auto i = other.coming.NextFrom(0); i; i = other.coming.NextFrom(*i + 1)) {
    if (now_ms - coming_ms_[*i] < wait_ms) soon.Add(*i);
  }
  return soon;
}

bool SwarmSection::Ask(std::size_t chunk) {
  unasked_.Remove(chunk);
  return orders_[chunk]++ == 0;
}

bool SwarmSection::GiveUp(std::size_t chunk) {
  if (--orders_[chunk] > 0) return false;
  unasked_.Add(chunk);
  return true;
}

void SwarmSection::Keep(std::size_t chunk, std::int64_t now_ms) {
  lacking_.Remove(chunk);
  unasked_.Remove(chunk);
  news_ms_ = now_ms;
}

std::optional<ChunkRun> SwarmSection::Cut(const ChunkSet& chunks, std::size_t from,
                                          std::uint64_t most_bytes) const {
  auto first = chunks.NextFrom(from);
  if (!first) first = chunks.NextFrom(0);
  if (!first) return {};
  ChunkRun run{*first, *first};
  for (std::uint64_t bytes = 0; run.end < sizes_.size() && chunks.Has(run.end); ++run.end) {
    bytes += sizes_[run.end];
    if (bytes > most_bytes && run.end > run.first) break;
  }
  return run;
}

}  // namespace banyan::federation
