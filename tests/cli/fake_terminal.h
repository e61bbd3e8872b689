#pragma once
// A terminal that keeps what was written and answers from a script.

#include <deque>
#include <string>

#include "cli/terminal.h"
#include "storage/base/mutex.h"

namespace banyan::cli {

class FakeTerminal final : public Terminal {
 public:
  bool is_terminal = false;  // all three streams
  std::size_t columns = 80;
  std::deque<std::string> answers;  // lines of standard input

  Status Write(std::string_view text) override {
    const MutexLock lock(mutex_);
    output_ += text;
    return Ok();
  }
  void WriteError(std::string_view text) override {
    const MutexLock lock(mutex_);
    error_ += text;
  }
  bool OutputIsTerminal() const override { return is_terminal; }
  bool ErrorIsTerminal() const override { return is_terminal; }
  bool InputIsTerminal() const override { return is_terminal; }
  std::size_t Columns() const override { return columns; }
  Result<std::string> ReadLine(std::string_view prompt, bool) override {
    if (is_terminal) WriteError(prompt);
    if (answers.empty()) return Error(Errc::NotFound, "standard input is at its end");
    auto line = answers.front();
    answers.pop_front();
    return line;
  }

  std::string output() {
    const MutexLock lock(mutex_);
    return output_;
  }
  std::string error() {
    const MutexLock lock(mutex_);
    return error_;
  }
  void Clear() {
    const MutexLock lock(mutex_);
    output_.clear();
    error_.clear();
  }

 private:
  Mutex mutex_;
  std::string output_ GUARDED_BY(mutex_);
  std::string error_ GUARDED_BY(mutex_);
};

}  // namespace banyan::cli
