#pragma once
// How a repository is written on the command line: "alice/tiny", "models/alice/tiny",
// "datasets/alice/words", each with "@REVISION" where a branch, tag or commit is meant.

#include <string>
#include <string_view>

#include "storage/base/repository_name.h"

namespace banyan::cli {

struct RepositoryAddress {
  storage::RepositoryId id;
  std::string revision;  // empty: the default branch

  // As written above; the inverse of ParseRepositoryAddress. Models without their kind.
  std::string ToString() const;
  // "/api/models/alice/tiny".
  std::string ApiPath() const;
  // ApiPath + "/revision/v1.0": `revision` percent-encoded, HEAD when it is empty.
  std::string RevisionPath() const { return ApiPath() + "/revision/" + EscapedRevision(); }
  std::string EscapedRevision() const;
};

enum class RevisionPart { Allowed, Refused };
// Invalid, with how to write it. Also takes the page address of a repository on any node.
Result<RepositoryAddress> ParseRepositoryAddress(std::string_view text,
                                                 RevisionPart revision = RevisionPart::Allowed);

}  // namespace banyan::cli
