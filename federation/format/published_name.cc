#include "federation/format/published_name.h"

#include "federation/format/entry_member.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kShortDigits = 12;

}  // namespace

Result<PublishedName> PublishedName::Parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) {
    return Error(Errc::Invalid, "expected <node id>/sha256:<key>: " + std::string(text));
  }
  const auto node = TRY(NodeId::Parse(text.substr(0, slash)));
  const auto repository = TRY(ParseHashText<RepositoryKey>(text.substr(slash + 1)));
  return PublishedName{node, repository};
}

std::string PublishedName::ToString() const { return node.ToString() + "/" + HashText(repository); }

std::string PublishedName::Short() const {
  return node.Short() + "/" + repository.ToString().substr(0, kShortDigits);
}

}  // namespace banyan::federation
