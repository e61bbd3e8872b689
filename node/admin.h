#pragma once
// What an operator can do to a node, one table of named operations: JSON in, JSON out. The node's
// admin routes and the command line call the same functions, the latter on a data directory while
// no node runs. Every change is logged with who made it.

#include <atomic>
#include <span>
#include <string>
#include <string_view>

#include "storage/base/json_fwd.h"
#include "storage/base/random.h"
#include "storage/content/local_content_store.h"

namespace banyan::node {

class Bringer;
class Follower;
struct Config;
class WantDesk;
class OwnLog;

struct AdminContext {
  Clock& clock;
  Random& random;
  FileSystem& fs;
  storage::LocalContentStore& content;
  std::string directory;               // the data directory
  const std::atomic<bool>& cancelled;  // long operations look at it
  // Of the running node; nullptr: none runs.
  Follower* follower = nullptr;
  Bringer* bringer = nullptr;
  WantDesk* desk = nullptr;
  OwnLog* own_log = nullptr;
  const Config* config = nullptr;
  // For what is made to be given away; nullptr: `fs`.
  FileSystem* shared_fs = nullptr;

  storage::Database& database() const { return content.core().database; }
};

// Errors as the storage functions have them; Invalid for an argument that is missing or wrong.
using AdminFunction = Result<Json> (*)(const AdminContext& context, const Json& arguments);

struct AdminOperation {
  std::string_view name;  // "users/create"
  AdminFunction run;
  bool is_change = true;
  bool is_long = false;  // minutes or more: a running node does it in the background
};
std::span<const AdminOperation> AdminOperations();

// Runs one here and now, and logs a change as made by `who`. NotFound for an unknown name.
Result<Json> Administer(const AdminContext& context, std::string_view operation,
                        const Json& arguments, std::string_view who);

}  // namespace banyan::node
