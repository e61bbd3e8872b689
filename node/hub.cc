#include "node/hub.h"

namespace banyan::node {

storage::QuotaPolicy Hub::quota() const {
  if (config.quota_default.bytes == 0) return {};
  return {config.quota_default.bytes};
}

}  // namespace banyan::node
