#pragma once
// One run of one command: what every command shares. Errors are for people: "what was wrong: what
// to do about it", so that a line "banyan: " before them reads well.

#include <memory>

#include "cli/command_table.h"
#include "cli/environment.h"
#include "cli/output.h"

namespace banyan::cli {

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

 private:
  Environment& environment_;
  const CommandTable& table_;
  Output output_;
};

}  // namespace banyan::cli
