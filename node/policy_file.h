#pragma once
// The operator's policy: how this node answers takedowns (federation/PROTOCOL.md section 10). A
// TOML file, read again when it changes. While there was none the defaults hold; one with an error,
// or one that went away, changes nothing, and says so.

#include <memory>
#include <string>

#include "federation/policy.h"
#include "storage/base/file_system.h"
#include "storage/base/mutex.h"

namespace banyan::node {

// Invalid, with path and line, for what is no policy.
Result<federation::Policy> ParsePolicy(const std::string& path, std::string_view text);

// Thread safe.
class PolicyFile {
 public:
  // Borrows `fs`.
  enum class Missing { Fine, Wrong };
  // Whether there may be no file when it is read first; one that was there must stay.
  PolicyFile(FileSystem& fs, std::string path, Missing missing)
      : fs_(fs), path_(std::move(path)), missing_(missing) {}

  enum class Outcome { Same, Changed };
  // Errors: of reading it, Invalid for what it says. Then the policy is what it was.
  Result<Outcome> Read() EXCLUDES(mutex_);

  std::shared_ptr<const federation::Policy> policy() const EXCLUDES(mutex_);
  // Of the last Read; empty: none.
  std::string problem() const EXCLUDES(mutex_);

 private:
  Result<std::string> ReadText() const EXCLUDES(mutex_);

  FileSystem& fs_;
  const std::string path_;
  const Missing missing_;
  mutable Mutex mutex_;
  bool was_there_ GUARDED_BY(mutex_) = false;
  std::string text_ GUARDED_BY(mutex_);
  std::string problem_ GUARDED_BY(mutex_);
  std::shared_ptr<const federation::Policy> policy_ GUARDED_BY(mutex_) =
      std::make_shared<federation::Policy>();
};

}  // namespace banyan::node
