#include "cli/repository_argument.h"

namespace banyan::cli {

std::string RepositoryArgument::ApiPath() const {
  return std::string(storage::Plural(id.kind)) + "/" + id.Path();
}

Result<RepositoryArgument> ParseRepositoryArgument(std::string_view text) {
  RepositoryArgument argument;
  auto kind = storage::RepositoryKind::Model;
  for (const auto candidate : {storage::RepositoryKind::Model, storage::RepositoryKind::Dataset}) {
    const std::string prefix = std::string(storage::Plural(candidate)) + "/";
    if (!text.starts_with(prefix)) continue;
    text.remove_prefix(prefix.size());
    kind = candidate;
    break;
  }
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    argument.revision = std::string(text.substr(at + 1));
    if (argument.revision.empty()) {
      return Error(Errc::Invalid, "nothing after @: name a branch, tag or commit there");
    }
  }
  auto id = storage::ParseRepositoryId(kind, text.substr(0, at));
  if (!id) {
    return std::move(id.error())
        .Context("expected a repository such as ns/name, ns/name@v1 or datasets/ns/name");
  }
  argument.id = *std::move(id);
  return argument;
}

}  // namespace banyan::cli
