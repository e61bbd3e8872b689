#include "storage/content/content_store.h"

#include <algorithm>

#include "storage/base/logging.h"
#include "storage/content/content_core.h"
#include "storage/content/damage.h"
#include "storage/content/file_reader.h"
#include "storage/content/file_writer.h"
#include "storage/content/local_content_store.h"

namespace banyan::storage {
namespace {

Status IndexPack(ContentCore& core, PackId id) {
  auto pack = core.packs->Get(id);
  if (!pack) {
    log::Error("storage", "pack unreadable id={} error=\"{}\"", id, pack.error().message());
    return Ok();  // the node still serves everything else; scrub and verify report it
  }
  for (const PackEntry& entry : (*pack)->entries()) {
    if (!entry.dropped) core.index.Insert(entry.id, id);
  }
  return Ok();
}

// Fills the index from its copy on disk, then from the packs that the copy does not cover.
Status FillIndex(ContentCore& core) {
  const std::string path = core.packs->directory() + "/index";
  ChunkIndex::Coverage coverage;
  auto loaded = core.index.Load(core.fs, path);
  if (loaded) coverage = *std::move(loaded);
  const auto uncovered = [&](PackId id) {
    const auto& open = coverage.open_packs;
    return id > coverage.watermark || std::find(open.begin(), open.end(), id) != open.end();
  };
  for (const PackId id : core.packs->SealedIds()) {
    if (uncovered(id)) TRY(IndexPack(core, id));
  }
  for (const PackId id : core.packs->OpenIds()) TRY(IndexPack(core, id));
  return Ok();
}

}  // namespace

LocalContentStore::~LocalContentStore() {
  const Status saved = SaveIndex();
  if (!saved) {
    log::Warning("storage", "index not saved, next start reads all packs error=\"{}\"",
                 saved.error().message());
  }
}

Status LocalContentStore::SaveIndex() {
  const ChunkIndex::Coverage coverage{core_.packs->HighestId(), core_.packs->OpenIds()};
  return core_.index.Save(core_.fs, core_.packs->directory() + "/index", coverage);
}

Result<std::unique_ptr<ContentStore>> ContentStore::Open(Clock& clock, FileSystem& fs,
                                                         Database& database,
                                                         const ContentStoreOptions& options) {
  auto store = TRY(LocalContentStore::Open(clock, fs, database, options));
  return std::unique_ptr<ContentStore>(std::move(store));
}

Result<std::unique_ptr<LocalContentStore>> LocalContentStore::Open(
    Clock& clock, FileSystem& fs, Database& database, const ContentStoreOptions& options) {
  auto packs = TRY(PackStore::Open(fs, options.directory + "/packs"));
  std::unique_ptr<LocalContentStore> store(new LocalContentStore(clock, fs, database));
  store->core_.directory = options.directory;
  store->core_.reserve_bytes = options.reserve_bytes;
  store->core_.packs = std::move(packs);
  TRY(FillIndex(store->core_));
  TRY(LoadDamage(store->core_));
  return store;
}

Status FileWriter::Write(ByteView bytes) {
  while (!bytes.empty()) {
    const auto room = Room();
    const auto part = bytes.first(std::min(room.size(), bytes.size()));
    std::copy(part.begin(), part.end(), room.begin());
    TRY(Wrote(part.size()));
    bytes = bytes.subspan(part.size());
  }
  return Ok();
}

Result<Bytes> ContentStore::ReadWhole(const FileContent& file) {
  auto reader = TRY(OpenFile(file));
  Bytes bytes(file.size_bytes);
  const std::size_t got = TRY(reader->ReadAt(0, bytes));
  if (got != bytes.size()) return Error(Errc::Corrupt, "file " + file.sha256.Short() + " is short");
  return bytes;
}

Status LocalContentStore::RequireRoom(std::uint64_t size_bytes) {
  const std::uint64_t free = TRY(core_.fs.FreeBytes(core_.directory));
  if (free >= core_.reserve_bytes && free - core_.reserve_bytes >= size_bytes) return Ok();
  return Error(Errc::NoSpace, "the node's disk has " + std::to_string(free >> 20) +
                                  " MiB free, too little for this: ask the operator to free some "
                                  "space");
}

Result<std::unique_ptr<FileWriter>> LocalContentStore::NewFile(const NewFileOptions& options) {
  TRY(RequireRoom(options.size_hint_bytes));
  auto places = TRY(core_.known_places.Of(core_.database, options.repository));
  return std::unique_ptr<FileWriter>(new StoreFileWriter(
      core_, ChunkScope(core_.database, std::move(places)), options.size_hint_bytes));
}

Result<ContentStore::SmallFile> ContentStore::PutBytes(ByteView bytes, std::int64_t repository) {
  auto writer = TRY(NewFile({bytes.size(), repository}));
  TRY(writer->Write(bytes));
  auto content = TRY(writer->Finish());
  return SmallFile{std::move(content), std::move(writer)};
}

Status LocalContentStore::Sync() { return core_.packs->Sync(); }

Result<std::unique_ptr<FileReader>> LocalContentStore::OpenFile(const FileContent& file) {
  return std::unique_ptr<FileReader>(new StoreFileReader(core_, file));
}

Result<ChunkList> LocalContentStore::ListChunks(const FileContent& file) {
  ChunkList chunks;
  chunks.reserve(file.chunk_count);
  for (const Term& term : file.recipe.terms) {
    const auto pack = TRY(core_.packs->Get(term.pack));
    for (std::uint32_t i = 0; i < term.count; ++i) {
      const PackEntry entry = pack->entry(term.first + i);
      if (entry.raw_bytes == 0) return Error(Errc::Corrupt, "pack: a chunk of the file is missing");
      chunks.push_back({entry.id, entry.raw_bytes});
    }
  }
  return chunks;
}

}  // namespace banyan::storage
