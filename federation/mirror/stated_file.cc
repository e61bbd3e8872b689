#include "federation/mirror/stated_file.h"

namespace banyan::federation {

Error OriginLied(const storage::ManifestEntry& entry, const std::string& how) {
  return Error(Errc::Corrupt, "the origin lied about file " + entry.hash.ToString() + ": " + how);
}

Status RequireStated(const storage::ManifestEntry& entry, const storage::FileContent& content) {
  const bool is_stated = content.sha256 == entry.sha256 && content.hash == entry.hash &&
                         content.size_bytes == entry.size_bytes &&
                         content.chunk_count == entry.chunk_count;
  if (is_stated) return Ok();
  return OriginLied(entry, "the content with SHA-256 " + entry.sha256.ToString() +
                               " has another hash, size or number of chunks");
}

Result<storage::FileContent> RequireAssembled(const storage::ManifestEntry& entry,
                                              Result<storage::FileContent> content) {
  if (content) {
    TRY(RequireStated(entry, *content));
  } else if (content.error().code() == Errc::Invalid) {
    return OriginLied(entry, "every chunk is as its hash says, but " + content.error().message());
  }
  return content;
}

}  // namespace banyan::federation
