#pragma once
// What tells a repository from another of the same name. A value.
//
// It is what nodes say of themselves, unsigned: it notices a name that stands for something else by
// now, and no node that lies. Who lies wins nothing with it: content is that of the manifest's
// root, and several nodes are used only for one root.

#include <optional>
#include <string>

#include "federation/format/published_name.h"
#include "storage/catalog/repositories.h"

namespace banyan::cli {

struct RepositoryIdentity {
  storage::RepositoryUid uid;  // on one node, through all renames; a mirror has another
  std::optional<federation::PublishedName> published = {};  // nullopt: no log tells of it

  // By what they are published as where both are, else by uid.
  bool IsSameAs(const RepositoryIdentity& other) const {
    if (published && other.published) return *published == *other.published;
    return uid == other.uid;
  }
  // From a further answer about the same one: what it is published as is learned once.
  void Learn(const RepositoryIdentity& answer) {
    if (!published) published = answer.published;
  }
  // For messages.
  std::string Short() const {
    return published ? published->Short() : uid.ToString().substr(0, 12);
  }
};

}  // namespace banyan::cli
