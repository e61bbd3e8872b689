#include "node/entering.h"

#include "node/revision_source.h"

namespace banyan::node {
namespace {

// "hub.example.org" of "https://hub.example.org:8443/path".
std::string_view HostOf(std::string_view link) {
  link.remove_prefix(link.find("//") + 2);
  link = link.substr(0, link.find('/'));
  if (link.starts_with('[')) return "localhost";  // an address literal has no place in a mail name
  return link.substr(0, link.find(':'));
}

}  // namespace

storage::EnterOptions Entering(Hub& hub) {
  const std::int64_t now_ms = hub.clock.NowMs();
  const auto refresh = [&hub, now_ms](storage::Connection& connection,
                                      const storage::EnteredChange& change) {
    return RefreshHead(connection, hub.content, change, now_ms);
  };
  return {now_ms, hub.quota(), refresh};
}

storage::Person PersonOf(const Hub& hub, const storage::Caller& caller) {
  return {caller.name,
          caller.name + "@users.noreply." + std::string(HostOf(hub.config.public_url))};
}

}  // namespace banyan::node
