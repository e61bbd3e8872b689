#pragma once
// What operators' commands have in common: they take --data, call one operation and print its
// answer.

#include <algorithm>

#include "cli/admin_port.h"
#include "cli/command.h"

namespace banyan::cli {

// Members of an operation's answer; empty and 0 when there is none of this kind.
inline std::string Member(const Json& answer, const char* name) {
  return FindString(answer, name).value_or("");
}
inline std::uint64_t Figure(const Json& answer, const char* name) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(FindInt(answer, name).value_or(0), 0));
}

class AdminCommand : public Command {
 public:
  Status Run(Session& session) final {
    auto port = TRY(AdminPort::Open(session, data_));
    return Perform(session, *port);
  }

 protected:
  enum class Needs { DataDirectory, RunningNode };
  AdminCommand(std::string name, std::string summary, Needs needs = Needs::DataDirectory)
      : Command(std::move(name), std::move(summary)) {
    Option("--data", "DIR", data_,
           needs == Needs::RunningNode
               ? "the data directory of a node that runs"
               : "the node's data directory; works while the node is stopped, too")
        .offers = Offers::Folders;
  }
  virtual Status Perform(Session& session, AdminPort& port) = 0;

 private:
  std::string data_;
};

}  // namespace banyan::cli
