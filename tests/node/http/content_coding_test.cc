#include "node/http/content_coding.h"

#include <zstd.h>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::size_t kLimit = 1u << 20;

std::string Text(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "line " + std::to_string(text.size() % 977) + "\n";
  text.resize(bytes);
  return text;
}

HeaderList Coding(const std::string& name) {
  HeaderList headers;
  headers.Add("Content-Encoding", name);
  return headers;
}

std::string Frame(const std::string& text, int window_log = 17) {
  auto* context = ::ZSTD_createCCtx();
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string frame(::ZSTD_compressBound(text.size()), '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  ::ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);  // whose size is not known yet
  while (::ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) != 0) {
  }
  ::ZSTD_freeCCtx(context);
  frame.resize(out.pos);
  return frame;
}

Request Asking(const std::string& accepted) {
  Request request;
  request.headers.Add("Accept-Encoding", accepted);
  return request;
}

// Gives its text in pieces.
class Pieces final : public BodyProducer {
 public:
  explicit Pieces(std::string text) : text_(std::move(text)) {}
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }
  Status Write(BodySink& sink) override {
    for (std::size_t at = 0; at < text_.size(); at += 1000) {
      TRY(sink.Write(AsBytes(std::string_view(text_).substr(at, 1000))));
    }
    return sink.Flush();
  }

 private:
  const std::string text_;
};

class Collector final : public BodySink {
 public:
  Status Write(ByteView data) override {
    text += AsText(data);
    return Ok();
  }
  Status Flush() override { return Ok(); }
  std::string text;
};

}  // namespace

TEST_CASE("AClientSaysThatItTakesZstd") {
  for (const auto* list : {"zstd", "gzip, zstd", "br;q=1.0, ZSTD;q=0.5", "zstd ; q=1"}) {
    CHECK(TakesZstd(list));
  }
  for (const auto* list : {"", "gzip", "zstd;q=0", "zstd; q=0.000", "xzstd", "*", "identity"}) {
    CHECK_FALSE(TakesZstd(list));
  }
}

TEST_CASE("ABodyIsCodedForWhoTakesItAndDecodedAgain") {
  const auto text = Text(100'000);
  Response response;
  response.body = text;
  CodeBody(Asking("zstd"), response);
  CHECK(response.headers.Find("Content-Encoding") == "zstd");
  CHECK(response.headers.Find("Vary") == "Accept-Encoding");
  CHECK(response.body.size() < text.size() / 2);
  CHECK(MUST(DecodeBody(response.headers, response.body, kLimit)) == text);
}

TEST_CASE("OthersGetTheBodyAsItIs") {
  Response response;
  response.body = Text(100'000);
  SECTION("no zstd") { CodeBody(Asking("gzip"), response); }
  SECTION("an error") {
    response.status = 404;
    CodeBody(Asking("zstd"), response);
  }
  SECTION("a short one") {
    response.body = Text(100);
    CodeBody(Asking("zstd"), response);
  }
  CHECK_FALSE(response.headers.Has("Content-Encoding"));
  CHECK(response.headers.Find("Vary") == "Accept-Encoding");
  CHECK(MUST(DecodeBody(response.headers, response.body, kLimit)) == response.body);
}

TEST_CASE("WhatIsMadeWhileItIsSentIsCodedAsItComes") {
  const auto text = Text(300'000);
  Response response;
  response.producer = std::make_unique<Pieces>(text);
  CodeBody(Asking("zstd"), response);
  CHECK_FALSE(response.producer->size_bytes());
  Collector sent;
  MUST(response.producer->Write(sent));
  CHECK(sent.text.size() < text.size() / 2);
  CHECK(MUST(DecodeBody(response.headers, sent.text, kLimit)) == text);
}

TEST_CASE("Attack07ADecompressionBombEndsAtTheLimit") {
  const auto bomb = Frame(std::string(256u << 20, 'a'));
  REQUIRE(bomb.size() < 64'000);
  MUST_FAIL(DecodeBody(Coding("zstd"), bomb, kLimit), Errc::TooLarge);
  const auto fits = Frame(std::string(kLimit, 'a'));
  CHECK(MUST(DecodeBody(Coding("zstd"), fits, kLimit)).size() == kLimit);
  MUST_FAIL(DecodeBody(Coding("zstd"), fits, kLimit - 1), Errc::TooLarge);
}

TEST_CASE("Attack07AWindowThatIsTooLargeIsRefused") {
  const auto text = Text(1000);
  CHECK(MUST(DecodeBody(Coding("zstd"), Frame(text, 23), kLimit)) == text);
  MUST_FAIL(DecodeBody(Coding("zstd"), Frame(text, 27), kLimit), Errc::Invalid);
}

TEST_CASE("Attack16WhatIsNotOneWholeFrameIsRefused") {
  const auto frame = Frame(Text(50'000));
  MUST_FAIL(DecodeBody(Coding("zstd"), frame.substr(0, frame.size() - 1), kLimit), Errc::Invalid);
  MUST_FAIL(DecodeBody(Coding("zstd"), frame + "x", kLimit), Errc::Invalid);
  MUST_FAIL(DecodeBody(Coding("zstd"), frame + frame, kLimit), Errc::Invalid);
  MUST_FAIL(DecodeBody(Coding("zstd"), "", kLimit), Errc::Invalid);
  MUST_FAIL(DecodeBody(Coding("zstd"), Text(100), kLimit), Errc::Invalid);
  MUST_FAIL(DecodeBody(Coding("gzip"), frame, kLimit), Errc::Invalid);
}
