#pragma once
// What this user has pulled before: for each name which repository it is and the node it came from,
// and for each ref written to a shared cache the commit. Under the same name another repository may
// appear (deleted and made anew, or another node's): that is never accepted silently.

#include <map>
#include <optional>
#include <set>
#include <string>

#include "cli/transfer/repository_identity.h"
#include "storage/base/clock.h"
#include "storage/base/file_system.h"
#include "storage/catalog/repositories.h"

namespace banyan::cli {

// One JSON file, replaced durably by Save. Used by one thread; several processes may have the same
// file.
class KnownRepositories {
 public:
  // An absent file is empty; a damaged one is an error that names it. Without a path nothing is
  // known, and Save is Invalid.
  static Result<KnownRepositories> Load(FileSystem& fs, const std::string& path);

  struct Known {
    RepositoryIdentity repository;
    std::string node;  // its URL
  };
  // Remembers a name seen for the first time, and of one that is the same what it is published as.
  // Conflict when it stood for another one before.
  Status Check(const storage::RepositoryId& name, const Known& now);
  // After the user said so: the new one is right.
  void Replace(const storage::RepositoryId& name, const Known& now);
  // The commit that a pull last wrote to this ref file; nullopt for never.
  std::optional<std::string> WrittenRef(const std::string& ref_file) const;
  void SetWrittenRef(const std::string& ref_file, const std::string& commit);
  // Writes what this object changed into the file as it is by now. Waits while another process does
  // the same; Unavailable when that takes long.
  Status Save(Clock& clock);

 private:
  KnownRepositories(FileSystem& fs, std::string path) : fs_(&fs), path_(std::move(path)) {}
  FileSystem* fs_;
  std::string path_;
  std::map<std::string, RepositoryIdentity> ids_;  // of "models/ns/name"
  std::map<std::string, std::string> nodes_;       // the same -> URL; older files lack it
  std::map<std::string, std::string> refs_;        // path -> commit
  std::set<std::string> changed_;                  // keys of all three since Load or Save
};

}  // namespace banyan::cli
