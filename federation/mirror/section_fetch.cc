#include "federation/mirror/section_fetch.h"

#include <algorithm>
#include <set>

namespace banyan::federation {
namespace {

constexpr std::size_t kBatchBytes = 16u << 20;
constexpr std::int64_t kBatchMs = 2'000;

}  // namespace

Status SectionFetch::Run() {
  TRY(FindLacking());
  if (std::ranges::find(lacking_, true) == lacking_.end()) return Ok();
  return peers_.Try([&](PeerSource& peer) { return From(peer); });
}

// A chunk that comes several times is asked for once.
Status SectionFetch::FindLacking() {
  lacking_ = TRY(session_.Lacking(section_.chunks));
  std::set<ChunkId> asked;
  for (std::size_t i = 0; i < lacking_.size(); ++i) {
    if (lacking_[i]) lacking_[i] = asked.insert(section_.chunks[i].id).second;
  }
  return Ok();
}

Status SectionFetch::From(PeerSource& peer) {
  collected_.clear();
  payloads_.clear();
  partial_bytes_ = 0;
  put_ms_ = peers_.clock().MonotonicMs();
  TRY(ReadTable(peer));
  const Status read = ReadRuns(peer);
  const bool is_spoilt =
      !read && read.error().code() != Errc::Unavailable && read.error().code() != Errc::Io;
  if (is_spoilt) return read;
  TRY(PutBatch());
  return read;
}

Status SectionFetch::ReadTable(PeerSource& peer) {
  const auto size = static_cast<std::size_t>(storage::BatchTableBytes(section_.chunks.size()));
  Bytes bytes;
  TRY(peer.FetchData(section_.file, section_.index, 0, size, [&](ByteView piece) -> Status {
    if (piece.size() > size - bytes.size()) return Error(Errc::Corrupt, "more bytes than asked");
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return Ok();
  }));
  if (bytes.size() < size) return Error(Errc::Unavailable, "the answer ended early");
  fetched_bytes_ += size;
  auto table = storage::ParseBatchTable(bytes);
  if (!table || !storage::IsTableOf(*table, section_.chunks)) {
    return Error(Errc::Corrupt, "a data table that contradicts the chunk list");
  }
  table_ = *std::move(table);
  return Ok();
}

Status SectionFetch::ReadRuns(PeerSource& peer) {
  for (std::size_t first = 0; first < lacking_.size();) {
    if (!lacking_[first]) {
      ++first;
      continue;
    }
    std::size_t end = first;
    while (end < lacking_.size() && lacking_[end]) ++end;
    TRY(ReadRun(peer, first, end));
    first = end;
  }
  return Ok();
}

Status SectionFetch::ReadRun(PeerSource& peer, std::size_t first, std::size_t end) {
  const auto range = storage::FindPayloads(table_, first, end);
  next_ = first;
  TRY(peer.FetchData(section_.file, section_.index, range.offset, range.size_bytes,
                     [&](ByteView piece) { return Take(piece, end); }));
  if (next_ == end) return Ok();
  return Error(Errc::Unavailable, "the answer ended early");
}

Status SectionFetch::Take(ByteView piece, std::size_t end) {
  TRY(peers_.RequireGoingOn());
  fetched_bytes_ += piece.size();
  while (!piece.empty()) {
    if (next_ == end) return Error(Errc::Corrupt, "more bytes than asked for");
    const std::size_t wanted = table_[next_].stored_bytes - partial_bytes_;
    const auto part = piece.first(std::min(piece.size(), wanted));
    payloads_.insert(payloads_.end(), part.begin(), part.end());
    piece = piece.subspan(part.size());
    partial_bytes_ += part.size();
    if (part.size() < wanted) return Ok();
    partial_bytes_ = 0;
    collected_.push_back(next_++);
    const bool is_late = peers_.clock().MonotonicMs() - put_ms_ >= kBatchMs;
    if (is_late || payloads_.size() >= kBatchBytes) TRY(PutBatch());
  }
  return Ok();
}

Status SectionFetch::PutBatch() {
  const auto whole_bytes = payloads_.size() - partial_bytes_;
  std::vector<storage::BatchEntry> entries;
  storage::ChunkList expected;
  for (const std::size_t chunk : collected_) {
    entries.push_back(table_[chunk]);
    expected.push_back(section_.chunks[chunk]);
  }
  put_ms_ = peers_.clock().MonotonicMs();
  if (entries.empty()) return Ok();
  Bytes batch = storage::EncodeBatchTable(entries);
  const auto whole_end = payloads_.begin() + static_cast<std::ptrdiff_t>(whole_bytes);
  batch.insert(batch.end(), payloads_.begin(), whole_end);
  const auto put = session_.Put(batch, expected);
  if (!put && put.error().code() == Errc::Corrupt) return put.error();
  if (!put) return peers_.Stop(put.error());
  for (const std::size_t chunk : collected_) lacking_[chunk] = false;
  collected_.clear();
  payloads_.erase(payloads_.begin(), whole_end);
  return Ok();
}

}  // namespace banyan::federation
