#include "federation/mirror/order_fetch.h"

#include <algorithm>

namespace banyan::federation {
namespace {

constexpr std::int64_t kPutMs = 1'000;

bool IsLie(const Status& status) {
  return !status &&
         (status.error().code() == Errc::Corrupt || status.error().code() == Errc::TooLarge);
}

Status RequireChunk(storage::ChunkDecoder& decoder, const storage::BatchEntry& entry,
                    ByteView payload, const storage::ChunkRef& chunk) {
  Bytes raw(chunk.size_bytes);
  TRY(decoder.Decode(entry.encoding, payload, raw));
  if (storage::HashChunk(raw) == chunk.id) return Ok();
  return Error(Errc::Corrupt, "other bytes than those of " + chunk.id.Short());
}

}  // namespace

Status OrderFetch::Run() {
  room_ = static_cast<std::size_t>(storage::BatchTableBytes(end_ - next_));
  batch_.resize(room_);
  if (!parts_.has_part) TRY(AskForTable());
  put_ms_ = parts_.clock.MonotonicMs();
  Status read = ReadRun();
  const Status put = own_error_ ? Ok() : Put();
  if (own_error_) return *own_error_;
  const bool is_unwanted = !read && read.error().code() == Errc::Cancelled;
  if (!read && !IsLie(read) && !is_unwanted && put) KeepBegun();
  if (!put && !IsLie(read)) read = put;
  return IsLie(read) ? BlameOnce(std::move(read)) : read;
}

Status OrderFetch::AskForTable() {
  table_ = TRY(parts_.tables.Of(parts_.peer, parts_.section, fetched_bytes_));
  batch_.reserve(room_ + storage::FindPayloads(table_, next_, end_).size_bytes);
  GoOn();
  return Ok();
}

BrokenChunks::Place OrderFetch::PlaceOf(std::size_t chunk) const {
  return {&parts_.peer, parts_.section.file, parts_.section.index, chunk};
}

// From where an exchange with this peer broke off.
void OrderFetch::GoOn() {
  const auto begun = parts_.broken.Take(PlaceOf(next_), table_[next_]);
  if (begun.empty()) return;
  batch_.insert(batch_.end(), begun.begin(), begun.end());
  partial_bytes_ = begun.size();
  pieced_ = next_;
}

// The bytes before were right, so the table is, by which these are a begin.
void OrderFetch::KeepBegun() {
  if (parts_.has_part || partial_bytes_ == 0) return;
  parts_.broken.Keep(PlaceOf(next_), table_[next_], ByteView(batch_).last(partial_bytes_));
}

// A peer may have moved a chunk since it gave the table, and then gave other bytes in good faith.
// Nor does one lie of whom a chunk came in two pieces that do not fit, the first time.
Status OrderFetch::BlameOnce(Status lie) {
  if (parts_.has_part) return lie;
  if (is_pieced_wrong_ && !is_other_wrong_) {
    parts_.broken.Distrust(parts_.peer);
    parts_.tables.Forget(parts_.peer);
    return Error(Errc::Unavailable, "a chunk that came in two pieces is wrong");
  }
  const auto again = FetchTable(parts_.peer, parts_.section);
  if (!again || *again == table_) return lie;
  parts_.tables.Forget(parts_.peer);
  return Error(Errc::Unavailable, "it stores the section in another way than before");
}

Status OrderFetch::ReadRun() {
  const auto& section = parts_.section;
  if (parts_.has_part) {
    TRY(parts_.peer.FetchRun(section.file, section.index, {next_, end_},
                             [&](ByteView piece) -> Status {
                               if (table_.empty()) TRY(TakeTable(piece));
                               return Take(piece);
                             }));
  } else {
    const auto range = storage::FindPayloads(table_, next_, end_);
    TRY(parts_.peer.FetchData(section.file, section.index, range.offset + partial_bytes_,
                              range.size_bytes - partial_bytes_,
                              [&](ByteView piece) { return Take(piece); }));
  }
  if (next_ == end_) return Ok();
  return Error(Errc::Unavailable, "the answer ended early");
}

// Cuts from `piece` what is of the run's own table.
Status OrderFetch::TakeTable(ByteView& piece) {
  const auto part = piece.first(std::min(piece.size(), room_ - table_bytes_.size()));
  table_bytes_.insert(table_bytes_.end(), part.begin(), part.end());
  piece = piece.subspan(part.size());
  fetched_bytes_ += part.size();
  TRY(parts_.moved(part.size()));
  if (table_bytes_.size() < room_) return Ok();
  const auto run = std::span(parts_.section.chunks).subspan(next_, end_ - next_);
  const auto entries = TRY(ReadTable(table_bytes_, run));
  table_.resize(parts_.section.chunks.size());
  std::ranges::copy(entries, table_.begin() + static_cast<std::ptrdiff_t>(next_));
  return Ok();
}

Status OrderFetch::Take(ByteView piece) {
  fetched_bytes_ += piece.size();
  TRY(parts_.moved(piece.size()));
  while (!piece.empty()) {
    if (next_ == end_) return Error(Errc::Corrupt, "more bytes than asked for");
    const std::size_t wanted = table_[next_].stored_bytes - partial_bytes_;
    const auto part = piece.first(std::min(piece.size(), wanted));
    batch_.insert(batch_.end(), part.begin(), part.end());
    piece = piece.subspan(part.size());
    partial_bytes_ += part.size();
    if (part.size() < wanted) return Ok();
    partial_bytes_ = 0;
    ++next_;
    TRY(parts_.came());
    if (parts_.clock.MonotonicMs() - put_ms_ >= kPutMs) TRY(Put());
  }
  return Ok();
}

// What was collected is one batch, its table written just before the payloads.
Status OrderFetch::Put() {
  put_ms_ = parts_.clock.MonotonicMs();
  if (next_ == put_from_) return Ok();
  const DataTable entries(table_.begin() + static_cast<std::ptrdiff_t>(put_from_),
                          table_.begin() + static_cast<std::ptrdiff_t>(next_));
  const auto expected = std::span(parts_.section.chunks).subspan(put_from_, entries.size());
  const Bytes table = storage::EncodeBatchTable(entries);
  const std::size_t from = room_ - table.size();
  std::ranges::copy(table, batch_.begin() + static_cast<std::ptrdiff_t>(from));
  const auto batch = ByteView(batch_).subspan(from, batch_.size() - from - partial_bytes_);
  const auto put = parts_.session.Put(batch, expected);
  Status result = Ok();
  if (put) {
    for (std::size_t i = put_from_; i < next_; ++i) parts_.kept(i);
  } else if (put.error().code() == Errc::Corrupt) {
    result = PutGood(entries, expected);
    if (result) result = put.error();
  } else {
    own_error_ = put.error();
    result = put.error();
  }
  put_from_ = next_;
  const auto payloads = batch_.begin() + static_cast<std::ptrdiff_t>(room_);
  batch_.erase(payloads, batch_.end() - static_cast<std::ptrdiff_t>(partial_bytes_));
  return result;
}

// Those that are what they should be, of a batch that is not.
Status OrderFetch::PutGood(const DataTable& entries, std::span<const storage::ChunkRef> expected) {
  DataTable good;
  storage::ChunkList chunks;
  std::vector<std::size_t> indices;
  Bytes payloads;
  storage::ChunkDecoder decoder;
  ByteView left = ByteView(batch_).subspan(room_);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto payload = left.first(entries[i].stored_bytes);
    left = left.subspan(payload.size());
    if (!RequireChunk(decoder, entries[i], payload, expected[i])) {
      (pieced_ == put_from_ + i ? is_pieced_wrong_ : is_other_wrong_) = true;
      continue;
    }
    good.push_back(entries[i]);
    chunks.push_back(expected[i]);
    indices.push_back(put_from_ + i);
    payloads.insert(payloads.end(), payload.begin(), payload.end());
  }
  if (good.empty()) return Ok();
  Bytes batch = storage::EncodeBatchTable(good);
  batch.insert(batch.end(), payloads.begin(), payloads.end());
  const auto put = parts_.session.Put(batch, chunks);
  if (!put) own_error_ = put.error();
  if (!put) return put.error();
  for (const std::size_t chunk : indices) parts_.kept(chunk);
  return Ok();
}

}  // namespace banyan::federation
