#pragma once
// A request and its answer as routes see them; the HTTP library appears in neither.
// A handler runs on a thread of its own, may block, and keeps nothing after it returns.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "federation/format/node_id.h"
#include "node/http/memory_budget.h"
#include "storage/base/bytes.h"
#include "storage/base/json_fwd.h"
#include "storage/base/result.h"
#include "storage/catalog/caller.h"

namespace banyan::node {

// Header fields in order; names compare without case.
class HeaderList {
 public:
  using Field = std::pair<std::string, std::string>;

  void Add(std::string_view name, std::string_view value);
  // Replaces every field of that name.
  void Set(std::string_view name, std::string_view value);
  void Remove(std::string_view name);
  bool Has(std::string_view name) const { return Find(name).has_value(); }
  // The first field's value; valid until the list changes.
  std::optional<std::string_view> Find(std::string_view name) const;
  // All fields of a list header (If-None-Match, Accept) joined by ", "; empty when absent.
  std::string Joined(std::string_view name) const;
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

// ASCII case-insensitive equality, for header names and tokens.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// `a=b%20c`: names are decoded, values kept in both forms. Decoded text is valid UTF-8 without
// NUL, here and in PathParam: a request that is not so never reaches a handler.
struct QueryParam {
  std::string name;
  std::string raw_value;
  std::string value;
};

// What a `:name` or `*name` of a route's pattern matched. The path is split at "/" first and
// decoded after, so a value may contain "/" that was sent as %2F.
struct PathParam {
  std::string name;
  std::string raw_value;
  std::string value;
};

// The body as it arrives. Read blocks until some bytes are there, a deadline passes
// (Unavailable), or the client breaks off (Cancelled); 0 bytes means the end. A malformed
// chunked body is Invalid. After an error every further Read fails.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual Result<std::size_t> Read(std::span<std::uint8_t> out) = 0;
  // What the client announced; nullopt for a chunked body. No body is 0.
  virtual std::optional<std::uint64_t> size_bytes() const = 0;
  // The client has closed its side: nobody waits for the answer.
  virtual bool ClientIsGone() const { return false; }
};

struct Request {
  std::string method;  // GET HEAD POST PUT DELETE PATCH OPTIONS
  std::string target;  // path and query as sent; may hold secrets: never log it
  std::string path;    // still percent-encoded, begins with "/"
  std::vector<QueryParam> query;
  std::vector<PathParam> params;  // set by the Router
  HeaderList headers;
  std::string peer_address;  // numeric, of the TCP peer
  std::uint16_t peer_port = 0;
  bool is_tls = false;
  std::string id;          // sent back as X-Request-Id; at most 128 harmless characters
  storage::Caller caller;  // set before routing (node/front.h), as are these:
  std::optional<federation::NodeId> caller_node;  // who signed it, if that node has a part here
  bool is_reader = false;                         // which the policy names as a reader
  std::string signature_problem;                  // why the signature of such a node does not count

  // The decoded value of a path parameter that the pattern of this route names.
  const std::string& Param(std::string_view name) const;
  // The first decoded value of that name.
  std::optional<std::string_view> Query(std::string_view name) const;
  // True for "true", "True", "1"; false for "false", "False", "0" or no value; else `fallback`.
  bool QueryFlag(std::string_view name, bool fallback = false) const;

  // The most that ReadBody may deliver in all; routes declare it through the Router.
  // Past it, or when the client announces more, reads fail with TooLarge (answer 413).
  void LimitBody(std::uint64_t max_bytes) { body_limit_bytes_ = max_bytes; }
  // The next bytes, 0 at the end; errors as BodySource and LimitBody say. The first call is what
  // sends "100 Continue" to a client that waits for it.
  Result<std::size_t> ReadBody(std::span<std::uint8_t> out);
  // The whole body, at most the smaller of `max_bytes` and the declared limit. Holds memory for
  // `times` its size: what the caller makes of it is in memory too.
  Result<std::string> ReadAll(std::uint64_t max_bytes, std::uint64_t times = 1);
  // From now on, to its end, this request takes so many bytes of memory for its body and what is
  // made of it; Unavailable when there was no room for them in time (memory_budget.h).
  Status HoldMemory(std::uint64_t bytes);
  std::uint64_t held_memory_bytes() const { return memory == nullptr ? 0 : memory->bytes(); }
  std::optional<std::uint64_t> body_size_bytes() const;
  // Cancelled when the client is gone, or the server has stopped waiting for its requests: asked
  // now and then by work that takes long.
  Status RequireClient() const;

  // Set by the server (or a test) and borrowed for the life of the request; nullptr = no body.
  BodySource* body = nullptr;
  // Set by the front; nullptr: it may take any.
  std::shared_ptr<MemoryBudget::Hold> memory;

 private:
  std::uint64_t body_limit_bytes_ = kDefaultBodyLimitBytes;
  std::uint64_t body_read_bytes_ = 0;

 public:
  static constexpr std::uint64_t kDefaultBodyLimitBytes = 1u << 20;
};

// Where a BodyProducer writes. Write returns when the bytes may be reused; it blocks on a slow
// client, and fails with Cancelled when the client is gone or slower than the server's minimum
// rate: the producer then returns that error. Long writes go to the socket without a copy; short
// ones are gathered, and Flush pushes them out.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual Status Write(ByteView data) = 0;
  virtual Status Flush() = 0;
};

// A body that is made while it is sent. An error, or fewer bytes than announced, closes the
// connection so that the client sees a broken transfer.
class BodyProducer {
 public:
  virtual ~BodyProducer() = default;
  // The Content-Length; nullopt sends the body chunked.
  virtual std::optional<std::uint64_t> size_bytes() const = 0;
  // Called at most once; not for HEAD.
  virtual Status Write(BodySink& sink) = 0;
};

// The answer: `producer` if set, else `body`. The server adds Content-Length, Date, Connection
// and X-Request-Id, and leaves the body out for HEAD, 204 and 304. Control characters in header
// values become spaces.
struct Response {
  int status = 200;
  HeaderList headers;
  std::string body;
  std::unique_ptr<BodyProducer> producer;

  void SetText(std::string_view content_type, std::string text);
  void SetJson(const Json& value);
};

// `bytes` straight from a memory mapping; `owner` keeps the mapping alive until sent.
std::unique_ptr<BodyProducer> MappedBody(ByteView bytes, std::shared_ptr<const void> owner);

}  // namespace banyan::node
