#pragma once
// What a push needs of one node (node/api/chunks.md section 1, and the Hub API's commit route).
// Implementations are thread safe.

#include <optional>
#include <string>
#include <vector>

#include "cli/transfer/remote_content.h"
#include "storage/content/file_offer.h"

namespace banyan::cli {

struct UploadSession {
  std::string name;
  std::uint64_t batch_bytes = 0;  // the largest chunk batch it takes
};

// The node's answer to an offer: which of its chunks to send.
struct OfferAnswer {
  std::uint32_t number = 0;
  std::vector<bool> lacking;
};

// One operation of the commit that ends a push.
struct PushOperation {
  std::string path;
  std::optional<storage::OfferedFile> file;  // nullopt: delete the path
};

struct PushCommit {
  std::string branch;
  std::string message;
  std::optional<GitOid> expected_parent;
  std::vector<PushOperation> operations;
};

class UploadTarget {
 public:
  virtual ~UploadTarget() = default;
  virtual std::string Name() const = 0;
  virtual Result<UploadSession> BeginSession(const storage::RepositoryId& id) = 0;
  // NotFound when the session has expired: begin again.
  virtual Result<OfferAnswer> Offer(const storage::RepositoryId& id, const std::string& session,
                                    const std::vector<storage::OfferedFile>& files) = 0;
  virtual Result<OfferAnswer> AskAgain(const storage::RepositoryId& id, const std::string& session,
                                       std::uint32_t offer, std::size_t chunk_count) = 0;
  virtual Status SendChunks(const storage::RepositoryId& id, const std::string& session,
                            ByteView batch) = 0;
  // Conflict when chunks are lacking after all (ask again and send them).
  virtual Status Take(const storage::RepositoryId& id, const std::string& session,
                      std::uint32_t offer) = 0;
  virtual Status EndSession(const storage::RepositoryId& id, const std::string& session) = 0;
  // The new commit. Conflict when the branch moved.
  virtual Result<GitOid> Commit(const storage::RepositoryId& id, const PushCommit& commit) = 0;
};

}  // namespace banyan::cli
