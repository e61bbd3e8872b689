#pragma once
// A peer that gives files only, such as a folder or an archive: its objects are files as well.

#include "federation/transfer/peer_source.h"

namespace banyan::federation {

class FilePeer : public PeerSource {
 public:
  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) final;
};

}  // namespace banyan::federation
