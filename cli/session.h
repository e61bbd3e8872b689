#pragma once
// One run of one command: what every command shares. Errors are for people: "what was wrong: what
// to do about it", so that a line "banyan: " before them reads well.

#include <memory>

#include "cli/api_client.h"
#include "cli/command_table.h"
#include "cli/environment.h"
#include "cli/output.h"

namespace banyan::cli {

struct Credentials;

class Session {
 public:
  // Borrows both for its life.
  Session(Environment& environment, const CommandTable& table)
      : environment_(environment),
        table_(table),
        output_(environment.terminal,
                {table.options().json, table.options().quiet, table.options().verbose}) {}

  Environment& environment() { return environment_; }
  const CommandTable& table() const { return table_; }
  const GlobalOptions& options() const { return table_.options(); }
  Output& output() { return output_; }

  // Cancelled after Ctrl-C: for loops that may take long.
  Status CheckInterrupt() const {
    if (!environment_.interrupt.requested()) return Ok();
    return Error(Errc::Cancelled, "interrupted");
  }

  // The node that options, environment and login file name (cli/login_file.h). Belongs to the
  // session and lives as long.
  Result<ApiClient*> Node();
  // A client for a node and token of the caller's choice, with the other options of this run;
  // --ca-file goes before what the login says.
  std::unique_ptr<ApiClient> Connect(const Credentials& who,
                                     std::uint64_t rate_limit_bytes_per_s = 0);

 private:
  Environment& environment_;
  const CommandTable& table_;
  Output output_;
  std::unique_ptr<ApiClient> client_;
};

}  // namespace banyan::cli
