#include "node/nonce_book.h"

#include "federation/format/request_signature.h"
#include "storage/base/clock.h"

namespace banyan::node {

Status NonceBook::Take(const federation::NodeId& node, std::int64_t created_s,
                       const std::string& nonce, std::int64_t now_s) {
  constexpr auto kLifeS = federation::kRequestSignatureLifeS;
  if (created_s < now_s - kLifeS || created_s > now_s + kLifeS) {
    return Error(Errc::Denied, "the request was signed at " + ToIsoTime(created_s * 1000) +
                                   ", but here it is " + ToIsoTime(now_s * 1000) +
                                   ": set the clock that is wrong");
  }
  MutexLock lock(mutex_);
  auto& seen = seen_[node];
  auto& signatures = seen.signatures;
  signatures.erase(signatures.begin(), signatures.lower_bound({now_s - kLifeS, ""}));
  const bool is_of_before = now_s >= start_s_ && created_s <= start_s_;
  if (is_of_before || created_s <= seen.floor_s || !signatures.emplace(created_s, nonce).second) {
    return Error(Errc::Denied, "this signed request came before");
  }
  if (signatures.size() > kept_max_) {
    seen.floor_s = signatures.begin()->first;
    signatures.erase(signatures.begin(), signatures.lower_bound({seen.floor_s + 1, ""}));
  }
  return Ok();
}

}  // namespace banyan::node
