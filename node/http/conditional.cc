#include "node/http/conditional.h"

#include <algorithm>

#include "node/http/byte_range.h"
#include "node/http/http_error.h"

namespace banyan::node {
namespace {

std::string_view TrimLeft(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t,"), text.size()));
}

// Takes the next tag off the list, without its quotes. A tag may contain commas.
std::string_view NextTag(std::string_view& list) {
  const bool quoted = list.starts_with('"');
  if (quoted) list.remove_prefix(1);
  const auto end = std::min(list.find_first_of(quoted ? "\"" : ", \t"), list.size());
  const auto tag = list.substr(0, end);
  list.remove_prefix(std::min(end + 1, list.size()));
  return tag;
}

std::string_view Unquoted(std::string_view etag) {
  return etag.size() >= 2 ? etag.substr(1, etag.size() - 2) : etag;
}

// A date in If-Range cannot match: bodies are named by ETag here.
bool RangeStillMeant(const Request& request, std::string_view etag) {
  const auto if_range = request.headers.Find("If-Range");
  return !if_range || MatchesEntityTag(*if_range, etag, false);
}

}  // namespace

bool MatchesEntityTag(std::string_view list, std::string_view etag, bool weak) {
  if (list == "*") return true;
  for (list = TrimLeft(list); !list.empty(); list = TrimLeft(list)) {
    const bool is_weak = list.starts_with("W/\"");
    if (is_weak) list.remove_prefix(2);
    if (NextTag(list) == Unquoted(etag) && (weak || !is_weak)) return true;
  }
  return false;
}

std::optional<ByteSelection> SelectBytes(const Request& request, std::string_view etag,
                                         std::uint64_t total_bytes, Response& response) {
  response.headers.Set("ETag", etag);
  response.headers.Set("Accept-Ranges", "bytes");
  if (request.headers.Has("If-Match") &&
      !MatchesEntityTag(request.headers.Joined("If-Match"), etag, false)) {
    Fail(response, 412, "The file has changed");
    return std::nullopt;
  }
  if (MatchesEntityTag(request.headers.Joined("If-None-Match"), etag, true)) {
    response.status = 304;
    return std::nullopt;
  }
  RangeAnswer answer{200, 0, total_bytes, {}};
  if (request.method == "GET" && RangeStillMeant(request, etag)) {
    answer = ResolveRange(request.headers.Find("Range").value_or(""), total_bytes);
  }
  response.status = answer.status;
  if (!answer.content_range.empty()) response.headers.Set("Content-Range", answer.content_range);
  if (answer.status == 416) {
    Fail(response, 416, "The requested range is beyond the end");
    return std::nullopt;
  }
  return ByteSelection{answer.offset, answer.size_bytes};
}

}  // namespace banyan::node
