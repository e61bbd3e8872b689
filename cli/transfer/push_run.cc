#include "cli/transfer/push_run.h"

#include <algorithm>
#include <map>

#include "cli/transfer/remote_manifest.h"
#include "federation/transfer/parallel.h"
#include "storage/base/mutex.h"
#include "storage/content/chunk_batch.h"
#include "storage/history/manifest.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kGroupChunks = 64u << 10;  // about 4 GiB of content a group
constexpr std::size_t kGroupFiles = 1000;
constexpr int kTakeTries = 3;

std::string DigestOf(const std::vector<const ScannedFile*>& group) {
  Sha256Hasher hasher;
  for (const ScannedFile* file : group) hasher.Update(file->offer.sha256.bytes());
  return hasher.Finish().ToString();
}

}  // namespace

// What differs from the branch as it is now; all of it when there is no such branch yet.
Status PushRun::Compare(const PushRequest& request, const std::vector<ScannedFile>& files) {
  std::map<std::string, Sha256> there;
  const auto branch = content_.FindRevision(request.id, "refs/heads/" + request.branch);
  if (branch) {
    parent_ = branch->commit;
    RemoteManifest nodes(
        [&](const Sha256& id) { return content_.FetchObject(branch->manifest, id); });
    TRY(storage::WalkManifest(nodes, branch->manifest, "",
                              [&](const std::string& path, const storage::ManifestEntry& entry) {
                                there[path] = entry.sha256;
                                return Ok();
                              }));
  } else if (branch.error().code() != Errc::NotFound) {
    return branch.error();
  }
  for (const ScannedFile& file : files) {
    const auto found = there.find(file.local.relative);
    const bool same = found != there.end() && found->second == file.offer.sha256;
    if (!same) changed_.push_back(&file);
    if (!same || request.repair) offered_.push_back(&file);
    if (found != there.end()) there.erase(found);
  }
  for (const ScannedFile* file : offered_) progress_.total_bytes += file->offer.size_bytes;
  for (const auto& [path, sha256] : there) {
    const bool is_ours = path != ".gitattributes" && !IsOfTools(path);
    if (is_ours && request.filter.Wants(path)) absent_.push_back(path);
  }
  if (request.delete_absent) deleted_.swap(absent_);
  return Ok();
}

// Goes on with the session of an interrupted push, if there was one. One that expired, or that is
// another node's, shows at the first offer: only for offers is it taken up, and what this node did
// not answer for is never ended or forgotten.
Status PushRun::StartSession(const PushRequest& request) {
  state_.emplace(PushState::Load(fs_, request.state_path));
  if (auto kept = state_->Find(upload_.Name())) {
    session_ = std::move(kept->session);
    offers_ = std::move(kept->offers);
    return Ok();
  }
  session_ = TRY(upload_.BeginSession(request.id));
  return SaveState();
}

Status PushRun::SaveState() { return state_->Put({upload_.Name(), session_, offers_}); }

// Equal content is offered once.
std::vector<PushRun::Group> PushRun::GroupsToSend() const {
  std::vector<Group> groups;
  std::map<Sha256, bool> seen;
  std::size_t chunks = kGroupChunks;
  for (const ScannedFile* file : offered_) {
    if (!seen.emplace(file->offer.sha256, true).second) continue;
    const std::size_t count = file->offer.chunks.size();
    if (chunks + count > kGroupChunks || groups.back().size() == kGroupFiles) {
      groups.emplace_back();
      chunks = 0;
    }
    groups.back().push_back(file);
    chunks += count;
  }
  return groups;
}

Result<OfferAnswer> PushRun::OfferGroup(const PushRequest& request, const Group& group) {
  const std::string digest = DigestOf(group);
  std::size_t chunks = 0;
  for (const ScannedFile* file : group) chunks += file->offer.chunks.size();
  if (const auto known = offers_.find(digest); known != offers_.end()) {
    auto answer = upload_.AskAgain(request.id, session_.name, known->second, chunks);
    if (answer || answer.error().code() != Errc::NotFound) return answer;
    offers_.erase(known);
  }
  std::vector<storage::OfferedFile> files;
  for (const ScannedFile* file : group) files.push_back(file->offer);
  auto answer = upload_.Offer(request.id, session_.name, files);
  if (!answer && answer.error().code() == Errc::NotFound) {  // the session expired
    session_ = TRY(upload_.BeginSession(request.id));
    offers_.clear();
    answer = upload_.Offer(request.id, session_.name, files);
  }
  if (!answer) return answer;
  progress_.wire_bytes += chunks * 35;
  offers_[digest] = answer->number;
  TRY(SaveState());
  return answer;
}

Status PushRun::SendGroup(const PushRequest& request, const Group& group) {
  for (int tries = 0;; ++tries) {
    const auto answer = TRY(OfferGroup(request, group));
    TRY(SendLacking(request, LackingPieces(group, answer.lacking)));
    const Status taken = upload_.Take(request.id, session_.name, answer.number);
    if (taken || tries >= kTakeTries) return taken;
    // Corrupt: the node found a chunk of its own damaged, and lacks it from then on.
    const Errc code = taken.error().code();
    if (code != Errc::Conflict && code != Errc::Corrupt) return taken;
  }
}

std::vector<PushRun::Piece> PushRun::LackingPieces(const Group& group,
                                                   const std::vector<bool>& lacking) {
  std::vector<Piece> pieces;
  std::map<ChunkId, bool> sent;
  std::size_t chunk_number = 0;
  for (const ScannedFile* file : group) {
    std::uint64_t offset = 0;
    for (const storage::ChunkRef& chunk : file->offer.chunks) {
      if (lacking[chunk_number++] && sent.emplace(chunk.id, true).second) {
        pieces.push_back({file, offset, chunk.size_bytes});
      } else {
        progress_.known_bytes += chunk.size_bytes;
      }
      offset += chunk.size_bytes;
    }
  }
  return pieces;
}

// Every thread takes the next pieces, as many as a batch may hold by then.
Status PushRun::SendLacking(const PushRequest& request, const std::vector<Piece>& pieces) {
  BatchSize size(session_.batch_bytes / 2);
  Mutex mutex;
  std::size_t next = 0;
  const auto take = [&]() -> std::span<const Piece> {
    const MutexLock lock(mutex);
    const std::size_t first = next;
    for (std::uint64_t bytes = 0; next < pieces.size(); ++next) {
      bytes += pieces[next].size_bytes;
      const bool full = bytes > size.bytes() || next - first == storage::kMaxBatchChunks;
      if (full && next > first) break;
    }
    return std::span(pieces).subspan(first, next - first);
  };
  const auto threads = static_cast<std::size_t>(request.batches_at_once);
  return federation::ForEachInParallel(threads, request.batches_at_once,
                                       [&](std::size_t) -> Status {
                                         for (auto batch = take(); !batch.empty(); batch = take()) {
                                           if (cancelled_)
                                             return Error(Errc::Cancelled, "interrupted");
                                           const Status sent = SendBatch(request, batch, size);
                                           if (sent) continue;
                                           const MutexLock lock(mutex);
                                           next = pieces.size();
                                           return sent;
                                         }
                                         return Ok();
                                       });
}

// Reads, encodes and sends one batch. A file that changed since it was scanned shows as a chunk
// that the node still lacks; the node's own check of the SHA-256 decides.
Status PushRun::SendBatch(const PushRequest& request, std::span<const Piece> pieces,
                          BatchSize& size) {
  storage::ChunkEncoder encoder;
  std::vector<storage::BatchEntry> table;
  Bytes payloads;
  Bytes raw;
  std::unique_ptr<File> file;
  const ScannedFile* opened = nullptr;
  std::uint64_t raw_bytes = 0;
  for (const Piece& piece : pieces) {
    if (piece.file != opened) file = TRY(fs_.Open(piece.file->local.path, OpenMode::Read));
    opened = piece.file;
    raw.resize(piece.size_bytes);
    const std::size_t got = TRY(file->ReadAt(piece.offset, raw));
    if (got != raw.size()) {
      return Error(Errc::Invalid, piece.file->local.path +
                                      ": changed while it was pushed: push "
                                      "again when it is complete");
    }
    const auto encoded = encoder.Encode(raw);
    table.push_back(
        {static_cast<std::uint32_t>(encoded.payload.size()), piece.size_bytes, encoded.encoding});
    payloads.insert(payloads.end(), encoded.payload.begin(), encoded.payload.end());
    raw_bytes += piece.size_bytes;
  }
  Bytes batch = storage::EncodeBatchTable(table);
  batch.insert(batch.end(), payloads.begin(), payloads.end());
  const std::int64_t start_ms = clock_.MonotonicMs();
  TRY(upload_.SendChunks(request.id, session_.name, batch));
  size.Learn(raw_bytes, clock_.MonotonicMs() - start_ms);
  progress_.sent_bytes += raw_bytes;
  progress_.wire_bytes += batch.size();
  return Ok();
}

Result<PushReport> PushRun::Run(const PushRequest& request, const std::vector<ScannedFile>& files) {
  TRY(Compare(request, files));
  PushReport report;
  report.changed_files = changed_.size();
  report.deleted_files = deleted_.size();
  report.kept_files = absent_.size();
  if (offered_.empty() && deleted_.empty()) return report;
  const auto groups = GroupsToSend();
  if (!groups.empty()) TRY(StartSession(request));
  for (const Group& group : groups) TRY(SendGroup(request, group));
  if (!changed_.empty() || !deleted_.empty()) report.commit = TRY(Commit(request));
  if (groups.empty()) return report;
  const Status ended = upload_.EndSession(request.id, session_.name);
  (void)ended.has_value();  // it expires by itself
  TRY(state_->Remove(session_.name));
  return report;
}

Result<GitOid> PushRun::Commit(const PushRequest& request) {
  PushCommit commit;
  commit.branch = request.branch;
  commit.message = request.message;
  commit.expected_parent = parent_;
  for (const ScannedFile* file : changed_) {
    commit.operations.push_back({file->local.relative, file->offer});
  }
  for (const std::string& path : deleted_) commit.operations.push_back({path, std::nullopt});
  auto made = upload_.Commit(request.id, commit);
  if (!made && made.error().code() == Errc::Conflict) {
    return Error(Errc::Conflict, "somebody else changed the branch " + request.branch +
                                     " during this push: look at that change, then push again to "
                                     "put this folder on top (nothing is sent twice)");
  }
  return made;
}

}  // namespace banyan::cli
