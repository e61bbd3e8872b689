#include "node/http/client_address.h"

#include <algorithm>

namespace banyan::node {
namespace {

// What proxies add.
constexpr const char* kTraces[] = {"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
                                   "Forwarded",       "X-Real-IP",        "Via"};

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The last item of a comma-separated list, taken off it.
std::string_view TakeLast(std::string_view& list) {
  const auto comma = list.rfind(',');
  const auto item = comma == list.npos ? list : list.substr(comma + 1);
  list = comma == list.npos ? std::string_view() : list.substr(0, comma);
  return Trim(item);
}

}  // namespace

void LookThroughProxies(const NetworkList& trusted, Request& request) {
  if (!ContainsAddress(trusted, request.peer_address)) return;
  const std::string chain = request.headers.Joined("X-Forwarded-For");
  bool understood = !chain.empty();
  for (std::string_view rest = chain; !rest.empty();) {
    const auto address = IpAddress::Parse(TakeLast(rest));
    if (!address) {  // what stands before it may be anybody's invention
      understood = false;
      break;
    }
    request.peer_address = address->ToString();
    if (!ContainsAddress(trusted, request.peer_address)) break;
  }
  const std::string protocols = request.headers.Joined("X-Forwarded-Proto");
  std::string_view rest = protocols;
  if (!rest.empty() && EqualsIgnoreCase(TakeLast(rest), "https")) request.is_tls = true;
  if (!understood) return;
  for (const char* name : kTraces) request.headers.Remove(name);
}

Peer WhoIsPeer(const Request& request) {
  const bool is_proxy = std::any_of(std::begin(kTraces), std::end(kTraces),
                                    [&](const char* name) { return request.headers.Has(name); });
  return is_proxy ? Peer::HiddenByProxy : Peer::Client;
}

}  // namespace banyan::node
