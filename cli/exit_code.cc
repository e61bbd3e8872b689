#include "cli/exit_code.h"

namespace banyan::cli {
namespace {

constexpr ExitCodeLine kTable[] = {
    {kExitDone, "done"},
    {kExitCrashed, "a fault in the program itself"},
    {2, "wrong usage or input: sending it again will not help"},
    {3, "not found, or not visible to you"},
    {4, "not allowed: no token, one without this right, or a file that the node does not hold"},
    {5, "in conflict with what is there, or changed by somebody else meanwhile"},
    {6, "too large: over a limit or a quota"},
    {7, "the node does not answer or is busy: try again later"},
    {8, "the disk or the connection failed"},
    {9, "a check found differences: bytes are not what they should be"},
    {10, "the disk is full, here or at the node: free some space and try again"},
    {11, "taken down: the node does not serve it any more"},
    {130, "interrupted"},
};

}  // namespace

int ExitCodeOf(Errc code) {
  switch (code) {
    case Errc::Invalid: return 2;
    case Errc::NotFound: return 3;
    case Errc::Denied: return 4;
    case Errc::Conflict: return 5;
    case Errc::TooLarge: return 6;
    case Errc::Unavailable: return 7;
    case Errc::Io: return 8;
    case Errc::Corrupt: return 9;
    case Errc::NoSpace: return 10;
    case Errc::Withheld: return 11;
    case Errc::Cancelled: return 130;
  }
  return kExitCrashed;
}

std::span<const ExitCodeLine> ExitCodeTable() { return kTable; }

}  // namespace banyan::cli
