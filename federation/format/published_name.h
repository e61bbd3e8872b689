#pragma once
// What a repository is called wherever it is mirrored: the node that publishes it, and the
// repository's key in that node's log. Written "<node id>/sha256:<key>". A value.

#include <string>

#include "federation/format/node_id.h"
#include "federation/format/repository_key.h"

namespace banyan::federation {

struct PublishedName {
  NodeId node;
  RepositoryKey repository;

  // Inverses; Invalid for anything else.
  static Result<PublishedName> Parse(std::string_view text);
  std::string ToString() const;
  // "<eight characters>/<twelve digits>", for messages.
  std::string Short() const;
  bool operator==(const PublishedName&) const = default;
};

}  // namespace banyan::federation
