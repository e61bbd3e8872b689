#pragma once
// What operators' commands have in common: they take --data, call one operation and print its
// answer.

#include "cli/admin_port.h"
#include "cli/command.h"

namespace banyan::cli {

class AdminCommand : public Command {
 public:
  Status Run(Session& session) final {
    auto port = TRY(AdminPort::Open(session, data_));
    return Perform(session, *port);
  }

 protected:
  AdminCommand(std::string name, std::string summary)
      : Command(std::move(name), std::move(summary)) {
    Option("--data", "DIR", data_,
           "the node's data directory; works while the node is stopped, too")
        .offers = Offers::Folders;
  }
  virtual Status Perform(Session& session, AdminPort& port) = 0;

 private:
  std::string data_;
};

}  // namespace banyan::cli
