#include "storage/content/content_session.h"

#include <algorithm>
#include <deque>

#include "storage/content/loose_places.h"
#include "storage/content/merkle.h"
#include "storage/content/scrub.h"

namespace banyan::storage {
namespace {

Error NoSession() {
  return Error(
      Errc::NotFound,
      "no such upload session: it expired, was ended, or gave way to newer ones; begin again");
}

Result<ChunkScope> PlacingScopeOf(ContentCore& core, const SessionOwner& owner,
                                  std::int64_t session) {
  auto places = TRY(core.known_places.Of(core.database, owner.repository));
  ChunkScope scope(core.database, std::move(places));
  TRY(scope.ReadUploaded(session));
  return scope;
}

// Of the owner's sessions those unused for longest, so many that with this new one there are
// kMostOpen.
Status EndOldest(Connection& connection, const SessionOwner& owner, std::int64_t begun) {
  std::vector<std::int64_t> oldest;
  {
    auto rows = connection.Query(
        "SELECT id FROM upload_session WHERE repository = ? AND user = ? AND id <> ?"
        " AND used_ms > 0 ORDER BY used_ms DESC, id DESC LIMIT -1 OFFSET ?",
        owner.repository, owner.user, begun, ContentSession::kMostOpen - 1);
    while (rows.Next()) oldest.push_back(rows.Int(0));
    TRY(Status(rows.status()));
  }
  for (const std::int64_t session : oldest) TRY(EndSession(connection, session));
  return Ok();
}

}  // namespace

Result<std::shared_ptr<ContentSession>> ContentSession::Begin(LocalContentStore& store,
                                                              Random& random,
                                                              const SessionOwner& owner) {
  return OfName(store, RandomAlphanumeric(random, 32), owner);
}

Result<std::shared_ptr<ContentSession>> ContentSession::OfName(LocalContentStore& store,
                                                               const std::string& name,
                                                               const SessionOwner& owner) {
  const std::int64_t now = store.core().clock.NowMs();
  TRY(store.core().database.Write([&](Connection& connection) -> Status {
    TRY(
        connection.Execute("INSERT INTO upload_session(name, user, repository, created_ms, used_ms)"
                           " VALUES(?,?,?,?,?) ON CONFLICT(name) DO NOTHING",
                           name, owner.user, owner.repository, now, now));
    if (connection.Changes() == 0) return Ok();
    return EndOldest(connection, owner, connection.LastInsertId());
  }));
  return Resume(store, name, owner);
}

Result<std::shared_ptr<ContentSession>> ContentSession::Resume(LocalContentStore& store,
                                                               const std::string& name,
                                                               const SessionOwner& owner) {
  std::int64_t row = 0;
  TRY(store.core().database.Write([&](Connection& connection) -> Status {
    {
      auto rows = connection.Query(
          "SELECT id FROM upload_session"
          " WHERE name = ? AND user = ? AND repository = ? AND used_ms > 0",
          name, owner.user, owner.repository);
      if (rows.Next()) row = rows.Int(0);
      TRY(Status(rows.status()));
    }
    if (row == 0) return NoSession();
    return connection.Execute("UPDATE upload_session SET used_ms = ? WHERE id = ?",
                              store.core().clock.NowMs(), row);
  }));
  auto known = TRY(ChunkScope::Load(store.core().database, owner.repository, row));
  auto placing = TRY(PlacingScopeOf(store.core(), owner, row));
  return std::shared_ptr<ContentSession>(
      new ContentSession(store, Scopes{std::move(known), std::move(placing)}, row, name, owner));
}

Result<ChunkScope> ContentSession::PlacingScope() const {
  return PlacingScopeOf(store_.core(), owner_, row_);
}

Result<std::vector<std::optional<ChunkLocation>>> ContentSession::Locate(
    std::span<const ChunkRef> chunks) {
  MutexLock lock(mutex_);
  scope_.Refresh();
  std::vector<std::optional<ChunkLocation>> places;
  places.reserve(chunks.size());
  for (const ChunkRef& chunk : chunks) places.push_back(TRY(finder_.Locate(chunk.id, scope_)));
  return places;
}

Result<std::vector<bool>> ContentSession::Lacking(std::span<const ChunkRef> chunks) {
  std::vector<bool> lacking;
  lacking.reserve(chunks.size());
  for (const auto& place : TRY(Locate(chunks))) lacking.push_back(!place.has_value());
  return lacking;
}

Result<std::unique_ptr<SectionData>> ContentSession::Open(std::span<const ChunkRef> chunks,
                                                          EncodingSet accepted) {
  std::vector<ChunkLocation> places;
  for (const auto& place : TRY(Locate(chunks))) {
    if (!place) return Error(Errc::NotFound, "not all of these chunks are here");
    places.push_back(*place);
  }
  return SectionData::Of(store_.core(), places, accepted);
}

// What each payload decodes to. A sender's mistake is Invalid, what somebody passed on is Corrupt.
Result<std::vector<ChunkId>> ContentSession::Identify(const Batch& batch) {
  if (batch.expected && batch.expected->size() != batch.entries.size()) {
    return Error(Errc::Corrupt, "chunk batch: another number of chunks than expected");
  }
  DecoderPool::Lease decoder(store_.core().decoders);
  std::vector<ChunkId> ids;
  Bytes raw;
  ByteReader in(batch.payloads);
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    const BatchEntry& entry = batch.entries[i];
    const ByteView payload = in.Raw(entry.stored_bytes);
    if (!in.ok()) return Error(Errc::Invalid, "chunk batch: the payloads are cut short");
    raw.resize(entry.raw_bytes);
    const Status decoded = (*decoder).Decode(entry.encoding, payload, raw);
    if (!decoded) {
      return Error(batch.expected ? Errc::Corrupt : Errc::Invalid,
                   "chunk batch: " + decoded.error().message());
    }
    ids.push_back(HashChunk(raw));
    if (batch.expected && (*batch.expected)[i] != ChunkRef{ids[i], entry.raw_bytes}) {
      return Error(Errc::Corrupt,
                   "chunk batch: other bytes than those of " + (*batch.expected)[i].id.Short());
    }
  }
  if (!in.AtEnd()) return Error(Errc::Invalid, "chunk batch: bytes after the last payload");
  return ids;
}

Status ContentSession::StoreChunk(const ChunkId& id, const BatchEntry& entry, ByteView payload,
                                  Recipe& stored) {
  ReaderLock lock(store_.core().collection_mutex);
  auto at = TRY(placer_.Locate(id));
  if (!at) at = TRY(placer_.Append(id, {entry.encoding, payload}, entry.raw_bytes));
  stored.Append(at->pack, at->index, entry.raw_bytes);
  return Ok();
}

Status ContentSession::Store(const Batch& batch, const std::vector<ChunkId>& ids, Recipe& stored) {
  MutexLock lock(storing_mutex_);
  placer_.Refresh();
  ByteReader in(batch.payloads);
  Status done = Ok();
  for (std::size_t i = 0; done && i < ids.size(); ++i) {
    const BatchEntry& entry = batch.entries[i];
    done = StoreChunk(ids[i], entry, in.Raw(entry.stored_bytes), stored);
  }
  placer_.ReleasePack();
  return done;
}

Result<ContentSession::PutSummary> ContentSession::Put(ByteView batch, const Expected& expected) {
  auto entries = TRY(ParseBatchTable(batch));
  const auto payloads = batch.subspan(BatchTableBytes(entries.size()));
  TRY(store_.RequireRoom(batch.size()));
  PutSummary summary{entries.size(), 0};
  for (const BatchEntry& entry : entries) summary.raw_bytes += entry.raw_bytes;
  const Batch parts{std::move(entries), payloads, expected};
  const auto ids = TRY(Identify(parts));
  PinnedUpload pinned(store_.core(), owner_);
  TRY(Store(parts, ids, pinned.recipe()));
  TRY(store_.Sync());
  TRY(Keep(pinned.recipe()));
  pinned.Kept();
  return summary;
}

// Mostly no file has any of them, as far as is known. Where some seem to, the files are read anew:
// one may be gone.
Result<Recipe> ContentSession::FindLoose(const Recipe& chunks) {
  MutexLock lock(mutex_);
  const auto in_file = [this](const Term& term)
                           NO_THREAD_SAFETY_ANALYSIS { return scope_.files().Overlaps(term); };
  if (std::ranges::none_of(chunks.terms, in_file)) return chunks;
  TRY(scope_.ReadFiles());
  return storage::FindLoose(*store_.core().packs, scope_.files(), chunks);
}

Status ContentSession::Keep(const Recipe& chunks, const Also& also) {
  const auto loose = TRY(FindLoose(chunks));
  TRY(store_.core().database.Write([&](Connection& connection) -> Status {
    // By name too: the row of a session that expired meanwhile may belong to another one.
    TRY(connection.Execute("UPDATE upload_session SET used_ms = ? WHERE id = ? AND name = ?",
                           store_.core().clock.NowMs(), row_, name_));
    if (connection.Changes() == 0) return NoSession();
    for (const Term& term : loose.terms) {
      TRY(HoldPlaces(connection, row_, term, TRY(store_.core().packs->RawSizesOf(term))));
    }
    return also ? also(connection) : Ok();
  }));
  MutexLock lock(mutex_);
  for (const Term& term : chunks.terms) scope_.AddUploaded(term);
  return Ok();
}

Result<std::optional<Term>> ContentSession::RunAround(const ChunkId& chunk) {
  const ChunkRef wanted{chunk, 0};
  const auto at = TRY(Locate({&wanted, 1})).front();
  if (!at) return std::optional<Term>();
  const auto pack = TRY(store_.core().packs->Get(at->pack));
  MutexLock lock(mutex_);
  const auto is_in_scope = [&](std::uint32_t index)
                               NO_THREAD_SAFETY_ANALYSIS -> Result<Visibility> {
    const PackEntry entry = pack->entry(index);
    const bool usable = entry.raw_bytes > 0 && !entry.dropped && !pack->IsDamaged(index);
    return usable ? scope_.Judge({at->pack, index}) : Visibility::Hidden;
  };
  Term run{at->pack, at->index, 1, pack->entry(at->index).raw_bytes};
  while (run.first > 0 && TRY(is_in_scope(run.first - 1)) == Visibility::Visible) {
    ++run.count;
    run.size_bytes += pack->entry(--run.first).raw_bytes;
  }
  const auto chunks = static_cast<std::uint32_t>(pack->chunk_count());
  for (std::uint32_t next = run.first + run.count;
       next < chunks && TRY(is_in_scope(next)) == Visibility::Visible; ++next) {
    ++run.count;
    run.size_bytes += pack->entry(next).raw_bytes;
  }
  return std::optional(run);
}

// Sizes add up and the list is not inflated (federation design section 4).
Status ContentSession::ShapeIsLegal(const ChunkList& chunks, const FileClaim& claim) const {
  std::uint64_t total = 0;
  for (const ChunkRef& chunk : chunks) total += chunk.size_bytes;
  if (total != claim.size_bytes) {
    return Error(Errc::Invalid, "the chunk list adds up to " + std::to_string(total) +
                                    " bytes, the claimed size is " +
                                    std::to_string(claim.size_bytes));
  }
  if (chunks.size() > claim.size_bytes / 4096 + 16) {
    return Error(Errc::Invalid, "the file has too many chunks for its size");
  }
  return Ok();
}

Status ContentSession::FillRecipe(const ChunkList& chunks, Recipe& recipe) {
  MutexLock session_lock(mutex_);
  scope_.Refresh();
  std::size_t lacking = 0;
  for (const ChunkRef& chunk : chunks) {
    ReaderLock lock(store_.core().collection_mutex);
    const auto at = TRY(finder_.Locate(chunk.id, scope_));
    if (!at) {
      ++lacking;
      continue;
    }
    const auto pack = TRY(store_.core().packs->Get(at->pack));
    if (pack->entry(at->index).raw_bytes != chunk.size_bytes) {
      return Error(Errc::Invalid, "chunk " + chunk.id.Short() + " has another size than claimed");
    }
    recipe.Append(at->pack, at->index, chunk.size_bytes);
  }
  if (lacking == 0) return Ok();
  return Error(Errc::Conflict, std::to_string(lacking) +
                                   " chunks of the file are lacking: ask "
                                   "which, send them, and try again");
}

Status ContentSession::InspectAhead(FileInspection& inspection, std::span<const ChunkRef> next) {
  const auto data = TRY(Open(next, kRawOnly));
  const auto table_bytes = BatchTableBytes(next.size());
  return data->Stream(table_bytes, data->SizeBytes() - table_bytes, /*allow_mapped=*/false,
                      [&](ByteView slice) {
                        inspection.Feed(slice);
                        return Ok();
                      });
}

// Computes the SHA-256 and compares the claimed cut with the canonical one on the way.
Result<FileInspection::Outcome> ContentSession::Inspect(const FileContent& content,
                                                        const Progress& progress,
                                                        FileInspection& inspection) {
  auto reader = TRY(store_.OpenFile(content));
  const auto from = inspection.fed_bytes();
  const auto feed = [&](ByteView slice) -> Status {
    if (progress) TRY(progress());
    inspection.Feed(slice);
    return Ok();
  };
  TRY(reader->Stream(from, content.size_bytes - from, /*allow_mapped=*/false, feed));
  return inspection.Finish();
}

// What a file is made of, until it is recorded.
struct ContentSession::Pins {
  Pins(ContentCore& core, const SessionOwner& owner) : found(core), stored(core, owner) {}
  PinnedRecipe found;
  PinnedUpload stored;  // anew, under the canonical cut
};

Result<FileContent> ContentSession::WriteAgain(const FileContent& content, const Progress& progress,
                                               FileWriter& writer) {
  auto reader = TRY(store_.OpenFile(content));
  const auto write = [&](ByteView slice) -> Status {
    if (progress) TRY(progress());
    return writer.Write(slice);
  };
  TRY(reader->Stream(0, content.size_bytes, /*allow_mapped=*/false, write));
  auto written = TRY(writer.Finish());
  TRY(store_.Sync());
  return written;
}

// Stores the same bytes under the canonical cut.
Result<FileContent> ContentSession::Recut(const FileContent& content, const Progress& progress,
                                          PinnedUpload& stored) {
  auto writer = TRY(store_.NewFile({content.size_bytes, owner_.repository}));
  auto recut = WriteAgain(content, progress, *writer);
  const Recipe& placed = writer->Placed();  // its threads, which take the lock too, have ended
  ReaderLock lock(store_.core().collection_mutex);
  stored.recipe() = placed;
  return recut;
}

Status ContentSession::Record(Connection& connection, FileContent& content, std::int64_t now_ms) {
  content.row = TRY(RecordFile(connection, content, now_ms));
  TRY(HoldFile(connection, owner_.repository, content, Holding::Uploaded, now_ms));
  content = TRY(GetHeldFile(connection, owner_.repository, content.row));
  return Ok();
}

Result<ContentSession::Checked> ContentSession::Check(const Assembly& file, Pins& pins) {
  const auto& [chunks, claim, begun, progress, require_room] = file;
  TRY(ShapeIsLegal(chunks, claim));
  TRY(FillRecipe(chunks, pins.found.recipe));
  FileContent content;
  content.hash = HashFile(chunks);
  content.size_bytes = claim.size_bytes;
  content.chunk_count = chunks.size();
  content.recipe = pins.found.recipe;
  FileInspection anew(chunks);
  const auto inspected = Inspect(content, progress, begun == nullptr ? anew : *begun);
  if (!inspected && inspected.error().code() == Errc::Cancelled) return inspected.error();
  if (!inspected || inspected->sha256 != claim.sha256) {
    // The disk may be the wrong one: then all that it damaged is lacking from now on.
    const Status whole = VerifyChunks(store_.core(), content.recipe, progress);
    if (!whole && whole.error().code() == Errc::Cancelled) return whole.error();
    if (!whole) return Error(Errc::Corrupt, whole.error().message());
  }
  const auto inspection = TRY(Result<FileInspection::Outcome>(inspected));
  content.sha256 = inspection.sha256;
  if (content.sha256 != claim.sha256) {
    return Error(Errc::Invalid, "wrong SHA-256: claimed " + claim.sha256.ToString() +
                                    ", the bytes give " + content.sha256.ToString());
  }
  if (inspection.is_canonical) return Checked{std::move(content), {}};
  if (require_room) TRY(require_room());
  auto recut = TRY(Recut(content, progress, pins.stored));
  return Checked{std::move(recut), std::move(content.recipe)};
}

Result<FileContent> ContentSession::Assemble(const ChunkList& chunks, const FileClaim& claim,
                                             FileInspection* begun) {
  return Assemble(Assembly{chunks, claim, begun, nullptr});
}

Result<FileContent> ContentSession::Assemble(const Assembly& file) {
  auto results = TRY(AssembleAll({&file, 1}));
  return std::move(results.front());
}

Result<std::vector<Result<FileContent>>> ContentSession::AssembleAll(
    std::span<const Assembly> files) {
  std::deque<Pins> pins;
  std::vector<Result<FileContent>> results;
  std::vector<Term> sent;
  for (const Assembly& file : files) {
    auto checked = Check(file, pins.emplace_back(store_.core(), owner_));
    if (!checked) {
      pins.pop_back();
      results.push_back(checked.error());
      continue;
    }
    sent.insert(sent.end(), checked->sent.terms.begin(), checked->sent.terms.end());
    results.push_back(std::move(checked->content));
  }
  TRY(RecordAll(results, std::move(sent)));
  for (Pins& recorded : pins) recorded.stored.Kept();
  return results;
}

Status ContentSession::RecordAll(std::vector<Result<FileContent>>& files, std::vector<Term> sent) {
  const std::int64_t now_ms = store_.core().clock.NowMs();
  std::vector<Term> places;
  for (const auto& file : files) {
    if (file) places.insert(places.end(), file->recipe.terms.begin(), file->recipe.terms.end());
  }
  TRY(store_.core().database.Write([&](Connection& connection) -> Status {
    TRY(LetGoOfPlaces(connection, owner_.repository, places));
    // Others who sent the same have no file of it yet.
    TRY(LeavePlaces(connection, name_, owner_, sent));
    for (auto& file : files) {
      if (file) TRY(Record(connection, *file, now_ms));
    }
    return Ok();
  }));
  MutexLock lock(mutex_);
  for (const auto& file : files) {
    if (file) scope_.AddFile(file->recipe);
  }
  return Ok();
}

Status ContentSession::CountOffer(std::uint64_t size_bytes) {
  return store_.core().database.Write([&](Connection& connection) -> Status {
    TRY(
        connection.Execute("UPDATE upload_session SET used_ms = ?, offer_bytes = offer_bytes + ?"
                           " WHERE id = ? AND name = ?",
                           store_.core().clock.NowMs(), size_bytes, row_, name_));
    return connection.Changes() == 0 ? NoSession() : Ok();
  });
}

Status ContentSession::End() {
  return store_.core().database.Write([&](Connection& connection) -> Status {
    TRY(connection.Execute("UPDATE upload_session SET offer_bytes = 0 WHERE id = ? AND name = ?",
                           row_, name_));
    return connection.Changes() == 0 ? Ok() : EndSession(connection, row_);
  });
}

}  // namespace banyan::storage
