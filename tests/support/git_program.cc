#include "tests/support/git_program.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_directory.h"

namespace banyan::test {
namespace {

std::string Quoted(const std::string& argument) {
  std::string out = "'";
  for (char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

ProgramOutput RunGit(const std::string& directory, const std::vector<std::string>& arguments,
                     const std::string& input) {
  TempDirectory scratch;
  const std::string input_path = scratch.Join("stdin");
  std::ofstream(input_path, std::ios::binary) << input;
  std::string command =
      "HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C "
      "GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a "
      "GIT_COMMITTER_EMAIL=a@example.org git -C " +
      Quoted(directory);
  for (const auto& argument : arguments) command += " " + Quoted(argument);
  command += " <" + Quoted(input_path) + " 2>" + Quoted(scratch.Join("stderr"));
  ProgramOutput output;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[65536];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) {
    output.text.append(buffer, size);
  }
  const int status = ::pclose(pipe);
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::ifstream errors(scratch.Join("stderr"), std::ios::binary);
  output.errors.assign(std::istreambuf_iterator<char>(errors), {});
  return output;
}

std::string Git(const std::string& directory, const std::vector<std::string>& arguments,
                const std::string& input) {
  const auto output = RunGit(directory, arguments, input);
  INFO("git " << arguments[0] << ": " << output.text << output.errors);
  REQUIRE(output.exit_code == 0);
  return output.text;
}

}  // namespace banyan::test
