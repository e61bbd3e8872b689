#pragma once
// How routes of the Hub API lead clients to the chunk store: access tokens, and headers of files.

#include <optional>
#include <string>

#include "node/repository_call.h"

namespace banyan::node {

struct XetToken {
  std::string text;
  std::int64_t expires_s = 0;
  std::string store_url;
};
// For the caller, to read or to write this repository; what it may is looked up at each use.
XetToken MakeXetToken(const RepositoryCall& call, std::int64_t repository, storage::Access access);
// As older clients read it.
void SetXetToken(const XetToken& token, HeaderList& headers);
// Where such a token is to be had. `revision` as in a path, encoded.
std::string XetTokenUrl(const RepositoryCall& call, const storage::RepositoryId& id,
                        storage::Access access, std::string_view revision);

// What the file is called in the chunk store; nullopt when the node does not offer Xet, the file is
// a small one, or not all of it is here.
Result<std::optional<FileHash>> XetHashOf(const Hub& hub, RepositoryReading& reading,
                                          const storage::ManifestEntry& entry);

// Says in the headers what the file is called in the chunk store, and where a token for it is to be
// had, if it has such a name. A client that wants only that is given it as the body: Answered.
enum class XetOffer { None, Headers, Answered };
XetOffer OfferXet(RepositoryCall& call, RepositoryReading& reading,
                  const storage::Revision& revision, const storage::ManifestEntry& entry);

}  // namespace banyan::node
