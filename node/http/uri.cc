#include "node/http/uri.h"

#include <algorithm>

#include "storage/base/utf8.h"

namespace banyan::node {
namespace {

constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool NamesDotSegment(std::string_view decoded) {
  for (const auto part : SplitPath(decoded)) {
    if (part == "." || part == "..") return true;
  }
  return false;
}

}  // namespace

Result<std::string> PercentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Error(Errc::Invalid, "a percent escape is broken");
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (out.find('\0') != std::string::npos) return Error(Errc::Invalid, "text contains NUL");
  if (!IsUtf8(out)) return Error(Errc::Invalid, "text is not UTF-8");
  return out;
}

std::string PercentEncode(std::string_view text, std::string_view keep) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != kUnreserved.npos || keep.find(c) != keep.npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

std::vector<std::string_view> SplitPath(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  std::vector<std::string_view> out;
  for (;;) {
    const auto slash = path.find('/');
    out.push_back(path.substr(0, slash));
    if (slash == path.npos) return out;
    path.remove_prefix(slash + 1);
  }
}

Status CheckPath(std::string_view path) {
  if (!path.starts_with('/')) return Error(Errc::Invalid, "path does not begin with a slash");
  for (const auto segment : SplitPath(path)) {
    const std::string decoded = TRY(PercentDecode(segment));
    if (NamesDotSegment(decoded)) return Error(Errc::Invalid, "path has a dot segment");
  }
  return Ok();
}

Result<std::vector<QueryParam>> ParseQuery(std::string_view text, std::size_t max_params) {
  std::vector<QueryParam> out;
  const auto decode = [](std::string_view raw) {
    std::string spaced(raw);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return PercentDecode(spaced);
  };
  while (!text.empty()) {
    const auto piece = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), piece.size() + 1));
    if (piece.empty()) continue;
    if (out.size() == max_params) return Error(Errc::TooLarge, "too many parameters");
    const auto equals = std::min(piece.find('='), piece.size());
    const auto raw_value = piece.substr(std::min(equals + 1, piece.size()));
    auto name = TRY(decode(piece.substr(0, equals)));
    auto value = TRY(decode(raw_value));
    out.push_back({std::move(name), std::string(raw_value), std::move(value)});
  }
  return out;
}

}  // namespace banyan::node
