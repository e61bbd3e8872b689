#include "federation/format/checkpoint.h"

#include <charconv>
#include <limits>

namespace banyan::federation {

namespace {

std::string_view TakeLine(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

Result<Checkpoint> Checkpoint::Parse(std::string_view text) {
  auto rest = text;
  Checkpoint out;
  out.origin = TakeLine(rest);
  const auto size = TakeLine(rest);
  const auto parsed = std::from_chars(size.data(), size.data() + size.size(), out.state.size);
  const Bytes root = TRY(ParseBase64(TakeLine(rest)).Context("checkpoint root"));
  if (parsed.ec != std::errc() || parsed.ptr != size.data() + size.size() ||
      out.state.size > std::numeric_limits<std::int64_t>::max()) {
    return Error(Errc::Invalid, "checkpoint: the size is no number of entries");
  }
  out.state.root = TRY(LogHash::FromBytes(root).Context("checkpoint root"));
  if (out.origin.empty() || out.ToString() != text) {
    return Error(Errc::Invalid, "checkpoint: not three lines in their only form");
  }
  return out;
}

std::string Checkpoint::ToString() const {
  return origin + "\n" + std::to_string(state.size) + "\n" + ToBase64(state.root.bytes()) + "\n";
}

}  // namespace banyan::federation
