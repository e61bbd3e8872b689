#pragma once
// One attempt at a commit: operations applied to a revision's tree, giving the new tree and
// manifest as pending objects. Private to commit.cc.

#include "storage/history/commit.h"
#include "storage/history/git_attributes.h"
#include "storage/history/work_tree.h"

namespace banyan::storage {

// A file to put, its content in the store.
struct StagedFile {
  std::string path;
  FileContent content;
  const Bytes* bytes = nullptr;       // when they are at hand; must outlive the draft
  bool as_pointer = false;            // asked for; else by the rules
  std::optional<std::uint32_t> mode;  // else that of the file it replaces
};
using StagedOperation = std::variant<StagedFile, DeleteFile, DeleteFolder>;

// Used by one thread. `base` nullopt: begins empty.
class CommitDraft {
 public:
  using GoOn = std::function<Status(std::uint64_t memory_bytes)>;  // of CommitRequest
  CommitDraft(GitObjects& objects, NodeStore& nodes, const std::optional<Revision>& base,
              const std::optional<GitOid>& base_tree, GoOn go_on);

  Status Apply(const StagedOperation& operation);

  struct Outcome {
    GitOid tree;
    Sha256 manifest;
    ManifestTotals totals;
  };
  Result<Outcome> Finish();

 private:
  Status Put(const StagedFile& file);
  Status Remove(const DeleteFile& file);
  Status Remove(const DeleteFolder& folder);
  Status ChooseForms();
  Result<FileForm> Choose(const StagedFile& file, LfsFilter filter);
  Status RequireGoOn() const;
  Status TrackPaths(const std::vector<std::string>& paths);
  Status CheckWeights();
  Status PutBlobs();
  Result<std::string> ReadText(const std::string& path);
  Status LoadAttributes(std::string_view path);
  Result<LfsFilter> FilterOf(const std::string& path);

  struct Draft {
    StagedFile file;
    std::uint32_t mode = kModeFile;
    FileForm form = FileForm::Blob;
  };
  GitObjects& objects_;
  NodeStore& nodes_;
  const std::optional<Revision> base_;
  const GoOn go_on_;
  WorkTree tree_;
  std::map<std::string, Draft> puts_;
  ManifestChanges changes_;  // removals while operations are applied
  AttributeTree attributes_;
  Bytes attributes_bytes_;
};

}  // namespace banyan::storage
