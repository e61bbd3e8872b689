#pragma once
// How operators' commands reach a node: with --data DIR its directory is opened here when no node
// runs on it, else the node that does is asked; without --data the node of --node or the login.

#include <memory>
#include <string>

#include "cli/session.h"

namespace banyan::cli {

class AdminPort {
 public:
  // `data` is the value of --data, empty for none.
  static Result<std::unique_ptr<AdminPort>> Open(Session& session, const std::string& data);
  virtual ~AdminPort() = default;

  // Runs an operation of node/admin.h and waits for its result, however long it takes.
  virtual Result<Json> Call(const std::string& operation, const Json& arguments) = 0;
};

}  // namespace banyan::cli
