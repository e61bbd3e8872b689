#pragma once
// Git's packet lines (gitprotocol-common): four hex digits of length, themselves counted, and that
// many bytes; "0000" to "0002" are packets without any. Pure functions, safe for concurrent use.

#include <optional>
#include <string>
#include <string_view>

#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan::node {

inline constexpr std::size_t kMaxPacketBytes = 65'520;  // with its length
inline constexpr std::string_view kFlushPacket = "0000";

// `text` must fit into one packet.
std::string PacketLine(std::string_view text);

struct Packet {
  enum class Kind { Flush, Delimiter, ResponseEnd, Data };
  Kind kind = Kind::Flush;
  std::string_view data;
};

// Reads packets one after another from bytes that outlive it.
class PacketReader {
 public:
  explicit PacketReader(std::string_view text) : text_(text) {}
  // nullopt at the end. Invalid for a length that is no number, too small or too large, or goes
  // beyond the end.
  Result<std::optional<Packet>> Next();

 private:
  std::string_view text_;
};

}  // namespace banyan::node
