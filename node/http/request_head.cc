#include "node/http/request_head.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace banyan::node {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",    "HEAD",  "POST",   "PUT",
                                                      "DELETE", "PATCH", "OPTIONS"};

bool IsTokenCharacter(char c) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != kMarks.npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

bool IsControl(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Removes and returns the text before the next CRLF; nullopt when there is none.
std::optional<std::string_view> NextLine(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  if (end == rest.npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

// The origin form of an absolute target ("http://host/a?b"), which a proxy may send.
std::string_view OriginForm(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() ||
        !EqualsIgnoreCase(target.substr(0, scheme.size()), scheme)) {
      continue;
    }
    const auto slash = target.find_first_of("/?", scheme.size());
    return slash == target.npos || target[slash] == '?' ? std::string_view("/")
                                                        : target.substr(slash);
  }
  return target;
}

std::optional<Refusal> ParseRequestLine(std::string_view line, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == line.npos || first == last) return Refusal{400, "Malformed request line"};
  const auto method = line.substr(0, first);
  const auto target = OriginForm(line.substr(first + 1, last - first - 1));
  const auto version = line.substr(last + 1);
  if (!IsToken(method)) return Refusal{400, "Malformed request line"};
  if (!version.starts_with("HTTP/")) return Refusal{400, "Malformed request line"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return Refusal{505, "HTTP version"};
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
    return Refusal{501, "Unknown method"};
  }
  const auto bad = [](char c) { return IsControl(c) || c == ' ' || c == '#'; };
  if (!target.starts_with('/') || std::any_of(target.begin(), target.end(), bad)) {
    return Refusal{400, "Malformed request target"};
  }
  head.method = method;
  head.target = target;
  head.is_http10 = version == "HTTP/1.0";
  return std::nullopt;
}

std::optional<Refusal> ParseField(std::string_view line, RequestHead& head) {
  const auto colon = line.find(':');
  if (colon == line.npos || !IsToken(line.substr(0, colon))) {
    return Refusal{400, "Malformed header field"};
  }
  const auto value = Trim(line.substr(colon + 1));
  const auto bad = [](char c) { return IsControl(c) && c != '\t'; };
  if (std::any_of(value.begin(), value.end(), bad)) {
    return Refusal{400, "Control character in a header field"};
  }
  head.headers.Add(line.substr(0, colon), value);
  return std::nullopt;
}

std::size_t Count(const HeaderList& headers, std::string_view name) {
  const auto& fields = headers.fields();
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(),
      [&](const HeaderList::Field& field) { return EqualsIgnoreCase(field.first, name); }));
}

std::optional<Refusal> ReadFraming(RequestHead& head) {
  const auto lengths = Count(head.headers, "Content-Length");
  const auto codings = Count(head.headers, "Transfer-Encoding");
  if (lengths > 1) return Refusal{400, "More than one Content-Length"};
  if (lengths > 0 && codings > 0) return Refusal{400, "Content-Length with Transfer-Encoding"};
  if (codings > 0) {
    if (head.is_http10) return Refusal{400, "Transfer-Encoding in HTTP/1.0"};
    if (!EqualsIgnoreCase(head.headers.Joined("Transfer-Encoding"), "chunked")) {
      return Refusal{501, "Transfer-Encoding other than chunked"};
    }
    head.chunked = true;
  }
  if (lengths == 0) return std::nullopt;
  const auto text = *head.headers.Find("Content-Length");
  const auto* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, head.content_length);
  const bool too_long = head.content_length > (1ull << 62);
  if (text.empty() || stop != end || fault != std::errc() || too_long) {
    return Refusal{400, "Malformed Content-Length"};
  }
  return std::nullopt;
}

bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto item = list.substr(0, list.find(','));
    if (EqualsIgnoreCase(Trim(item), token)) return true;
    list.remove_prefix(std::min(list.size(), item.size() + 1));
  }
  return false;
}

std::optional<Refusal> ReadConnectionFields(RequestHead& head) {
  const auto hosts = Count(head.headers, "Host");
  if (hosts > 1 || (hosts == 0 && !head.is_http10)) return Refusal{400, "One Host is needed"};
  head.keep_alive = !head.is_http10 && !HasToken(head.headers.Joined("Connection"), "close");
  const auto expect = head.headers.Find("Expect");
  if (!expect) return std::nullopt;
  if (!EqualsIgnoreCase(*expect, "100-continue")) return Refusal{417, "Unknown expectation"};
  head.expects_continue = !head.is_http10 && (head.chunked || head.content_length > 0);
  return std::nullopt;
}

}  // namespace

std::size_t FindHeadEnd(std::string_view input, std::size_t scanned) {
  const auto end = input.find("\r\n\r\n", scanned < 3 ? 0 : scanned - 3);
  return end == input.npos ? end : end + 4;
}

std::size_t LeadingLineEnds(std::string_view input) {
  std::size_t count = 0;
  while (input.substr(count, 2) == "\r\n") count += 2;
  return count;
}

std::optional<Refusal> RefuseEarly(std::string_view input, const HttpLimits& limits) {
  if (!input.empty() && !IsToken(input.substr(0, 1))) return Refusal{400, "Not an HTTP request"};
  const auto line_bytes = std::min(input.find("\r\n"), input.size());
  if (line_bytes > limits.max_request_line_bytes) return Refusal{414, "Request line too long"};
  if (input.size() > limits.max_header_bytes) return Refusal{431, "Header too large"};
  return std::nullopt;
}

std::variant<RequestHead, Refusal> ParseRequestHead(std::string_view text,
                                                    const HttpLimits& limits) {
  RequestHead head;
  if (auto refusal = RefuseEarly(text, limits)) return *refusal;
  auto rest = text;
  const auto request_line = NextLine(rest);
  if (!request_line) return Refusal{400, "Malformed request line"};
  if (auto refusal = ParseRequestLine(*request_line, head)) return *refusal;
  for (std::size_t count = 0;; ++count) {
    const auto line = NextLine(rest);
    if (!line) return Refusal{400, "Malformed header"};
    if (line->empty()) break;
    if (count == limits.max_header_count) return Refusal{431, "Too many header fields"};
    if (auto refusal = ParseField(*line, head)) return *refusal;
  }
  if (auto refusal = ReadFraming(head)) return *refusal;
  if (auto refusal = ReadConnectionFields(head)) return *refusal;
  return head;
}

}  // namespace banyan::node
