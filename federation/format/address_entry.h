#pragma once
// What logs say of where nodes are reached: `self` of the log's own node, `peer` of another
// (PROTOCOL.md sections 3 and 13). Values and pure functions.

#include <optional>
#include <string>
#include <vector>

#include "federation/format/node_id.h"
#include "storage/base/json_fwd.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxAddresses = 8;  // of one entry

struct AddressEntry {
  std::optional<NodeId> node;          // nullopt: whose log it is
  std::vector<std::string> addresses;  // URLs, best first
  std::int64_t time_s = 0;
  bool operator==(const AddressEntry&) const = default;

  // Of an entry of type `self` or `peer`; Invalid when it has another form. Addresses that cannot
  // be dialled are kept: another program may know what to do with them.
  static Result<AddressEntry> Parse(const Json& entry);
  Bytes Render() const;
};

// May an address that a log states be dialled at all? "http://HOST[:PORT]" or https, nothing
// behind it, the port 80, 443 or above 1023, at most 255 bytes. Says nothing of what HOST is.
bool IsDialable(std::string_view address);

// May others be told of it: dialable, and its host is a name with a dot in it, no local one, or a
// public address.
bool IsAnnounceable(std::string_view address);

}  // namespace banyan::federation
