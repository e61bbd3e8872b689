#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace banyan::cli {
namespace {

constexpr std::size_t kMaxLineBytes = 64u << 10;
constexpr char kInterruptKey = 3;

// Until the end of the scope Ctrl-C is a character, and what is typed shows only with `echo`.
class PromptMode {
 public:
  explicit PromptMode(bool echo) : active_(::tcgetattr(STDIN_FILENO, &saved_) == 0) {
    if (!active_) return;
    auto mode = saved_;
    mode.c_lflag &= ~static_cast<tcflag_t>(echo ? ISIG : ISIG | ECHO);
    mode.c_cc[VEOL] = kInterruptKey;  // hands the line over at once
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode);
  }
  ~PromptMode() {
    if (active_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
  }
  PromptMode(const PromptMode&) = delete;
  PromptMode& operator=(const PromptMode&) = delete;

 private:
  termios saved_{};
  bool active_;
};

Status WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const auto code = errno == EPIPE ? Errc::Cancelled : Errc::Io;
      return Error(code, std::string("standard output: ") + std::strerror(errno));
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return Ok();
}

// A byte at a time, so that nothing after the line is taken from a pipe.
Result<std::string> ReadLineBytes() {
  std::string line;
  while (true) {
    char byte = 0;
    const auto got = ::read(STDIN_FILENO, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(Errc::Io, std::string("standard input: ") + std::strerror(errno));
    if (got == 0 && line.empty()) return Error(Errc::NotFound, "standard input is at its end");
    if (got == 0 || byte == '\n') break;
    if (byte == kInterruptKey) return Error(Errc::Cancelled, "interrupted");
    if (line.size() == kMaxLineBytes) return Error(Errc::TooLarge, "a line of over 64 KiB");
    line += byte;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

class ProcessTerminal final : public Terminal {
 public:
  Status Write(std::string_view text) override { return WriteAll(STDOUT_FILENO, text); }
  void WriteError(std::string_view text) override { (void)WriteAll(STDERR_FILENO, text); }

  bool OutputIsTerminal() const override { return ::isatty(STDOUT_FILENO) == 1; }
  bool ErrorIsTerminal() const override { return ::isatty(STDERR_FILENO) == 1; }
  bool InputIsTerminal() const override { return ::isatty(STDIN_FILENO) == 1; }

  std::size_t Columns() const override {
    winsize size{};
    for (const int fd : {STDERR_FILENO, STDOUT_FILENO}) {
      if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    }
    return 80;
  }

  Result<std::string> ReadLine(std::string_view prompt, bool echo) override {
    if (!InputIsTerminal()) return ReadLineBytes();
    WriteError(prompt);
    auto line = [echo] {
      const PromptMode mode(echo);
      return ReadLineBytes();
    }();
    if (!echo) WriteError("\n");
    return line;
  }
};

}  // namespace

std::unique_ptr<Terminal> StandardTerminal() { return std::make_unique<ProcessTerminal>(); }

}  // namespace banyan::cli
