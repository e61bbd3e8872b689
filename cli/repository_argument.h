#pragma once
// How a command names a repository: "ns/name", "ns/name@revision", "datasets/ns/name",
// "models/ns/name".

#include <string>
#include <string_view>

#include "storage/repository_name.h"

namespace banyan::cli {

struct RepositoryArgument {
  storage::RepositoryId id;
  std::string revision;  // what stood after "@"; empty for none
  // "models/ns/name": the part of API paths that names it.
  std::string ApiPath() const;
};

// Invalid with what was expected.
Result<RepositoryArgument> ParseRepositoryArgument(std::string_view text);

}  // namespace banyan::cli
