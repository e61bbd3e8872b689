#include "federation/mirror/small_files.h"

#include <algorithm>

#include "federation/transfer/parallel.h"

namespace banyan::federation {
namespace {

constexpr int kAnswersAtOnce = 4;
constexpr std::uint64_t kGroupBytes = 4u << 20;
constexpr std::size_t kGroupFiles = 512;

std::vector<std::vector<storage::ManifestEntry>> Group(
    std::span<const storage::ManifestEntry> files) {
  std::vector<std::vector<storage::ManifestEntry>> groups;
  std::uint64_t bytes = 0;
  for (const auto& entry : files) {
    bytes += entry.size_bytes;
    const bool is_full =
        groups.empty() || groups.back().size() == kGroupFiles || bytes > kGroupBytes;
    if (is_full) {
      groups.emplace_back();
      bytes = entry.size_bytes;
    }
    groups.back().push_back(entry);
  }
  return groups;
}

}  // namespace

Status SmallFiles::Fetch(std::span<const storage::ManifestEntry> files, const TakeFile& take) {
  const auto groups = Group(files);
  return ForEachInParallel(groups.size(), kAnswersAtOnce, [&](std::size_t i) {
    MirrorPeers peers = peers_.Beside(i);
    return FetchGroup(peers, groups[i], take);
  });
}

Status SmallFiles::FetchGroup(MirrorPeers& peers, Entries wanted, const TakeFile& take) {
  std::vector<Came> empty;
  for (const auto& entry : wanted) {
    if (entry.size_bytes == 0) empty.push_back({entry, {}, true});
  }
  TRY(Make(empty, take));
  std::erase_if(wanted, [](const auto& entry) { return entry.size_bytes == 0; });
  if (wanted.empty()) return Ok();
  const Status asked = peers.Try([&](PeerSource& peer) -> Status {
    Entries absent;
    Status answered = Ask(peers, peer, wanted, absent, take);
    wanted.insert(wanted.end(), absent.begin(), absent.end());
    if (!answered || wanted.empty()) return answered;
    return Error(Errc::NotFound, "has not " + std::to_string(wanted.size()) + " files");
  });
  if (asked || asked.error().code() != Errc::NotFound) return asked;
  const MutexLock lock(mutex_);
  absent_.insert(absent_.end(), wanted.begin(), wanted.end());
  return Ok();
}

// Takes from `wanted` what came, and what this peer has not.
Status SmallFiles::Ask(MirrorPeers& peers, PeerSource& peer, Entries& wanted, Entries& absent,
                       const TakeFile& take) {
  while (!wanted.empty()) {
    TRY(peers.RequireGoingOn());
    std::vector<FileHash> hashes;
    for (const auto& entry : wanted) hashes.push_back(entry.hash);
    const auto answer = TRY(peer.GetFiles(hashes));
    if (answer.empty()) return Error(Errc::Unavailable, "gave none of the files");
    if (answer.size() > hashes.size()) return Error(Errc::Corrupt, "more files than asked for");
    Entries left(wanted.begin() + static_cast<std::ptrdiff_t>(answer.size()), wanted.end());
    std::vector<Came> came;
    Status good = Ok();
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < answer.size(); ++i) {
      const auto& entry = wanted[i];
      bytes += answer[i] ? answer[i]->size() : 0;
      auto file =
          answer[i] ? ParseSmallFile(*answer[i], {entry.hash, entry.size_bytes, entry.chunk_count})
                    : Result<SmallFile>(Error(Errc::NotFound, "not there"));
      if (file) came.push_back({entry, *std::move(file)});
      if (!file) (answer[i] ? left : absent).push_back(entry);
      if (!file && answer[i]) good = Error(Errc::Corrupt, file.error().message());
    }
    const auto kept = Keep(came, take);
    for (const auto& one : came) {
      if (!one.is_put) left.push_back(one.entry);
    }
    wanted = std::move(left);
    {
      const MutexLock lock(mutex_);
      fetched_bytes_ += bytes;
    }
    if (!kept) return peers.Stop(kept.error());
    TRY(std::move(good));
    if (*kept == Sent::Wrong) return Error(Errc::Corrupt, "other bytes than those of a small file");
  }
  return Ok();
}

// Errors are no peer's fault.
Result<SmallFiles::Sent> SmallFiles::Keep(std::vector<Came>& came, const TakeFile& take) {
  const Sent sent = came.empty() ? Sent::Right : TRY(PutGood(came));
  std::vector<Came> good;
  for (auto& one : came) {
    if (one.is_put) good.push_back(one);
  }
  TRY(Make(good, take));
  return sent;
}

// All at once, or else those that are what they should be.
Result<SmallFiles::Sent> SmallFiles::PutGood(std::vector<Came>& came) {
  if (TRY(Put(came)) == Sent::Right) return Sent::Right;
  for (auto& one : came) TRY(Put({&one, 1}));
  return Sent::Wrong;
}

Result<SmallFiles::Sent> SmallFiles::Put(std::span<Came> came) {
  std::vector<storage::BatchEntry> table;
  storage::ChunkList expected;
  Bytes payloads;
  for (const auto& one : came) {
    const auto entries = TRY(storage::ParseBatchTable(one.file.batch));
    const auto sent = ByteView(one.file.batch).subspan(storage::BatchTableBytes(entries.size()));
    table.insert(table.end(), entries.begin(), entries.end());
    expected.insert(expected.end(), one.file.chunks.begin(), one.file.chunks.end());
    payloads.insert(payloads.end(), sent.begin(), sent.end());
  }
  Bytes batch = storage::EncodeBatchTable(table);
  batch.insert(batch.end(), payloads.begin(), payloads.end());
  const auto put = session_.Put(batch, expected);
  for (auto& one : came) one.is_put = put.operator bool();
  if (put) return Sent::Right;
  const Errc code = put.error().code();
  if (code == Errc::Corrupt || code == Errc::Invalid) return Sent::Wrong;
  return put.error();
}

Status SmallFiles::Make(std::span<const Came> came, const TakeFile& take) {
  if (came.empty()) return Ok();
  std::vector<storage::ContentSession::Assembly> assemblies;
  for (const auto& one : came) {
    assemblies.push_back({one.file.chunks, {one.entry.sha256, one.entry.size_bytes}});
  }
  auto made = TRY(session_.AssembleAll(assemblies));
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < came.size(); ++i) {
    const auto content = TRY(RequireAssembled(came[i].entry, std::move(made[i])));
    ++files_;
    take(came[i].entry, content);
  }
  return Ok();
}

std::vector<storage::ManifestEntry> SmallFiles::absent() const {
  const MutexLock lock(mutex_);
  return absent_;
}
std::uint64_t SmallFiles::files() const {
  const MutexLock lock(mutex_);
  return files_;
}
std::uint64_t SmallFiles::fetched_bytes() const {
  const MutexLock lock(mutex_);
  return fetched_bytes_;
}

}  // namespace banyan::federation
