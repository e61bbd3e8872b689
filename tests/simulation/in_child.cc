#include "tests/simulation/in_child.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "tests/support/must.h"

namespace banyan::simulation {

void InChild(const std::function<void()>& work) {
  std::cout.flush();
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // whoever stops the test stops all of it
    int code = 1;
    try {
      work();
      code = 0;
    } catch (const Catch::TestFailureException&) {
      std::cout.flush();
    }
    _exit(code);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);  // else it has said why
}

void* ShareMemory(std::size_t size_bytes) {
  void* const at = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(at != MAP_FAILED);
  return at;
}

void DropMemory(void* memory, std::size_t size_bytes) { munmap(memory, size_bytes); }

}  // namespace banyan::simulation
