#pragma once
// The body of a commit as hub clients send it: one JSON object a line, {"key": ..., "value": ...}.
// Read as it arrives; what is kept in memory is bounded whatever the body's size: larger files go
// to the content store at once.

#include <optional>
#include <string>

#include "node/hub.h"
#include "storage/commit.h"

namespace banyan::node {

inline constexpr std::size_t kMaxLineBytes = 15u << 20;  // a 10 MiB file in base64, and its path

// The lines of a request's body, without their ends. Empty lines are skipped. TooLarge for a line
// over kMaxLineBytes, and the errors of reading.
class BodyLines {
 public:
  explicit BodyLines(Request& request) : request_(request) {}
  // nullopt at the end.
  Result<std::optional<std::string>> Next();

 private:
  Request& request_;
  std::string buffer_;
  std::size_t scanned_ = 0;  // buffer_ has no line end before this
  bool ended_ = false;
};

struct CommitLines {
  std::string summary;
  std::string description;
  std::string parent;  // a commit id or its beginning; empty: none is named
  std::vector<storage::CommitOperation> operations;
};

// Reads a whole body for `repository`. The first line is the header. Invalid for what is malformed
// or names a file that was not uploaded, with the line's number; else as BodyLines.
Result<CommitLines> ReadCommitLines(Hub& hub, Request& request, std::int64_t repository);

}  // namespace banyan::node
