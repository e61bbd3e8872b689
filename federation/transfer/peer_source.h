#pragma once
// A peer as a tree of plain files (PROTOCOL.md section 7): an HTTP server, or a folder on a disk.
// Nothing that it gives is believed; whoever asks checks.

#include <optional>
#include <span>
#include <vector>

#include "federation/transfer/content_source.h"
#include "federation/transfer/object_list.h"
#include "storage/content/chunk_set.h"

namespace banyan::federation {

using storage::HeldChunks;

// Thread safe. Errors: as ContentSource, and TooLarge.
class PeerSource : public ContentSource {
 public:
  // The file at `path` ("/fed/...", with its query, which a folder ignores). TooLarge past
  // `max_bytes`. Empty for an answer without a body.
  virtual Result<Bytes> Get(const std::string& path, std::size_t max_bytes) = 0;
  // Bytes [offset, offset + size) of it, or all from there with kWholeBody, in pieces.
  virtual Status Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                      const Sink& sink) = 0;
  // Objects by digest, in the order asked, nullopt for what is not there; fewer than asked when
  // the peer sends no more at once, but at least one. At most kMaxObjectsAsked, each once.
  virtual Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) = 0;

  // Small files by hash, as GetObjects: each as EncodeSmallFile gives it, unread. At most
  // kMaxFilesAsked, none of them empty. Of a peer that is no more than files, one by one.
  virtual Result<std::vector<std::optional<Bytes>>> GetFiles(std::span<const FileHash> files);
  // Of so many chunks of the file. NotFound: it has none. A peer that does not say, as a tree of
  // plain files, has all when it has the first list.
  Result<HeldChunks> GetHeld(const FileHash& file, std::size_t chunks);
  // A batch (storage/content/chunk_batch.h) of a run of chunks of one section, in pieces, of a peer
  // that has these, perhaps not all of the file. NotFound when it has not all of them.
  Status FetchRun(const FileHash& file, std::size_t section, const storage::ChunkRun& run,
                  const Sink& sink);

  Result<Bytes> FetchObject(const Sha256& root, const Sha256& id) final;
  Result<Bytes> FetchOutline(const FileHash& file) final;
  Result<Bytes> FetchSection(const FileHash& file, std::size_t section) final;
  Status FetchData(const FileHash& file, std::size_t section, std::uint64_t offset,
                   std::uint64_t size_bytes, const Sink& sink) final;
};

}  // namespace banyan::federation
