#pragma once
// What a command says. Results go to standard output, as text or, with --json, as one JSON
// document; remarks go to standard error. Text from elsewhere is made safe to print.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/table.h"
#include "cli/terminal.h"
#include "storage/base/json_fwd.h"

namespace banyan::cli {

struct OutputOptions {
  bool json = false;
  bool quiet = false;    // no remarks, no progress
  bool verbose = false;  // details too
};

class Output {
 public:
  // Borrows `terminal`.
  Output(Terminal& terminal, const OutputOptions& options)
      : terminal_(terminal), options_(options) {}
  ~Output() { (void)Flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool json() const { return options_.json; }
  bool quiet() const { return options_.quiet; }
  Terminal& terminal() { return terminal_; }

  // One result: `value` with --json, else `text`, one line made Printable. A command prints one.
  Status Print(const Json& value, std::string_view text);
  Status Print(const Json& value, const Table& table);
  Status Print(const Json& value, const std::vector<std::pair<std::string, std::string>>& fields);
  // A line of a result that arrives piece by piece; not for use with --json.
  Status Line(std::string_view text);
  // Text of several lines that we wrote ourselves; with --json {"member": text}.
  Status Document(const char* member, std::string_view text);
  // Text that we wrote ourselves, as it is.
  Status Raw(std::string_view text);

  // A remark for people: dropped by --quiet. Detail: only with --verbose.
  void Note(std::string_view text);
  void Detail(std::string_view text);
  // "banyan: text", or with --json {"error": ..., "code": ...}.
  void Failure(const Error& error);

  // Writes what is still held back. Cancelled when nobody reads on.
  Status Flush();

 private:
  Status Hold(std::string_view text);

  Terminal& terminal_;
  OutputOptions options_;
  std::string held_;
};

}  // namespace banyan::cli
