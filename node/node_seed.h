#pragma once
// The node's root secret: 32 random bytes in a file only the node's user may read. Keys for each
// role are derived from it by label (HKDF-SHA256, RFC 5869), so that one file is to be kept and no
// key serves two roles. A value; deriving is a pure function.

#include <string>
#include <string_view>

#include "storage/base/file_system.h"
#include "storage/base/random.h"
#include "storage/base/signing.h"

namespace banyan::node {

class NodeSeed {
 public:
  // Makes the file (0600, durably) when there is none. Denied when others may read it or it is
  // not ours, Corrupt when it has another size.
  static Result<NodeSeed> OpenOrCreate(FileSystem& fs, Random& random, const std::string& path);

  // For the federation's keys, which it derives itself.
  const Secret& secret() const { return seed_; }
  // `label` names the role and its version, such as "banyan signed links v1".
  Secret Derive(std::string_view label) const;

 private:
  explicit NodeSeed(Secret seed) : seed_(seed) {}
  Secret seed_;
};

// Denied, with what to do, unless the file belongs to this process's user and to nobody else.
Status RequirePrivateFile(FileSystem& fs, const std::string& path);

}  // namespace banyan::node
