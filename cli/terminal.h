#pragma once
// The three standard streams, so that tests can read what a command prints and answer what it
// asks. Write functions may be called from several threads; reads from one.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace banyan::cli {

class Terminal {
 public:
  virtual ~Terminal() = default;

  // Standard output. Cancelled when the reader is gone (`banyan ls | head`), Io otherwise.
  virtual Status Write(std::string_view text) = 0;
  // Standard error; nowhere to report to if that fails.
  virtual void WriteError(std::string_view text) = 0;

  virtual bool OutputIsTerminal() const = 0;
  virtual bool ErrorIsTerminal() const = 0;
  virtual bool InputIsTerminal() const = 0;
  // Of the terminal behind standard error or output; 80 when there is none.
  virtual std::size_t Columns() const = 0;

  // One line of standard input without its end; NotFound at the end of input. `prompt` goes to
  // standard error when input is a terminal. `echo` false hides what is typed there. Cancelled on
  // Ctrl-C, TooLarge past 64 KiB.
  virtual Result<std::string> ReadLine(std::string_view prompt, bool echo) = 0;
};

// The process's own streams.
std::unique_ptr<Terminal> StandardTerminal();

}  // namespace banyan::cli
