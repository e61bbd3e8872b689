#include "node/http/request_body.h"

#include <zlib.h>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

std::string Gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

// A body that comes in small pieces.
class Pieces : public BodySource {
 public:
  explicit Pieces(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> Read(std::span<std::uint8_t> out) override {
    const auto size = std::min({out.size(), text_.size() - at_, std::size_t{7}});
    text_.copy(reinterpret_cast<char*>(out.data()), size, at_);
    at_ += size;
    return size;
  }
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }

 private:
  const std::string text_;
  std::size_t at_ = 0;
};

Result<std::string> Read(const std::string& coding, const std::string& text,
                         std::size_t max_bytes = 1u << 20) {
  Pieces pieces(text);
  Request request;
  request.body = &pieces;
  if (!coding.empty()) request.headers.Add("Content-Encoding", coding);
  const auto body = TRY(RequestBody::Open(request));
  return body->ReadAll(max_bytes);
}

}  // namespace

TEST_CASE("BodiesAreReadPlainOrFromGzip") {
  const std::string text(50'000, 'x');
  CHECK(MUST(Read("", "plain")) == "plain");
  CHECK(MUST(Read("identity", "plain")) == "plain");
  CHECK(MUST(Read("gzip", Gzip(text))) == text);
  CHECK(MUST(Read("X-GZIP", Gzip(""))).empty());
}

TEST_CASE("OtherCodingsAndBrokenBodiesAreRefused") {
  const auto coded = Gzip("some text");
  MUST_FAIL(Read("br", "x"), Errc::Invalid);
  MUST_FAIL(Read("gzip, gzip", Gzip(coded)), Errc::Invalid);
  MUST_FAIL(Read("gzip", "no gzip at all"), Errc::Invalid);
  MUST_FAIL(Read("gzip", ""), Errc::Invalid);
  MUST_FAIL(Read("gzip", coded.substr(0, coded.size() - 3)), Errc::Invalid);
  MUST_FAIL(Read("gzip", coded + "more"), Errc::Invalid);
}

TEST_CASE("WhatABodyUnfoldsToIsBounded") {
  MUST_FAIL(Read("gzip", Gzip(std::string(2u << 20, 'x'))), Errc::TooLarge);
  MUST_FAIL(Read("", std::string(100, 'x'), 99), Errc::TooLarge);
}
