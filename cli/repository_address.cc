#include "cli/repository_address.h"

#include "cli/text.h"
#include "node/http/uri.h"

namespace banyan::cli {
namespace {

constexpr std::string_view kDefaultRevision = "HEAD";  // the default branch, whatever its name

// "http://host:port/datasets/a/b" -> "datasets/a/b".
std::string_view WithoutHost(std::string_view text) {
  const auto mark = text.find("://");
  if (mark == text.npos) return text;
  const auto slash = text.find('/', mark + 3);
  return slash == text.npos ? std::string_view() : text.substr(slash + 1);
}

}  // namespace

std::string RepositoryAddress::ToString() const {
  const std::string kind = id.kind == storage::RepositoryKind::Model ? "" : "datasets/";
  return kind + id.Path() + (revision.empty() ? "" : "@" + revision);
}

std::string RepositoryAddress::ApiPath() const {
  return "/api/" + std::string(storage::Plural(id.kind)) + "/" + id.Path();
}

std::string RepositoryAddress::EscapedRevision() const {
  return node::PercentEncode(revision.empty() ? kDefaultRevision : std::string_view(revision));
}

Result<RepositoryAddress> ParseRepositoryAddress(std::string_view text, RevisionPart revision) {
  const auto invalid = [&](const std::string& why) {
    return Error(Errc::Invalid, "'" + Printable(text) + "' is no repository (" + why +
                                    "): write NAMESPACE/NAME or datasets/NAMESPACE/NAME");
  };
  auto path = WithoutHost(text);
  RepositoryAddress address;
  if (const auto at = path.find('@'); at != path.npos) {
    address.revision = path.substr(at + 1);
    path = path.substr(0, at);
    if (address.revision.empty()) return invalid("nothing after @");
    if (revision == RevisionPart::Refused) return invalid("no revision belongs here");
  }
  auto kind = storage::RepositoryKind::Model;
  for (const auto candidate : {storage::RepositoryKind::Model, storage::RepositoryKind::Dataset}) {
    const auto prefix = std::string(storage::Plural(candidate)) + "/";
    if (!path.starts_with(prefix)) continue;
    kind = candidate;
    path.remove_prefix(prefix.size());
    break;
  }
  auto id = storage::ParseRepositoryId(kind, path);
  if (!id) return invalid(id.error().message());
  address.id = *std::move(id);
  return address;
}

}  // namespace banyan::cli
