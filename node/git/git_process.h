#pragma once
// Runs git's own programs. One sees nothing of this machine: no configuration but that of the
// repository, no home, no terminal, no descriptor of ours. What it may use is limited, and it is
// killed with all that it started when its caller is done with it, or it is silent for too long.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/clock.h"
#include "storage/base/result.h"

namespace banyan::node {

struct GitLimits {
  std::uint64_t memory_bytes = 0;  // of address space, of each process; 0: any
  std::uint64_t file_bytes = 0;    // of each file that it writes; 0: any
  std::int64_t time_ms = 0;        // of a processor, and without a byte of output; 0: any
};

struct GitCommand {
  std::string program;                 // looked for in PATH unless it has a slash
  std::vector<std::string> arguments;  // after the program's name
  std::string protocol;                // GIT_PROTOCOL: what the client asks for, checked
  GitLimits limits;
};

// What goes to git and comes from it. An error ends the process, and is RunGit's.
struct GitStreams {
  // The next bytes of its input, 0 at the end. May block.
  std::function<Result<std::size_t>(std::span<std::uint8_t>)> input;
  std::function<Status(ByteView)> output;
};

// Returns when git has ended and was waited for; it may end without having read all. Errors: those
// of the streams; Unavailable when it cannot be started or was silent for too long; Invalid when
// it fails, with the last line that it wrote to its error output.
Status RunGit(Clock& clock, const GitCommand& command, const GitStreams& streams);

// All of its output, of at most `max_bytes` (TooLarge), without input.
Result<std::string> ReadGit(Clock& clock, const GitCommand& command, std::size_t max_bytes);

// The Git-Protocol header of a request, if it is one that may be handed on; empty otherwise.
std::string CheckedProtocol(std::string_view header);

}  // namespace banyan::node
