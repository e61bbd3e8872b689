#pragma once
// What a pull needs of one node (node/api/chunks.md section 2). Everything it gives is checked by
// its taker against the manifest root, so an implementation may be a liar. Implementations are
// thread safe. Errors: NotFound, Denied, Unavailable (try another node, or later), Io (the
// connection broke, again and again: try another node), Invalid.

#include <functional>
#include <string>

#include "storage/base/digest.h"
#include "storage/catalog/repositories.h"

namespace banyan::cli {

struct RemoteRevision {
  storage::RepositoryUid repository;  // survives renames; pinned by the caller
  std::string id;                     // "namespace/name" as the node spells it
  GitOid commit;
  std::string ref;  // full name of the ref it came through; empty for a commit id
  Sha256 manifest;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::string licence;  // SPDX expression; empty: none declared
};

inline constexpr std::uint64_t kWholeBody = ~std::uint64_t{0};

class RemoteContent {
 public:
  virtual ~RemoteContent() = default;
  // For messages: the node's address.
  virtual std::string Name() const = 0;
  virtual Result<RemoteRevision> FindRevision(const storage::RepositoryId& id,
                                              const std::string& revision) = 0;
  // A node of the manifest tree under `root`.
  virtual Result<Bytes> FetchObject(const Sha256& root, const Sha256& id) = 0;
  virtual Result<Bytes> FetchOutline(const FileHash& file) = 0;
  virtual Result<Bytes> FetchSection(const FileHash& file, std::size_t section) = 0;
  // Bytes [offset, offset + size) of the section's data body, or all from there with kWholeBody, in
  // pieces; every encoding that
  // this program decodes may come.
  using Sink = std::function<Status(ByteView piece)>;
  virtual Status FetchData(const FileHash& file, std::size_t section, std::uint64_t offset,
                           std::uint64_t size_bytes, const Sink& sink) = 0;
};

}  // namespace banyan::cli
