#pragma once
// UploadTarget over a node's HTTP API.

#include "cli/api_client.h"
#include "cli/transfer/upload_target.h"

namespace banyan::cli {

class HttpUpload : public UploadTarget {
 public:
  // Borrows `client`.
  explicit HttpUpload(ApiClient& client) : client_(client) {}

  std::string Name() const override { return client_.node().ToString(); }
  Result<UploadSession> BeginSession(const storage::RepositoryId& id) override;
  Result<OfferAnswer> Offer(const storage::RepositoryId& id, const std::string& session,
                            const std::vector<storage::OfferedFile>& files) override;
  Result<OfferAnswer> AskAgain(const storage::RepositoryId& id, const std::string& session,
                               std::uint32_t offer, std::size_t chunk_count) override;
  Status SendChunks(const storage::RepositoryId& id, const std::string& session,
                    ByteView batch) override;
  Status Take(const storage::RepositoryId& id, const std::string& session,
              std::uint32_t offer) override;
  Status EndSession(const storage::RepositoryId& id, const std::string& session) override;
  Result<GitOid> Commit(const storage::RepositoryId& id, const PushCommit& commit) override;

 private:
  ApiClient& client_;
};

}  // namespace banyan::cli
