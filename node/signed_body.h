#pragma once
// A body that must be the one that was signed: it is hashed as it is read, and its end fails when
// it is another.

#include "node/http/http_types.h"
#include "storage/base/digest.h"

namespace banyan::node {

// Borrows `body`. Used by one thread.
class SignedBody final : public BodySource {
 public:
  SignedBody(BodySource& body, const Sha256& digest) : body_(body), digest_(digest) {}

  // As the body's own; at the end Invalid when it is not the one that was signed.
  Result<std::size_t> Read(std::span<std::uint8_t> out) override;
  std::optional<std::uint64_t> size_bytes() const override { return body_.size_bytes(); }
  bool ClientIsGone() const override { return body_.ClientIsGone(); }

 private:
  BodySource& body_;
  const Sha256 digest_;
  Sha256Hasher hasher_;
  bool is_checked_ = false;
  bool is_wrong_ = false;
};

}  // namespace banyan::node
