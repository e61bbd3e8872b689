#include "node/peer_status.h"

namespace banyan::node {
namespace {

Errc CodeOf(int status) {
  if (status == 404 || status == 410) return Errc::NotFound;
  if (status == 401 || status == 403 || status == 451) return Errc::Denied;
  if (status == 429 || status >= 500) return Errc::Unavailable;
  return Errc::Invalid;
}

}  // namespace

Error ErrorOfStatus(int status) {
  return Error(CodeOf(status), "it answered with status " + std::to_string(status));
}

}  // namespace banyan::node
