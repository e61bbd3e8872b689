#pragma once
// A request to a node and its answer.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "node/http/http_types.h"
#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan::node {

struct ByteRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> last;  // inclusive; nullopt: to the end
};

struct ApiRequest {
  // Fills `out` with the body's bytes from `offset`, at least one before its end; asked again from
  // an earlier offset when a request is repeated.
  using BodySource =
      std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::uint8_t> out)>;
  // Takes the next bytes of a successful answer. Each byte comes once, whatever was repeated.
  using BodySink = std::function<Status(ByteView bytes)>;

  std::string method = "GET";
  std::string path;  // "/api/...", percent-encoded, with its query
  HeaderList headers;
  std::string content_type;  // of the body
  std::string body;
  BodySource source;  // instead of `body`
  std::uint64_t source_size_bytes = 0;

  BodySink sink;  // else the answer's body is kept, up to 64 MiB
  std::optional<ByteRange> range;

  // Sending it twice does no more than sending it once. Always so for GET, HEAD, PUT and DELETE.
  bool repeatable = false;
  // A status that is no failure here, beside those below 300; its answer is kept up to 64 KiB.
  int also_expected = 0;
  // How long the node may stay silent before the connection counts as dead; 0: the client's
  // default. More for what makes a node think.
  std::int64_t silence_ms = 0;
  // How long all of it may take; 0: as long as bytes move.
  std::int64_t deadline_ms = 0;
};

struct ApiAnswer {
  int status = 0;
  HeaderList headers;
  std::string body;       // empty when a sink took it
  std::string signed_as;  // Signature of the request as it was sent; empty: it had none
};

}  // namespace banyan::node
