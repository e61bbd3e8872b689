#pragma once
// What a node says of itself in its local network, and what is taken of what others say there
// (federation/PROTOCOL.md section 13). Anybody in that network may say anything. Pure functions.

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/follow/learned_peers.h"
#include "node/client/http_handle.h"

namespace banyan::node {

inline constexpr const char* kAnnouncedService = "_banyan._tcp";

// One service of one node as it was resolved.
struct Announcement {
  sockaddr_storage address{};  // IPv4 or IPv6, without its port
  std::uint16_t port = 0;
  std::vector<std::string> texts;  // of the TXT record, "key=value" each
};

std::vector<std::string> AnnouncedTexts(const federation::NodeId& node, bool uses_tls);

// nullopt: nothing of it may be dialled, or it is of another version. `rule` says which addresses
// may be (address_rules.h).
std::optional<federation::Neighbour> ReadAnnouncement(const Announcement& announcement,
                                                      const AddressRule& rule);

// Over which versions of IP others reach who listens on this host of the configuration.
enum class ReachedOver { Nothing, V4, V6, Both };
ReachedOver LookReachedOver(std::string_view listen_host);

}  // namespace banyan::node
