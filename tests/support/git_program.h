#pragma once
// The real `git` program, for tests that compare our results with its own. Runs without any user
// or system configuration.

#include <string>
#include <vector>

namespace banyan::test {

struct ProgramOutput {
  int exit_code = -1;
  std::string text;  // standard output
  std::string errors;
};

// Runs `git -C directory arguments...` with `input` on standard input.
ProgramOutput RunGit(const std::string& directory, const std::vector<std::string>& arguments,
                     const std::string& input = {});
// The same, failing the test unless git succeeds.
std::string Git(const std::string& directory, const std::vector<std::string>& arguments,
                const std::string& input = {});

}  // namespace banyan::test
