#include "node/entering.h"

#include "node/head_metadata.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

// "hub.example.org" of "https://hub.example.org:8443/path". Never from a request: who wrote a
// commit must not depend on how its node was called.
std::string_view HostOf(std::string_view link) {
  if (link.empty()) return "localhost";
  link.remove_prefix(link.find("//") + 2);
  link = link.substr(0, link.find('/'));
  if (link.starts_with('[')) return "localhost";  // an address literal has no place in a mail name
  return link.substr(0, link.find(':'));
}

}  // namespace

storage::EnterOptions Entering(Hub& hub) { return {hub.clock.NowMs(), hub.quota(), nullptr}; }

void FollowHead(Hub& hub, std::int64_t repository) {
  const auto status = DescribeHead(hub.database, hub.content, repository);
  if (status) return;
  log::Warning("node", "event=describe_failed repository={} error=\"{}\"", repository,
               status.error().message());
}

storage::Person PersonOf(const Hub& hub, const storage::Caller& caller) {
  return {caller.name,
          caller.name + "@users.noreply." + std::string(HostOf(hub.config.public_url))};
}

}  // namespace banyan::node
