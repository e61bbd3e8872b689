#include "node/announcement.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "federation/format/address_entry.h"
#include "node/address_rules.h"

namespace banyan::node {
namespace {

constexpr std::string_view kVersion = "v=0";
constexpr std::string_view kNode = "node=";
constexpr std::string_view kTls = "tls=1";

// As in a URL; empty for an address that means nothing without the name of an interface.
std::string HostText(const federation::NumericAddress& address) {
  const auto& bytes = address.bytes;
  const bool is_link_local = !address.is_v4 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
  if (is_link_local) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(address.is_v4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return address.is_v4 ? text.data() : "[" + std::string(text.data()) + "]";
}

}  // namespace

std::vector<std::string> AnnouncedTexts(const federation::NodeId& node, bool uses_tls) {
  std::vector<std::string> texts{std::string(kVersion), std::string(kNode) + node.ToString()};
  if (uses_tls) texts.emplace_back(kTls);
  return texts;
}

std::optional<federation::Neighbour> ReadAnnouncement(const Announcement& announcement,
                                                      const AddressRule& rule) {
  const auto& texts = announcement.texts;
  const auto says = [&](std::string_view text) { return std::ranges::count(texts, text) > 0; };
  const auto named =
      std::ranges::find_if(texts, [](const auto& text) { return text.starts_with(kNode); });
  if (named == texts.end() || !says(kVersion)) return std::nullopt;
  const auto node = federation::NodeId::Parse(std::string_view(*named).substr(kNode.size()));
  const auto& address = reinterpret_cast<const sockaddr&>(announcement.address);
  const auto number = NumericOf(address);
  if (!node || !number || !rule(address)) return std::nullopt;
  const auto host = HostText(*number);
  const auto url =
      (says(kTls) ? "https://" : "http://") + host + ":" + std::to_string(announcement.port);
  if (host.empty() || !federation::IsDialable(url)) return std::nullopt;
  return federation::Neighbour{*node, url};
}

ReachedOver LookReachedOver(std::string_view listen_host) {
  if (listen_host == "localhost") return ReachedOver::Nothing;
  const auto number = federation::ParseNumericAddress(listen_host);
  if (!number) return ReachedOver::Both;  // a name
  const auto& bytes = number->bytes;
  if (number->is_v4) return bytes[0] == 127 ? ReachedOver::Nothing : ReachedOver::V4;
  const bool is_low = std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; });
  if (is_low && bytes.back() == 1) return ReachedOver::Nothing;
  return is_low && bytes.back() == 0 ? ReachedOver::Both : ReachedOver::V6;
}

}  // namespace banyan::node
