#include "node/http/request_body.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace banyan::node {
namespace {

constexpr std::size_t kBufferBytes = 16u << 10;
constexpr int kGzipWindow = 15 + 16;  // as zlib says: 32 KiB, with the head of gzip

class PlainBody : public RequestBody {
 public:
  using RequestBody::RequestBody;
  Result<std::size_t> Read(std::span<std::uint8_t> out) override { return request_.ReadBody(out); }
};

class GzipBody : public RequestBody {
 public:
  explicit GzipBody(Request& request) : RequestBody(request) {
    ENSURE(inflateInit2(&stream_, kGzipWindow) == Z_OK);
  }
  ~GzipBody() override { inflateEnd(&stream_); }
  GzipBody(const GzipBody&) = delete;
  GzipBody& operator=(const GzipBody&) = delete;

  Result<std::size_t> Read(std::span<std::uint8_t> out) override {
    if (ended_ || out.empty()) return std::size_t{0};
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    while (stream_.avail_out == out.size() && !ended_) {
      if (stream_.avail_in == 0) TRY(Fill());
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        ended_ = true;
        TRY(RequireEnd());
      } else if (code != Z_OK) {
        return Error(Errc::Invalid, "the body is no gzip");
      }
    }
    return out.size() - stream_.avail_out;
  }

 private:
  Status Fill() {
    const auto size = TRY(request_.ReadBody(buffer_));
    if (size == 0) return Error(Errc::Invalid, "the body of gzip breaks off");
    stream_.next_in = buffer_.data();
    stream_.avail_in = static_cast<uInt>(size);
    return Ok();
  }
  Status RequireEnd() {
    const auto more = TRY(request_.ReadBody(buffer_));
    if (stream_.avail_in == 0 && more == 0) return Ok();
    return Error(Errc::Invalid, "there is more than gzip in the body");
  }

  z_stream stream_{};
  std::array<std::uint8_t, kBufferBytes> buffer_;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<RequestBody>> RequestBody::Open(Request& request) {
  const auto coding = request.headers.Joined("Content-Encoding");
  if (coding.empty() || EqualsIgnoreCase(coding, "identity")) {
    return std::unique_ptr<RequestBody>(std::make_unique<PlainBody>(request));
  }
  if (EqualsIgnoreCase(coding, "gzip") || EqualsIgnoreCase(coding, "x-gzip")) {
    return std::unique_ptr<RequestBody>(std::make_unique<GzipBody>(request));
  }
  return Error(Errc::Invalid, "a body may be coded with gzip, or not at all");
}

Result<std::string> RequestBody::ReadAll(std::size_t max_bytes) {
  std::string text;
  std::array<std::uint8_t, kBufferBytes> block;
  for (;;) {
    const auto size = TRY(Read(block));
    if (size == 0) return text;
    if (text.size() + size > max_bytes) {
      return Error(Errc::TooLarge,
                   "the request is larger than " + std::to_string(max_bytes) + " bytes");
    }
    if (text.size() + size > text.capacity()) {
      const auto room = std::min(std::max(2 * text.capacity(), kBufferBytes), max_bytes);
      TRY(request_.HoldMemory(room));
      text.reserve(room);
    }
    text += AsText(ByteView(block).first(size));
  }
}

}  // namespace banyan::node
