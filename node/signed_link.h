#pragma once
// Links that carry their own permission: clients send no token to them. A link binds the method,
// what it is about, the sizes, the repository and user on whose behalf it was given, and when it
// ends, under a MAC (HMAC-SHA256). Anybody who has the link may use it, so it is never logged; it
// gives no more than whom it was given to may do at that moment (node/link_rights.h).

#include <cstdint>
#include <string>

#include "node/http/http_types.h"
#include "node/node_seed.h"
#include "storage/base/digest.h"

namespace banyan::node {

struct SignedLink {
  std::string method;  // PUT, GET, POST
  std::string use;     // what for: "object", "part", "complete", "verify"
  Sha256 oid;
  std::uint64_t size_bytes = 0;  // of the whole file
  std::int64_t repository = 0;   // row
  std::int64_t user = 0;         // row; 0: nobody
  std::int64_t token = 0;        // row; 0: none
  std::uint64_t part = 0;        // 1-based; 0: not a part
  std::int64_t expires_ms = 0;   // kept to the second
  auto operator<=>(const SignedLink&) const = default;
};

// Thread safe.
class LinkSigner {
 public:
  explicit LinkSigner(const NodeSeed& seed) : key_(seed.Derive("banyan signed links v1")) {}

  // The path and query, without the node's public address.
  std::string Sign(const SignedLink& link) const;
  // The link that `request` carries, for a route of that `use` with the path parameter "oid".
  // Denied when anything was changed, or the method is another, or it has expired.
  Result<SignedLink> Verify(const Request& request, std::string_view use,
                            std::int64_t now_ms) const;

  // What carries permission in another form: `use` keeps kinds apart. 64 hex digits.
  std::string Mac(std::string_view use, std::string_view text) const;
  enum class Proof { Genuine, Forged };
  Proof Check(std::string_view use, std::string_view text, std::string_view mac) const;

 private:
  std::string Mac(const SignedLink& link) const;
  Secret key_;
};

}  // namespace banyan::node
