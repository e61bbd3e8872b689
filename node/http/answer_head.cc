#include "node/http/answer_head.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace banyan::node {
namespace {

constexpr std::array<std::string_view, 7> kOurs = {
    "Connection", "Content-Length",    "Date",        "Keep-Alive",
    "Trailer",    "Transfer-Encoding", "X-Request-Id"};

bool IsOurs(std::string_view name) {
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](std::string_view ours) { return EqualsIgnoreCase(name, ours); });
}

bool IsFieldName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return c > 0x20 && c < 0x7f && c != ':'; });
}

std::string Clean(std::string_view value) {
  std::string out(value);
  for (char& c : out) {
    if ((c >= 0 && c < 0x20 && c != '\t') || c == 0x7f) c = ' ';
  }
  return out;
}

Framing ChooseFraming(const Response& response, const AnswerContext& context) {
  if (response.status == 204 || response.status == 304) return Framing::None;
  if (!response.producer || response.producer->size_bytes()) return Framing::Length;
  return context.is_http10 ? Framing::UntilClose : Framing::Chunked;
}

void AddLength(const Response& response, const AnswerContext& context, AnswerHead& head) {
  const bool has_body = response.producer || !response.body.empty();
  const bool may_declare = context.method == "HEAD" || response.status == 304;
  const auto declared = response.headers.Find("Content-Length");
  if (may_declare && !has_body && declared) {
    head.headers.Add("Content-Length", Clean(*declared));
  } else if (head.framing == Framing::Length) {
    const auto size = response.producer ? *response.producer->size_bytes() : response.body.size();
    head.headers.Add("Content-Length", std::to_string(size));
  } else if (head.framing == Framing::Chunked) {
    head.headers.Add("Transfer-Encoding", "chunked");
  }
}

}  // namespace

AnswerHead MakeAnswerHead(const Response& response, const AnswerContext& context) {
  AnswerHead head;
  head.framing = ChooseFraming(response, context);
  for (const auto& [name, value] : response.headers.fields()) {
    if (IsFieldName(name) && !IsOurs(name)) head.headers.Add(name, Clean(value));
  }
  AddLength(response, context, head);
  head.headers.Add("Date", HttpDate(context.now_ms));
  head.headers.Add("X-Request-Id", context.request_id);
  const bool closes = context.closes || head.framing == Framing::UntilClose;
  if (closes) head.headers.Add("Connection", "close");
  return head;
}

std::string HttpDate(std::int64_t unix_ms) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts = {};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                     kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace banyan::node
