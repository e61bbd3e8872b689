#include "storage/xet/xet_session.h"

#include <algorithm>

#include "storage/content/merkle.h"

namespace banyan::storage {
namespace {

constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;
constexpr std::size_t kMaxFileChunks = 2'097'152;  // as of a file offer
constexpr std::size_t kProgressChunks = 256;
constexpr std::size_t kRecentXorbs = 64;  // of 300 kB at most

std::string NameOf(const SessionOwner& owner, std::int64_t day) {
  const std::string text = "xet " + std::to_string(owner.user) + " " +
                           std::to_string(owner.repository) + " " + std::to_string(day);
  return HashSha256(AsBytes(text)).ToString().substr(0, 32);
}

}  // namespace

Result<std::shared_ptr<XetSession>> XetSession::Open(LocalContentStore& store, Random& random,
                                                     const SessionOwner& owner) {
  const std::int64_t day = store.core().clock.NowMs() / kDayMs;
  auto content = TRY(ContentSession::OfName(store, NameOf(owner, day), owner));
  return std::shared_ptr<XetSession>(new XetSession(store, random, std::move(content)));
}

Result<XetSession::Known> XetSession::PutXorb(const XorbHash& hash, const ReadBytes& body) {
  const bool known = TRY(Find(hash)).has_value();
  ContentCore& core = store_.core();
  PinnedRecipe pinned(core);
  ChunkList chunks;
  {
    ChunkPlacer placer(*core.packs, core.index);
    XorbReader reader(body);
    while (const auto raw = TRY(reader.Next())) {
      const ChunkId id = HashChunk(*raw);
      chunks.push_back({id, static_cast<std::uint32_t>(raw->size())});
      ReaderLock lock(core.collection_mutex);
      const auto at = TRY(placer.Place(id, *raw));
      pinned.recipe.Append(at.pack, at.index, chunks.back().size_bytes);
    }
  }
  if (chunks.empty()) return Error(Errc::Invalid, "xorb: it has no chunks");
  if (const XorbHash found = HashXorb(chunks); found != hash) {
    return Error(Errc::Invalid, "xorb: its hash is " + found.ToString() + ", not the one named");
  }
  TRY(store_.Sync());
  TRY(content_->Keep(pinned.recipe, [&](Connection& connection) {
    return NameXorb(connection, owner().user, {hash, pinned.recipe, XorbOrigin::Uploaded},
                    core.clock.NowMs());
  }));
  return known ? Known::Already : Known::New;
}

Result<std::optional<XorbName>> XetSession::Find(const XorbHash& hash) {
  auto connection = TRY(store_.core().database.Read());
  return FindXorb(*connection, owner().user, hash);
}

Result<ChunkList> XetSession::Resolve(const XorbHash& hash) {
  const auto name = TRY(Find(hash));
  if (!name) {
    return Error(Errc::NotFound, "xorb " + hash.ToString() +
                                     " is not known here: send it before the shard that uses it");
  }
  auto chunks = TRY(ChunksOf(store_.core(), *name));
  if (name->origin == XorbOrigin::Uploaded) TRY(Adopt(*name, chunks));
  return chunks;
}

// A file's terms come back to the same few xorbs.
Result<const XetSession::ResolvedXorb*> XetSession::ResolveOnce(const XorbHash& hash,
                                                                std::list<ResolvedXorb>& recent) {
  const auto found = std::ranges::find(recent, hash, &ResolvedXorb::hash);
  if (found != recent.end()) {
    recent.splice(recent.begin(), recent, found);
    return &recent.front();
  }
  auto chunks = TRY(Resolve(hash));
  recent.push_front({hash, std::move(chunks)});
  if (recent.size() > kRecentXorbs) recent.pop_back();
  return &recent.front();
}

// What the account sent to another repository, or on another day, counts as sent to this session.
Status XetSession::Adopt(const XorbName& name, const ChunkList& chunks) {
  const auto lacking = TRY(content_->Lacking(chunks));
  if (std::ranges::count(lacking, true) == 0) return Ok();
  ContentCore& core = store_.core();
  PinnedRecipe pinned(core);
  ChunkFinder finder(*core.packs, core.index);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (!lacking[i]) continue;
    ReaderLock lock(core.collection_mutex);
    // One that is gone matters only if a file needs it: then it is lacking there.
    const auto at = TRY(finder.Locate(chunks[i].id));
    if (at) pinned.recipe.Append(at->pack, at->index, chunks[i].size_bytes);
  }
  return content_->Keep(pinned.recipe, [&](Connection& connection) {
    return NameXorb(connection, owner().user, name, core.clock.NowMs());
  });
}

Result<std::vector<ShardFile>> XetSession::ReadShard(const ReadBytes& body) {
  return storage::ReadShard(body, [this](const XorbHash& hash, const ChunkList& chunks) -> Status {
    if (TRY(Resolve(hash)) == chunks) return Ok();
    return Error(Errc::Invalid, "shard: xorb " + hash.ToString() + " has other chunks here");
  });
}

Result<XetSession::Size> XetSession::SizeOf(const ShardFile& file) {
  Size size;
  for (const ShardTerm& term : file.terms) {
    size.bytes += term.raw_bytes;
    size.chunks += term.end - term.first;
  }
  if (size.chunks <= kMaxFileChunks) return size;
  return Error(Errc::TooLarge, "shard: a file of more than 2,097,152 chunks");
}

Result<ChunkList> XetSession::ChunksOfFile(const ShardFile& file) {
  TRY(SizeOf(file));
  ChunkList all;
  std::list<ResolvedXorb> recent;
  for (const ShardTerm& term : file.terms) {
    const ChunkList& chunks = TRY(ResolveOnce(term.xorb, recent))->chunks;
    if (term.end > chunks.size()) {
      return Error(Errc::Invalid, "shard: a term goes past the end of its xorb");
    }
    const auto run = std::span(chunks).subspan(term.first, term.end - term.first);
    if (RawBytesOf(run) != term.raw_bytes || HashRange(run) != term.range_hash) {
      return Error(Errc::Invalid, "shard: a term says other bytes or chunks than its xorb has");
    }
    all.insert(all.end(), run.begin(), run.end());
  }
  if (HashFile(all) == file.hash) return all;
  return Error(Errc::Invalid, "shard: the terms make another file than " + file.hash.ToString());
}

Result<FileContent> XetSession::Take(const ShardFile& file, const Progress& progress) {
  auto list = TRY(ChunksOfFile(file));
  const auto size = TRY(SizeOf(file));
  const ContentSession::Assembly assembly{std::move(list), {file.sha256, size.bytes}, nullptr};
  FileInspection inspection(assembly.chunks);
  const std::span<const ChunkRef> chunks(assembly.chunks);
  for (std::size_t at = 0; at < chunks.size(); at += kProgressChunks) {
    TRY(progress(inspection.fed_bytes()));
    const auto next = chunks.subspan(at, std::min(kProgressChunks, chunks.size() - at));
    if (!content_->InspectAhead(inspection, next)) {
      // Assembling says what is wrong.
      return content_->Assemble(assembly.chunks, assembly.claim);
    }
  }
  return content_->Assemble(assembly.chunks, assembly.claim, &inspection);
}

}  // namespace banyan::storage
