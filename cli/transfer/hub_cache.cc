#include "cli/transfer/hub_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace banyan::cli {
namespace {

namespace files = std::filesystem;

constexpr std::uint64_t kMaxRefBytes = 256;

// "models--alice--tiny" -> "alice/tiny"; empty for a folder of another kind.
std::string NameOf(const std::string& folder) {
  const auto rest_after = [&](std::string_view kind) -> std::string {
    std::string rest = folder.substr(kind.size());
    if (const auto at = rest.find("--"); at != rest.npos) rest.replace(at, 2, "/");
    return rest;
  };
  if (folder.starts_with("models--")) return rest_after("models--");
  if (folder.starts_with("datasets--")) return "datasets/" + rest_after("datasets--");
  return "";
}

Error Failed(const std::string& place, const std::error_code& error) {
  return Error(Errc::Io, place + ": " + error.message());
}

// Calls `take` for every file below, whatever kind; an absent folder has none.
template <typename Take>
Status WalkFiles(const std::string& folder, const Take& take) {
  std::error_code error;
  if (!files::exists(folder, error)) return Ok();
  files::recursive_directory_iterator at(folder, error);
  for (; at != files::recursive_directory_iterator(); at.increment(error)) {
    const auto type = at->symlink_status(error).type();
    if (error) return Failed(at->path().string(), error);
    if (type == files::file_type::directory) continue;
    TRY(take(*at, at->path().lexically_relative(folder).generic_string()));
  }
  return error ? Status(Failed(folder, error)) : Ok();  // at the end, too, when one cannot be read
}

// Unfinished files have holes.
std::uint64_t BytesOnDisk(const std::string& path, std::uint64_t size_bytes) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return size_bytes;
  return std::min(size_bytes, static_cast<std::uint64_t>(status.st_blocks) * 512);
}

Status ReadBlobs(FileSystem& fs, const std::string& root, CachedRepository& out) {
  const auto names = fs.List(root + "/blobs");
  if (!names) return names.error().code() == Errc::NotFound ? Ok() : Status(names.error());
  for (const std::string& name : *names) {
    const auto stat = fs.Stat(root + "/blobs/" + name);
    if (!stat || stat->is_directory) continue;
    const bool is_part = name.find(kCachePartEnding) != name.npos;
    if (!is_part && name.find('.') != name.npos) continue;  // another client's
    if (is_part) {
      const auto bytes = BytesOnDisk(root + "/blobs/" + name, stat->size_bytes);
      out.unfinished[name] = {bytes, stat->modified_ms};
    } else {
      out.blobs[name] = {stat->size_bytes, stat->modified_ms};
    }
  }
  return Ok();
}

Result<CachedRevision> ReadRevision(FileSystem& fs, const std::string& root,
                                    const std::string& commit, const CachedRepository& repository) {
  CachedRevision revision;
  revision.commit = commit;
  const std::string folder = root + "/snapshots/" + commit;
  revision.modified_ms = TRY(fs.Stat(folder)).modified_ms;
  std::set<std::string> blobs;
  TRY(WalkFiles(folder, [&](const files::directory_entry& entry, const std::string& path) {
    ++revision.files;
    std::error_code error;
    if (!entry.is_symlink()) {  // a copy, where a disk knows no links
      revision.bytes += entry.file_size(error);
      return Ok();
    }
    const std::string blob = files::read_symlink(entry.path(), error).filename().string();
    const auto found = repository.blobs.find(blob);
    if (found == repository.blobs.end()) {
      revision.missing.push_back(path);
      return Ok();
    }
    revision.paths[path] = blob;
    if (blobs.insert(blob).second) {
      revision.bytes += found->second.size_bytes;
    }
    return Ok();
  }));
  revision.blobs.assign(blobs.begin(), blobs.end());
  std::sort(revision.missing.begin(), revision.missing.end());
  return revision;
}

Status ReadRefs(FileSystem& fs, const std::string& root, CachedRepository& out) {
  return WalkFiles(root + "/refs",
                   [&](const files::directory_entry& entry, const std::string& name) -> Status {
                     const auto content = ReadFile(fs, entry.path().string(), kMaxRefBytes);
                     const auto stat = fs.Stat(entry.path().string());
                     if (!content || !stat) return Ok();
                     for (CachedRevision& revision : out.revisions) {
                       if (AsText(*content) != revision.commit) continue;
                       revision.refs.push_back(name);
                       revision.modified_ms = std::max(revision.modified_ms, stat->modified_ms);
                     }
                     return Ok();
                   });
}

}  // namespace

std::uint64_t CachedRepository::Bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [digest, blob] : blobs) bytes += blob.size_bytes;
  for (const auto& [digest, part] : unfinished) bytes += part.size_bytes;
  return bytes;
}

std::string CacheFolder(const storage::RepositoryId& id) {
  return std::string(storage::Plural(id.kind)) + "--" + id.owner + "--" + id.name;
}

Result<CachedRepository> ReadCachedRepository(FileSystem& fs, const std::string& cache,
                                              const std::string& folder) {
  const std::string root = cache + "/" + folder;
  CachedRepository out;
  out.folder = folder;
  out.name = NameOf(folder);
  TRY(ReadBlobs(fs, root, out));
  const auto commits = fs.List(root + "/snapshots");
  if (!commits && commits.error().code() != Errc::NotFound) return commits.error();
  for (const std::string& commit : commits ? *commits : std::vector<std::string>()) {
    out.revisions.push_back(TRY(ReadRevision(fs, root, commit, out)));
  }
  TRY(ReadRefs(fs, root, out));
  for (CachedRevision& revision : out.revisions) {
    std::sort(revision.refs.begin(), revision.refs.end());
  }
  return out;
}

Result<std::vector<CachedRepository>> ListCache(FileSystem& fs, const std::string& cache) {
  std::vector<CachedRepository> out;
  const auto folders = fs.List(cache);
  if (!folders) {
    if (folders.error().code() == Errc::NotFound) return out;
    return folders.error();
  }
  for (const std::string& folder : *folders) {
    if (NameOf(folder).empty()) continue;
    out.push_back(TRY(ReadCachedRepository(fs, cache, folder)));
  }
  return out;
}

std::vector<ChunkSource> CachedSources(FileSystem& fs, const std::string& cache,
                                       const storage::RepositoryId& id) {
  std::vector<ChunkSource> sources;
  const std::string folder = CacheFolder(id);
  const auto repository = ReadCachedRepository(fs, cache, folder);
  if (!repository) return sources;
  for (const CachedRevision& revision : repository->revisions) {
    for (const auto& [path, name] : revision.paths) {
      const CachedBlob& blob = repository->blobs.at(name);
      sources.push_back(
          {cache + "/" + folder + "/blobs/" + name, path, blob.size_bytes, blob.modified_ms});
    }
  }
  return sources;
}

Result<std::string> CacheLockPath(FileSystem& fs, const std::string& cache,
                                  const std::string& folder) {
  const std::string locks = cache + "/.locks/" + folder;
  TRY(fs.CreateDirectories(locks));
  return locks + "/banyan.lock";
}

}  // namespace banyan::cli
