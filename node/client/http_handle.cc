#include "node/client/http_handle.h"

#include <curl/curl.h>
#include <spdlog/fmt/fmt.h>

#include <array>

#include "storage/base/version.h"

namespace banyan::node {
namespace {

constexpr std::size_t kKeptBytesMax = 64u << 20;
constexpr std::size_t kErrorBytesMax = 1u << 20;
constexpr std::size_t kBufferBytes = 256u << 10;

struct ListFree {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListFree>;

void Append(List& list, const std::string& line) {
  auto* longer = ::curl_slist_append(list.get(), line.c_str());
  ENSURE(longer != nullptr);
  (void)list.release();
  list.reset(longer);
}

// What is wanted beyond the answer's start, as "first-last"; empty for the whole body.
std::string RangeText(const ApiRequest& request, std::uint64_t skip_bytes) {
  const std::uint64_t first = (request.range ? request.range->first : 0) + skip_bytes;
  const bool to_end = !request.range || !request.range->last;
  if (first == 0 && to_end) return "";
  return std::to_string(first) + "-" + (to_end ? "" : std::to_string(*request.range->last));
}

HttpOutcome::End EndOf(CURLcode code) {
  using End = HttpOutcome::End;
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CONNECT_ERROR: return End::Unreached;
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_FAIL_REWIND: return End::Broken;
    default: return End::Refused;
  }
}

// A mistaken scheme looks like a broken line.
const char* HintFor(CURLcode code, bool is_encrypted) {
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    return ": if it is a node that you trust, name its certificate or that of its authority with "
           "--ca-file";
  }
  if (code == CURLE_SSL_CONNECT_ERROR) return " (does the node speak http, without encryption?)";
  if (code == CURLE_GOT_NOTHING && !is_encrypted) return " (does the node speak https?)";
  return "";
}

}  // namespace

struct HttpHandle::State {
  World world;
  CURL* curl;
  // Of the exchange that is going on.
  const ApiRequest* request = nullptr;
  AddressRule may_connect;
  std::string forbidden;  // why the last address was
  std::string range;
  std::uint64_t sent_bytes = 0;
  HttpOutcome outcome;

  template <typename Value>
  void Set(CURLoption option, Value value) {
    ENSURE(::curl_easy_setopt(curl, option, value) == CURLE_OK);
  }

  void SetUp(const HttpOptions& options, const std::string& url);
  void SetBody();
  void SetHeaders(const HttpOptions& options, List& list);
  bool Stop(Error error) {
    outcome.stop = std::move(error);
    return false;
  }
  int Status() const {
    long status = 0;
    ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }
  int Open(const curl_sockaddr& address);
  bool CheckRange();
  bool Receive(ByteView bytes);
  void ReceiveHeader(std::string_view line);
  std::size_t Send(std::span<std::uint8_t> out);
  HttpOutcome Finish(CURLcode code, const char* detail, bool is_encrypted);
};

int HttpHandle::State::Open(const curl_sockaddr& address) {
  if (may_connect) {
    if (const auto allowed = may_connect(address.addr); !allowed) {
      forbidden = allowed.error().message();
      return CURL_SOCKET_BAD;
    }
  }
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

// The answer to a request for a range must be that range.
bool HttpHandle::State::CheckRange() {
  if (range.empty() || Status() >= 300) return true;
  const auto found = outcome.answer.headers.Find("Content-Range");
  const auto wanted = "bytes " + range.substr(0, range.find('-') + 1);
  if (Status() == 206 && found && found->starts_with(wanted)) return true;
  return Stop(
      Error(Errc::Unavailable, "the node does not send parts of this: it cannot be resumed"));
}

bool HttpHandle::State::Receive(ByteView bytes) {
  const bool success = Status() < 300;
  if (world.is_cancelled) return Stop(Error(Errc::Cancelled, "interrupted"));
  if (!success || !request->sink) world.rate_limit.Spend(bytes.size());
  if (success && outcome.delivered_bytes == 0 && !CheckRange()) return false;
  if (success && request->sink) {
    if (auto status = request->sink(bytes); !status) return Stop(std::move(status.error()));
    outcome.delivered_bytes += bytes.size();
    world.rate_limit.Spend(bytes.size());
    return true;
  }
  const std::size_t kept_max = success ? kKeptBytesMax : kErrorBytesMax;
  if (outcome.answer.body.size() + bytes.size() <= kept_max) {
    outcome.answer.body += AsText(bytes);
  } else if (success) {
    return Stop(Error(Errc::TooLarge, "the node's answer is over 64 MiB"));
  } else {
    return Stop(Error(Errc::Unavailable, "it refuses, and does not end saying so"));
  }
  return true;
}

void HttpHandle::State::ReceiveHeader(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // of this answer or, after a redirect, the next
    outcome.answer.headers = {};
    outcome.answer.body.clear();
    return;
  }
  const auto colon = line.find(':');
  if (colon == line.npos) return;
  auto value = line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  outcome.answer.headers.Add(line.substr(0, colon), value);
}

std::size_t HttpHandle::State::Send(std::span<std::uint8_t> out) {
  const std::uint64_t left = request->source_size_bytes - sent_bytes;
  out = out.first(std::min<std::uint64_t>(world.rate_limit.StepBytes(out.size()), left));
  if (out.empty()) return 0;
  auto got = request->source(sent_bytes, out);
  if (got && *got == 0) got = Error(Errc::Io, "what is sent became shorter meanwhile");
  if (!got) {
    Stop(std::move(got.error()));
    return CURL_READFUNC_ABORT;
  }
  sent_bytes += *got;
  world.rate_limit.Spend(*got);
  return *got;
}

void HttpHandle::State::SetBody() {
  const auto& method = request->method;
  if (method == "GET") {
    Set(CURLOPT_HTTPGET, 1L);
  } else if (method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
  } else {
    Set(CURLOPT_POST, 1L);
    if (method != "POST") Set(CURLOPT_CUSTOMREQUEST, method.c_str());
  }
  if (request->source) {
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request->source_size_bytes));
    Set(CURLOPT_READDATA, this);
    Set(
        CURLOPT_READFUNCTION, +[](char* out, std::size_t size, std::size_t count, void* self) {
          return static_cast<State*>(self)->Send(
              {reinterpret_cast<std::uint8_t*>(out), size * count});
        });
    Set(CURLOPT_SEEKDATA, this);
    Set(
        CURLOPT_SEEKFUNCTION, +[](void* self, curl_off_t offset, int origin) -> int {
          if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
          static_cast<State*>(self)->sent_bytes = static_cast<std::uint64_t>(offset);
          return CURL_SEEKFUNC_OK;
        });
  } else if (method != "GET" && method != "HEAD") {
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request->body.size()));
    Set(CURLOPT_POSTFIELDS, request->body.c_str());
  }
}

void HttpHandle::State::SetHeaders(const HttpOptions& options, List& list) {
  for (const auto& [name, value] : request->headers.fields()) Append(list, name + ": " + value);
  const bool has_body = !request->body.empty() || request->source;
  Append(list, has_body && !request->content_type.empty()
                   ? "Content-Type: " + request->content_type
                   : "Content-Type:");  // libcurl would name one of its own
  if (!options.token.empty()) Append(list, "Authorization: Bearer " + options.token);
  Set(CURLOPT_HTTPHEADER, list.get());
}

void HttpHandle::State::SetUp(const HttpOptions& options, const std::string& url) {
  ::curl_easy_reset(curl);  // keeps the connections
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_URL, url.c_str());
  Set(CURLOPT_PATH_AS_IS, 1L);
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http,https");
  Set(CURLOPT_FOLLOWLOCATION, options.follows_redirects ? 1L : 0L);
  Set(CURLOPT_MAXREDIRS, 5L);
  Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_USERAGENT, ("banyan/" + std::string(Version())).c_str());
  Set(CURLOPT_TCP_KEEPALIVE, 1L);
  // Refused as long as curl keeps the last buffer, which it does when a name was not resolved: then
  // that one serves.
  static_cast<void>(::curl_easy_setopt(
      curl, CURLOPT_BUFFERSIZE, static_cast<long>(world.rate_limit.StepBytes(kBufferBytes))));
  Set(CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(kBufferBytes));
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout_ms));
  const auto silence_ms = request->silence_ms > 0 ? request->silence_ms : options.silence_ms;
  Set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options.min_bytes_per_s));
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(request->deadline_ms));
  Set(CURLOPT_LOW_SPEED_TIME, static_cast<long>((silence_ms + 999) / 1000));
  if (!options.ca_file.empty()) Set(CURLOPT_CAINFO, options.ca_file.c_str());
  if (options.bypass_proxy) Set(CURLOPT_NOPROXY, "*");
  may_connect = options.may_connect;
  forbidden.clear();
  Set(CURLOPT_OPENSOCKETDATA, this);
  Set(
      CURLOPT_OPENSOCKETFUNCTION, +[](void* self, curlsocktype, curl_sockaddr* address) {
        return static_cast<curl_socket_t>(static_cast<State*>(self)->Open(*address));
      });
  if (!range.empty()) Set(CURLOPT_RANGE, range.c_str());
  Set(CURLOPT_WRITEDATA, this);
  Set(
      CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t size, std::size_t count, void* self) {
        const std::size_t bytes = size * count;
        return static_cast<State*>(self)->Receive(AsBytes({data, bytes})) ? bytes : std::size_t{0};
      });
  Set(CURLOPT_HEADERDATA, this);
  Set(
      CURLOPT_HEADERFUNCTION, +[](char* data, std::size_t size, std::size_t count, void* self) {
        static_cast<State*>(self)->ReceiveHeader({data, size * count});
        return size * count;
      });
  Set(CURLOPT_NOPROGRESS, 0L);
  Set(CURLOPT_XFERINFODATA, this);
  Set(
      CURLOPT_XFERINFOFUNCTION,
      +[](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> int {
        return static_cast<State*>(self)->world.is_cancelled ? 1 : 0;
      });
}

HttpOutcome HttpHandle::State::Finish(CURLcode code, const char* detail, bool is_encrypted) {
  if (code == CURLE_OK && !outcome.stop) {
    outcome.answer.status = Status();
    if (CheckRange()) return std::move(outcome);
  }
  if (code == CURLE_ABORTED_BY_CALLBACK && !outcome.stop) {
    outcome.stop = Error(Errc::Cancelled, "interrupted");
  }
  long request_bytes = 0;
  ::curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request_bytes);
  outcome.end = outcome.stop ? HttpOutcome::End::Stopped : EndOf(code);
  // A time that ran out before anything was sent is no silence of the node.
  const bool was_sent = request_bytes > 0;
  if (code == CURLE_OPERATION_TIMEDOUT && !outcome.stop && !was_sent) {
    outcome.end = HttpOutcome::End::Unreached;
  }
  if (code == CURLE_COULDNT_CONNECT && !forbidden.empty()) {
    outcome.problem = forbidden;
    return std::move(outcome);
  }
  outcome.problem = std::string(*detail != '\0' ? detail : ::curl_easy_strerror(code)) +
                    HintFor(code, is_encrypted);
  return std::move(outcome);
}

HttpHandle::HttpHandle(const World& world)
    : state_(new State{world, ::curl_easy_init(), nullptr, {}, "", "", 0, {}}) {
  ENSURE(state_->curl != nullptr);
}

HttpHandle::~HttpHandle() { ::curl_easy_cleanup(state_->curl); }

HttpOutcome HttpHandle::Exchange(const HttpOptions& options, const std::string& url,
                                 const ApiRequest& request, const Resumption& resumption) {
  state_->request = &request;
  state_->range = RangeText(request, resumption.skip_bytes);
  state_->sent_bytes = 0;
  state_->outcome = {};
  state_->SetUp(options, url);
  state_->SetBody();
  List headers;
  if (resumption.skip_bytes > 0 && !resumption.etag.empty()) {
    Append(headers, "If-Range: " + resumption.etag);
  }
  state_->SetHeaders(options, headers);
  std::array<char, CURL_ERROR_SIZE> detail{};
  state_->Set(CURLOPT_ERRORBUFFER, detail.data());
  const CURLcode code = ::curl_easy_perform(state_->curl);
  state_->Set(CURLOPT_ERRORBUFFER, nullptr);
  return state_->Finish(code, detail.data(), url.starts_with("https:"));
}

}  // namespace banyan::node
