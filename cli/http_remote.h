#pragma once
// RemoteContent over a node's HTTP API.

#include "cli/api_client.h"
#include "cli/transfer/remote_content.h"

namespace banyan::cli {

class HttpRemote : public RemoteContent {
 public:
  // Borrows `client`.
  explicit HttpRemote(ApiClient& client) : client_(client) {}

  std::string Name() const override { return client_.node().ToString(); }
  Result<RemoteRevision> FindRevision(const storage::RepositoryId& id,
                                      const std::string& revision) override;
  Status AskByName(const storage::RepositoryId& id, const GitOid& commit,
                   const std::string& path) override;
  // The name of the default branch. NotFound, too, when nothing has been committed yet.
  Result<std::string> FindDefaultBranch(const storage::RepositoryId& id);
  // The branch to commit to when none is named: the default branch, or the "main" that it will be.
  Result<std::string> FindBranchToCommitTo(const storage::RepositoryId& id);
  Result<Bytes> FetchObject(const Sha256& root, const Sha256& id) override;
  Result<Bytes> FetchOutline(const FileHash& file) override;
  Result<Bytes> FetchSection(const FileHash& file, std::size_t section) override;
  Status FetchData(const FileHash& file, std::size_t section, std::uint64_t offset,
                   std::uint64_t size_bytes, const Sink& sink) override;

 private:
  Result<Bytes> FetchBytes(const std::string& path);
  ApiClient& client_;
};

}  // namespace banyan::cli
