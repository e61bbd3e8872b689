#pragma once
// What clients of Xet carry instead of the user's token: access tokens, each for one repository, to
// read or to write it, and links to parts of xorbs, which go without a token. Both are bound by a
// MAC and end by themselves; what they allow is looked up anew whenever they come
// (node/link_rights.h). Neither is ever logged.

#include <cstdint>
#include <string>

#include "node/signed_link.h"
#include "storage/xet/file_xorbs.h"

namespace banyan::node {

// Routes of the chunk store, which take these and no other token.
inline constexpr std::string_view kXetPath = "/xet/";
// Some releases of the client forget where the store is when they tell of themselves.
inline constexpr std::string_view kXetTelemetryPath = "/v1/telemetry";

struct XetGrant {
  bool may_write = false;
  std::int64_t repository = 0;  // row
  std::int64_t user = 0;        // row; 0: nobody
  std::int64_t token = 0;       // row; 0: none
  std::int64_t expires_ms = 0;  // kept to the second
  auto operator<=>(const XetGrant&) const = default;

  // For RequireLinkRights.
  SignedLink AsLink() const;
};

std::string SignGrant(const LinkSigner& signer, const XetGrant& grant);
// Of the request's bearer token. Denied when there is none, anything was changed, or it has
// expired.
Result<XetGrant> GrantOf(const LinkSigner& signer, const Request& request, std::int64_t now_ms);

// Bytes [from, end) of a xorb of a file.
struct XetFetch {
  FileHash file;
  storage::FileXorbPlace xorb;
  std::uint64_t from = 0;
  std::uint64_t end = 0;
  XetGrant grant;  // to read
};

// The path and query, without the node's public address.
std::string SignFetch(const LinkSigner& signer, const XetFetch& fetch);
// The one that a request for /xet/fetch/:file/:section/:run carries; errors as GrantOf.
Result<XetFetch> FetchOf(const LinkSigner& signer, const Request& request, std::int64_t now_ms);

}  // namespace banyan::node
