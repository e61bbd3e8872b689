#include <signal.h>

#include <cstdlib>

#include "cli/program.h"

namespace {

std::optional<std::string> Variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);  // a closed connection or pipe is an error like others
  banyan::cli::Interrupt interrupt;
  const banyan::cli::SignalWatch watch(interrupt);
  const auto terminal = banyan::cli::StandardTerminal();
  banyan::cli::Environment environment{banyan::SystemClock(),
                                       banyan::SystemRandom(),
                                       banyan::DiskFileSystem(),
                                       *terminal,
                                       interrupt,
                                       Variable};
  return banyan::cli::RunProgram(environment, {argv + 1, argv + argc});
}
