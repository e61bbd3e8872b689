#pragma once
// The body of a commit request: one JSON object a line, {"key": ..., "value": {...}}, a header
// first and then operations. Read as it comes: a small file that stands in a line goes to the
// content store before the next line is read, so memory is bounded by one line and the names.
//
// A file that a line only names by SHA-256 must be usable by this repository: uploaded to it,
// committed to it, or public. Naming any other is answered like naming none.

#include <memory>
#include <string>
#include <vector>

#include "node/http/line_reader.h"
#include "node/hub.h"
#include "storage/base/json.h"
#include "storage/history/commit.h"

namespace banyan::node {

struct CommitHeader {
  std::string summary;
  std::string description;
  std::string parent_commit;  // as sent; empty: none expected

  // As git has it: title, empty line, body.
  std::string Message() const;
};

// Errors: Invalid and TooLarge name the line; the request's own errors.
class CommitBody {
 public:
  // `store` takes the files that stand in lines.
  CommitBody(Hub& hub, storage::ContentStore& store, Request& request, std::int64_t repository);

  // Once, first.
  Result<CommitHeader> ReadHeader();
  // All the rest. Keep this object until the commit has returned: it pins what it stored.
  Result<std::vector<storage::CommitOperation>> ReadOperations();

 private:
  struct Line {
    std::string key;
    Json value;
  };
  Result<std::optional<Line>> ReadLine();
  Result<storage::CommitOperation> ReadOperation(const Line& line);
  Result<storage::CommitOperation> ReadFile(const Json& value);
  Result<storage::CommitOperation> ReadNamedFile(const Json& value, const char* digest_name,
                                                 bool as_pointer);

  Hub& hub_;
  storage::ContentStore& store_;
  const std::int64_t repository_;
  LineReader lines_;
  std::vector<std::unique_ptr<storage::FileWriter>> pins_;
};

}  // namespace banyan::node
