#include "storage/history/manifest.h"

namespace banyan::storage {
namespace {

Error Damaged(std::string_view what) {
  return Error(Errc::Corrupt, "manifest entry: " + std::string(what));
}

bool IsFileMode(std::uint64_t mode) {
  return mode == kModeFile || mode == kModeExecutable || mode == kModeGroupWritable ||
         mode == kModeSymlink || mode == kModeSubmodule;
}

std::vector<SearchChange> ListChanges(const ManifestChanges& changes) {
  std::vector<SearchChange> list;
  list.reserve(changes.size());
  for (const auto& [path, entry] : changes) {
    list.push_back({path, entry ? std::optional(EncodeManifestEntry(*entry)) : std::nullopt});
  }
  return list;
}

}  // namespace

bool ManifestEntry::IsPointer() const {
  if (size_bytes == 0 || IsSubmodule() || mode == kModeSymlink) return false;
  return PointerOid({sha256, size_bytes}) == oid;
}

std::string EncodeManifestEntry(const ManifestEntry& entry) {
  ByteWriter out;
  out.Varint(entry.mode);
  out.Varint(entry.size_bytes);
  out.Raw(entry.sha256.bytes());
  out.Raw(entry.hash.bytes());
  out.Varint(entry.chunk_count);
  out.Raw(entry.oid.bytes());
  return std::string(AsText(out.bytes()));
}

Result<ManifestEntry> ParseManifestEntry(std::string_view value) {
  ByteReader in(AsBytes(value));
  const std::uint64_t mode = in.Varint();
  const std::uint64_t size = in.Varint();
  const auto sha256 = in.Raw(Sha256::kSize);
  const auto hash = in.Raw(FileHash::kSize);
  const std::uint64_t chunks = in.Varint();
  const auto oid = in.Raw(GitOid::kSize);
  if (!in.AtEnd()) return Damaged("wrong size");
  if (!IsFileMode(mode)) return Damaged("unknown mode");
  ManifestEntry entry{static_cast<std::uint32_t>(mode), size,   Sha256::FromRaw(sha256),
                      FileHash::FromRaw(hash),          chunks, GitOid::FromRaw(oid)};
  const bool empty = size == 0 && chunks == 0 && entry.hash.IsZero();
  if (entry.IsSubmodule() && !(empty && entry.sha256.IsZero())) return Damaged("submodule");
  // Only the empty file has no chunk, and no list is inflated (ContentSession refuses those).
  if (!empty && (chunks == 0 || chunks > size || chunks > size / 4096 + 16)) {
    return Damaged("wrong number of chunks");
  }
  return entry;
}

ManifestEntry MakeManifestEntry(std::uint32_t mode, const FileContent& file, const GitOid& oid) {
  return {mode, file.size_bytes, file.sha256, file.hash, file.chunk_count, oid};
}

Result<Sha256> UpdateManifest(NodeStore& store, const Sha256& root,
                              const ManifestChanges& changes) {
  return UpdateTree(store, root, ListChanges(changes));
}

Result<CountedManifest> UpdateManifest(NodeStore& store, const CountedManifest& before,
                                       const ManifestChanges& changes) {
  CountedManifest after = before;
  after.root = TRY(
      UpdateTree(store, before.root, ListChanges(changes), [&](const SearchItem& item) -> Status {
        const auto entry = TRY(ParseManifestEntry(item.value));
        after.totals.bytes -= entry.size_bytes;
        if (!entry.IsSubmodule()) after.totals.files -= 1;
        return Ok();
      }));
  for (const auto& [path, entry] : changes) {
    if (entry) after.totals.bytes += entry->size_bytes;
    if (entry && !entry->IsSubmodule()) after.totals.files += 1;
  }
  return after;
}

Result<std::optional<ManifestEntry>> FindInManifest(NodeStore& store, const Sha256& root,
                                                    std::string_view path) {
  const auto value = TRY(FindInTree(store, root, path));
  if (!value) return std::optional<ManifestEntry>();
  return std::optional(TRY(ParseManifestEntry(*value)));
}

Status WalkManifest(NodeStore& store, const Sha256& root, std::string_view folder,
                    const ManifestVisitor& visit) {
  const std::string prefix = folder.empty() ? "" : std::string(folder) + "/";
  SearchCursor cursor(store);
  TRY(cursor.Open(root));
  if (!prefix.empty()) TRY(cursor.Seek(prefix));
  while (cursor.Valid() && cursor.Item().key.compare(0, prefix.size(), prefix) == 0) {
    const auto entry = TRY(ParseManifestEntry(cursor.Item().value));
    TRY(visit(cursor.Item().key, entry));
    TRY(cursor.Next());
  }
  return Ok();
}

Status DiffManifests(NodeStore& store, const Sha256& before, const Sha256& after,
                     const ManifestDiffVisitor& visit) {
  const auto parsed = [](const std::string* value) -> Result<std::optional<ManifestEntry>> {
    if (value == nullptr) return std::optional<ManifestEntry>();
    return std::optional(TRY(ParseManifestEntry(*value)));
  };
  return DiffTrees(store, before, after,
                   [&](const std::string& path, const std::string* old_value,
                       const std::string* new_value) -> Status {
                     const auto from = TRY(parsed(old_value));
                     const auto to = TRY(parsed(new_value));
                     return visit(path, from, to);
                   });
}

}  // namespace banyan::storage
