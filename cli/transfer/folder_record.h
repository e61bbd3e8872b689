#pragma once
// What pulls put into a folder: of which repository, and for each path with which content. A file
// there with another content is somebody's own work. It is kept in one file, written before the
// files are, so that a kill makes nobody's work of a pull's. Used by one thread at a time.

#include <map>
#include <optional>
#include <set>
#include <string>

#include "cli/transfer/remote_content.h"
#include "storage/base/file_system.h"

namespace banyan::cli {

class FolderRecord {
 public:
  struct Source {
    RepositoryIdentity repository;
    std::string name;  // what it was called then
  };

  // An absent or damaged record is empty: everything in the folder is somebody's own then.
  static FolderRecord Load(FileSystem& fs, const std::string& path);

  // Nullopt before the first pull.
  const std::optional<Source>& source() const { return source_; }
  bool Knows(const std::string& path) const { return contents_.count(path) > 0; }
  // For each path the SHA-256 that it has or was about to get, in hexadecimal.
  const std::map<std::string, std::set<std::string>>& contents() const { return contents_; }
  // Did a pull put this content there, or was it about to?
  bool Has(const std::string& path, const Sha256& content) const;

  // A pull is about to put it there, in place of what it put there before.
  void Expect(const std::string& path, const Sha256& content);
  // It is there.
  void Settle(const std::string& path, const Sha256& content);
  // The files are another repository's.
  void Forget() { contents_.clear(); }

  // Durable. From Begun on the folder is that repository's; at the end it is that revision.
  enum class Stage { Begun, Complete };
  Status Save(const RemoteRevision& revision, Stage stage);

 private:
  FolderRecord(FileSystem& fs, std::string path) : fs_(&fs), path_(std::move(path)) {}

  FileSystem* fs_;
  std::string path_;
  std::optional<Source> source_;
  std::map<std::string, std::set<std::string>> contents_;
};

}  // namespace banyan::cli
