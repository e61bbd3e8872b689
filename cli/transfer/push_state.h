#pragma once
// What interrupted pushes of one folder to one place left: the session at each node, and the
// numbers of its offers, so that another run goes on with it.
//
//   {"sessions": [{"node": URL, "session": name, "batch_bytes": n, "offers": {digest: number}}]}

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/transfer/upload_target.h"
#include "storage/base/file_system.h"

namespace banyan::cli {

struct KeptSession {
  std::string node;  // its URL at that time
  UploadSession session;
  std::map<std::string, std::uint32_t> offers;  // digest of a group -> its number
};

// Used by one thread.
class PushState {
 public:
  // An absent or damaged file is empty; without a path nothing is kept.
  static PushState Load(FileSystem& fs, const std::string& path);

  // The session at this node; without one the session used last, wherever that was: a node that
  // moved knows it at any address, and another node says that it does not.
  std::optional<KeptSession> Find(const std::string& node) const;
  // In place of what is known of this node, and of this session at another address. Durable. The
  // sessions of the last few nodes are kept.
  Status Put(KeptSession kept);
  // The session has ended. Without any the file goes.
  Status Remove(const std::string& session);

 private:
  PushState(FileSystem& fs, std::string path) : fs_(&fs), path_(std::move(path)) {}
  void Forget(const std::string& node, const std::string& session);
  Status Save() const;

  FileSystem* fs_;
  std::string path_;
  std::vector<KeptSession> sessions_;  // the one used last first
};

}  // namespace banyan::cli
