#include "federation/format/address_entry.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "federation/format/canonical_json.h"
#include "federation/format/entry_member.h"
#include "federation/format/public_address.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kMaxAddressBytes = 255;
constexpr std::array<std::string_view, 6> kLocalEndings = {".local",     ".internal",  ".lan",
                                                           ".localhost", ".home.arpa", ".test"};

// The part between scheme and port, without the brackets of IPv6; nullopt: the address has another
// form than IsDialable wants.
std::optional<std::string_view> DialableHost(std::string_view address) {
  if (address.size() > kMaxAddressBytes) return std::nullopt;
  auto rest = address;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else {
    return std::nullopt;
  }
  const bool is_bracketed = rest.starts_with('[');
  const auto end = is_bracketed ? rest.find(']') : std::min(rest.find(':'), rest.size());
  if (end == rest.npos) return std::nullopt;
  const auto host = rest.substr(is_bracketed ? 1 : 0, end - (is_bracketed ? 1 : 0));
  const auto is_legal = [&](char c) {
    const bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '.';
    const bool is_letter = (c >= 'g' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    return is_digit || (is_bracketed ? c == ':' || (c >= 'A' && c <= 'F') : is_letter);
  };
  if (host.empty() || !std::ranges::all_of(host, is_legal)) return std::nullopt;
  rest.remove_prefix(end + (is_bracketed ? 1 : 0));
  if (rest.empty()) return host;
  int port = 0;
  const auto* const last = rest.data() + rest.size();
  const auto parsed = std::from_chars(rest.data() + 1, last, port);
  const bool is_port = rest.front() == ':' && parsed.ptr == last && parsed.ec == std::errc();
  const bool is_usual = port == 80 || port == 443 || (port > 1023 && port <= 65'535);
  return is_port && is_usual ? std::optional(host) : std::nullopt;
}

}  // namespace

Result<AddressEntry> AddressEntry::Parse(const Json& entry) {
  AddressEntry out;
  if (FindString(entry, "t") == "peer") {
    out.node = TRY(NodeId::Parse(FindString(entry, "node").value_or("")));
  }
  const auto* list = FindMember(entry, "addresses");
  if (list == nullptr || !list->is_array() || list->size() > kMaxAddresses) {
    return Error(Errc::Invalid, "addresses: expected a list of at most 8");
  }
  for (const auto& item : *list) {
    if (!item.is_string()) return Error(Errc::Invalid, "addresses: expected texts");
    out.addresses.push_back(item.get<std::string>());
  }
  out.time_s = static_cast<std::int64_t>(TRY(TakeCount(entry, "time")));
  return out;
}

Bytes AddressEntry::Render() const {
  Json entry = {
      {"t", node ? "peer" : "self"}, {"v", 1}, {"addresses", addresses}, {"time", time_s}};
  if (node) entry["node"] = node->ToString();
  return *RenderCanonical(entry);
}

bool IsDialable(std::string_view address) { return DialableHost(address).has_value(); }

bool IsAnnounceable(std::string_view address) {
  const auto host = DialableHost(address);
  if (!host) return false;
  if (const auto number = ParseNumericAddress(*host)) return IsPublicUnicast(*number);
  const auto is_ending = [&](std::string_view ending) { return host->ends_with(ending); };
  const auto dot = host->rfind('.');
  // A last label of digits would be read as a number, in one of the ways numbers are written.
  return dot != host->npos && dot + 1 < host->size() &&
         std::ranges::none_of(kLocalEndings, is_ending) && (*host)[dot + 1] > '9';
}

}  // namespace banyan::federation
