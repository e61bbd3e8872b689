#include "storage/xet/xet_session.h"

#include <algorithm>

#include "storage/content/leftovers.h"
#include "storage/content/merkle.h"

namespace banyan::storage {
namespace {

constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;
constexpr std::size_t kMaxFileChunks = 2'097'152;  // as of a file offer

std::string NameOf(const SessionOwner& owner, std::int64_t day) {
  const std::string text = "xet " + std::to_string(owner.user) + " " +
                           std::to_string(owner.repository) + " " + std::to_string(day);
  return HashSha256(AsBytes(text)).ToString().substr(0, 32);
}

std::vector<ChunkLocation> PlacesOf(const Recipe& recipe) {
  std::vector<ChunkLocation> places;
  for (const Term& term : recipe.terms) {
    for (std::uint32_t i = 0; i < term.count; ++i) places.push_back({term.pack, term.first + i});
  }
  return places;
}

// Where it was stored for its sender, if it is there still: no other owner's copy will do.
Result<std::optional<ChunkLocation>> FindAgain(PackStore& packs, const ChunkLocation& at,
                                               const ChunkId& id) {
  const auto pack = TRY(packs.Get(at.pack));
  const PackEntry entry = pack->entry(at.index);
  const bool is_usable = entry.id == id && !entry.dropped && !pack->IsDamaged(at.index);
  return is_usable ? std::optional(at) : std::nullopt;
}

// The chunks that the term is about.
Result<std::span<const ChunkRef>> RunOf(const ShardTerm& term, const ChunkList& xorb) {
  if (term.end > xorb.size()) {
    return Error(Errc::Invalid, "shard: a term goes past the end of its xorb");
  }
  const auto run = std::span(xorb).subspan(term.first, term.end - term.first);
  if (RawBytesOf(run) == term.raw_bytes && HashRange(run) == term.range_hash) return run;
  return Error(Errc::Invalid, "shard: a term says other bytes or chunks than its xorb has");
}

}  // namespace

Result<std::shared_ptr<XetSession>> XetSession::Open(LocalContentStore& store, Random& random,
                                                     const SessionOwner& owner,
                                                     RequireReadable require_readable) {
  const std::int64_t day = store.core().clock.NowMs() / kDayMs;
  auto content = TRY(ContentSession::OfName(store, NameOf(owner, day), owner));
  return std::shared_ptr<XetSession>(
      new XetSession(store, random, std::move(content), std::move(require_readable)));
}

Result<XetSession::Known> XetSession::PutXorb(const XorbHash& hash, const ReadBytes& body) {
  const bool known = TRY(Find(hash)).has_value();
  ContentCore& core = store_.core();
  PinnedUpload pinned(core, owner());
  ChunkList chunks;
  {
    auto scope = TRY(content_->PlacingScope());
    ChunkPlacer placer(*core.packs, core.index, std::move(scope));
    XorbReader reader(body);
    while (const auto raw = TRY(reader.Next())) {
      const ChunkId id = HashChunk(*raw);
      chunks.push_back({id, static_cast<std::uint32_t>(raw->size())});
      ReaderLock lock(core.collection_mutex);
      const auto at = TRY(placer.Place(id, *raw));
      pinned.recipe().Append(at.pack, at.index, chunks.back().size_bytes);
    }
  }
  if (chunks.empty()) return Error(Errc::Invalid, "xorb: it has no chunks");
  if (const XorbHash found = HashXorb(chunks); found != hash) {
    return Error(Errc::Invalid, "xorb: its hash is " + found.ToString() + ", not the one named");
  }
  TRY(store_.Sync());
  TRY(content_->Keep(pinned.recipe(), [&](Connection& connection) {
    return NameXorb(connection, owner().user,
                    {hash, pinned.recipe(), XorbOrigin::Uploaded, 0, core.clock.NowMs()});
  }));
  pinned.Kept();
  return known ? Known::Already : Known::New;
}

Result<std::optional<XorbName>> XetSession::Find(const XorbHash& hash) {
  auto connection = TRY(store_.core().database.Read());
  return FindXorb(*connection, owner().user, hash);
}

Status XetSession::Require(const XorbHash& hash) {
  const auto name = TRY(Find(hash));
  if (!name) return Error(Errc::NotFound, "no such xorb");
  TRY(ChunksOf(store_.core(), *name));
  return Ok();
}

// What is not here makes the shard wrong, not the question.
Result<XetSession::Xorb> XetSession::Resolve(const XorbHash& hash) {
  auto name = TRY(Find(hash));
  if (!name) {
    return Error(Errc::Invalid, "xorb " + hash.ToString() +
                                    " is not known here: send it before the shard that uses it");
  }
  auto chunks = ChunksOf(store_.core(), *name);
  if (!chunks && chunks.error().code() == Errc::NotFound) {
    return Error(Errc::Invalid, chunks.error().message());
  }
  if (!chunks) return chunks.error();
  return Xorb{*std::move(name), *std::move(chunks)};
}

// What the account sent to another repository, or on another day, counts as sent to this session;
// so does what it was shown in another repository, if it may read that there now. What is gone, or
// hidden, matters only if a file needs it: then it is lacking there.
Status XetSession::Adopt(const Xorb& xorb, const std::vector<bool>& used, OtherScope& other) {
  XorbName name = xorb.name;
  const bool was_sent = name.origin == XorbOrigin::Uploaded;
  if (!was_sent && (name.shown_in == 0 || name.shown_in == owner().repository)) return Ok();
  ChunkList needed;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i]) needed.push_back(xorb.chunks[i]);
  }
  const auto lacking = TRY(content_->Lacking(needed));
  if (std::ranges::count(lacking, true) == 0) return Ok();
  ContentCore& core = store_.core();
  if (!was_sent && !require_readable_(name.shown_in)) return Ok();
  if (!was_sent && other.repository != name.shown_in) {
    auto scope = TRY(ChunkScope::Load(core.database, name.shown_in, /*session=*/0));
    other = {name.shown_in, std::move(scope)};
  }
  PinnedRecipe pinned(core);
  ChunkFinder finder(*core.packs, core.index);
  const auto places = PlacesOf(name.recipe);
  std::size_t next = 0;  // of `needed`
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i] || !lacking[next++]) continue;
    const ChunkRef& chunk = xorb.chunks[i];
    ReaderLock lock(core.collection_mutex);
    const auto at = was_sent ? TRY(FindAgain(*core.packs, places[i], chunk.id))
                             : TRY(finder.Locate(chunk.id, *other.scope));
    if (at) pinned.recipe.Append(at->pack, at->index, chunk.size_bytes);
  }
  name.used_ms = core.clock.NowMs();
  return content_->Keep(pinned.recipe, [&](Connection& connection) {
    return NameXorb(connection, owner().user, name);
  });
}

Result<std::vector<ShardFile>> XetSession::ReadShard(const ReadBytes& body) {
  return storage::ReadShard(body, [&](const XorbHash& hash, const ChunkList& chunks) -> Status {
    if (TRY(Resolve(hash)).chunks == chunks) return Ok();
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

// Xorb by xorb: however often the terms come back to one, it is looked up once.
Result<ChunkList> XetSession::ChunksOfFile(const ShardFile& file, const Progress& progress) {
  struct Place {
    const ShardTerm* term;
    std::size_t at;  // in the file's list
  };
  std::vector<Place> places;
  ChunkList all(TRY(SizeOf(file)).chunks);
  std::size_t at = 0;
  for (const ShardTerm& term : file.terms) {
    places.push_back({&term, at});
    at += term.end - term.first;
  }
  std::ranges::sort(places, {}, [](const Place& place) { return place.term->xorb; });
  OtherScope other;
  for (std::size_t i = 0; i < places.size();) {
    TRY(progress());
    const XorbHash& hash = places[i].term->xorb;
    const auto xorb = TRY(Resolve(hash));
    std::vector<bool> used(xorb.chunks.size());
    for (; i < places.size() && places[i].term->xorb == hash; ++i) {
      const ShardTerm& term = *places[i].term;
      const auto run = TRY(RunOf(term, xorb.chunks));
      std::ranges::copy(run, all.begin() + static_cast<std::ptrdiff_t>(places[i].at));
      std::fill(used.begin() + term.first, used.begin() + term.end, true);
    }
    TRY(Adopt(xorb, used, other));
  }
  if (HashFile(all) == file.hash) return all;
  return Error(Errc::Invalid, "shard: the terms make another file than " + file.hash.ToString());
}

Result<FileContent> XetSession::Take(const ShardFile& file, const Progress& progress,
                                     const RequireRoom& require_room) {
  auto chunks = TRY(ChunksOfFile(file, progress));
  const auto size = TRY(SizeOf(file));
  auto content = content_->Assemble(
      {std::move(chunks), {file.sha256, size.bytes}, nullptr, progress, require_room});
  if (content || content.error().code() != Errc::Conflict) return content;
  return Error(Errc::Conflict,
               "shard: chunks that the client remembers are not here any more, or not for this "
               "repository: delete the folder \"xet\" in its cache and upload again");
}

}  // namespace banyan::storage
