#pragma once
// A push, without command line or HTTP: from a scanned folder to one commit.
//
//   compare with the branch's manifest ─▶ offer what differs, in groups ─▶ send what is lacking,
//   several batches at once, each as large as the line carries in about a second ─▶ the node
//   verifies each group ─▶ one commit
//
// The session and the numbers of its offers are kept in a state file (push_state.h), so that after
// a kill or a reboot of either side, and when the node has another address, nothing travels twice.
// A push that offers nothing, such as one that only deletes, leaves them alone.
// Memory is bounded by the batches in flight and one group's lists.

#include <atomic>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/transfer/batch_size.h"
#include "cli/transfer/push_scan.h"
#include "cli/transfer/push_state.h"
#include "cli/transfer/upload_target.h"
#include "storage/base/clock.h"
#include "storage/content/chunk_encoding.h"

namespace banyan::cli {

struct PushRequest {
  storage::RepositoryId id;
  std::string branch = "main";
  std::string message;
  bool delete_absent = false;  // remove files of the branch that the folder does not have,
  PathFilter filter = {};      // of those that this names
  std::string state_path;      // empty: not resumable
  bool repair = false;         // offer what does not differ too: the node may have it damaged
  int batches_at_once = 3;
};

struct PushProgress {
  std::atomic<std::uint64_t> hashed_bytes{0};
  std::atomic<std::uint64_t> total_bytes{0};  // content that differs from the branch
  std::atomic<std::uint64_t> known_bytes{0};  // of it, what the node has already
  std::atomic<std::uint64_t> sent_bytes{0};   // content sent
  std::atomic<std::uint64_t> wire_bytes{0};   // what that took, lists included
};

struct PushReport {
  std::optional<GitOid> commit;  // nullopt: nothing differed
  std::uint64_t changed_files = 0;
  std::uint64_t deleted_files = 0;
  std::uint64_t kept_files = 0;  // the folder has not, of those that the filter names
};

class PushRun {
 public:
  // Borrows all. `content` and `upload` are the same node.
  PushRun(Clock& clock, FileSystem& fs, RemoteContent& content, UploadTarget& upload,
          const std::atomic<bool>& cancelled, PushProgress& progress)
      : clock_(clock),
        fs_(fs),
        content_(content),
        upload_(upload),
        cancelled_(cancelled),
        progress_(progress) {}

  Result<PushReport> Run(const PushRequest& request, const std::vector<ScannedFile>& files);

 private:
  using Group = std::vector<const ScannedFile*>;
  struct Piece {
    const ScannedFile* file;
    std::uint64_t offset;
    std::uint32_t size_bytes;
  };
  Status Compare(const PushRequest& request, const std::vector<ScannedFile>& files);
  Status StartSession(const PushRequest& request);
  Status SaveState();
  std::vector<Group> GroupsToSend() const;
  Status SendGroup(const PushRequest& request, const Group& group);
  Result<OfferAnswer> OfferGroup(const PushRequest& request, const Group& group);
  std::vector<Piece> LackingPieces(const Group& group, const std::vector<bool>& lacking);
  Status SendLacking(const PushRequest& request, const std::vector<Piece>& pieces);
  Result<GitOid> Commit(const PushRequest& request);
  Status SendBatch(const PushRequest& request, std::span<const Piece> pieces, BatchSize& size);

  Clock& clock_;
  FileSystem& fs_;
  RemoteContent& content_;
  UploadTarget& upload_;
  const std::atomic<bool>& cancelled_;
  PushProgress& progress_;
  std::optional<PushState> state_;
  UploadSession session_;
  std::map<std::string, std::uint32_t> offers_;  // digest of a group -> its number
  std::optional<GitOid> parent_;
  std::vector<const ScannedFile*> changed_;
  std::vector<const ScannedFile*> offered_;  // those, and for a repair all the others
  std::vector<std::string> absent_;          // from the folder, and to stay on the branch
  std::vector<std::string> deleted_;         // and not to stay
};

}  // namespace banyan::cli
