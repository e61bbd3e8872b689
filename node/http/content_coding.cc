#include "node/http/content_coding.h"

#include <zstd.h>

#include <algorithm>
#include <array>

#include "storage/base/check.h"

namespace banyan::node {
namespace {

constexpr int kLevel = 1;
constexpr int kMaxWindowLog = 23;
constexpr std::size_t kMinBytes = 512;  // shorter ones are left as they are
constexpr std::size_t kStepBytes = 128u << 10;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ::ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
};

std::string_view Trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Calls `visit` with each item between separators, until it returns true; whether one did.
template <typename Visit>
bool AnyItem(std::string_view list, char separator, const Visit& visit) {
  while (!list.empty()) {
    const auto end = std::min(list.find(separator), list.size());
    if (visit(Trim(list.substr(0, end)))) return true;
    list.remove_prefix(std::min(list.size(), end + 1));
  }
  return false;
}

bool IsRefusal(std::string_view parameter) {
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
  return parameter.find_first_not_of("0.", 2) == parameter.npos;
}

// What the inner sink gets is the frame of what is written here.
class CodedSink final : public BodySink {
 public:
  explicit CodedSink(BodySink& sink) : sink_(sink), context_(::ZSTD_createCCtx()) {
    ENSURE(context_ != nullptr);
    ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel);
  }
  Status Write(ByteView data) override { return Code(data, ZSTD_e_continue); }
  Status Flush() override { return Code({}, ZSTD_e_flush); }
  Status End() { return Code({}, ZSTD_e_end); }

 private:
  Status Code(ByteView data, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{data.data(), data.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      left = ::ZSTD_compressStream2(context_.get(), &out, &in, directive);
      ENSURE(!::ZSTD_isError(left));
      TRY(sink_.Write(ByteView(buffer_).first(out.pos)));
    } while (directive == ZSTD_e_continue ? in.pos < in.size : left > 0);
    return directive == ZSTD_e_continue ? Ok() : sink_.Flush();
  }

  BodySink& sink_;
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context_;
  std::array<std::uint8_t, 16u << 10> buffer_;
};

class CodedBody final : public BodyProducer {
 public:
  explicit CodedBody(std::unique_ptr<BodyProducer> inner) : inner_(std::move(inner)) {}
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }
  Status Write(BodySink& sink) override {
    CodedSink coded(sink);
    TRY(inner_->Write(coded));
    return coded.End();
  }

 private:
  const std::unique_ptr<BodyProducer> inner_;
};

std::string Compress(std::string_view body) {
  std::string frame(::ZSTD_compressBound(body.size()), '\0');
  const auto size = ::ZSTD_compress(frame.data(), frame.size(), body.data(), body.size(), kLevel);
  ENSURE(!::ZSTD_isError(size));
  frame.resize(size);
  return frame;
}

Error NotAFrame() { return Error(Errc::Invalid, "its body is not one zstd frame"); }

// The frame may be followed by nothing.
Result<std::string> Decompress(std::string_view frame, std::size_t max_bytes) {
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(::ZSTD_createDCtx());
  ENSURE(context != nullptr);
  ::ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  std::string body;
  ZSTD_inBuffer in{frame.data(), frame.size(), 0};
  for (;;) {
    const auto had = body.size();
    body.resize(had + std::min(kStepBytes, max_bytes + 1 - had));
    ZSTD_outBuffer out{body.data(), body.size(), had};
    const auto left = ::ZSTD_decompressStream(context.get(), &out, &in);
    if (::ZSTD_isError(left)) return NotAFrame();
    body.resize(out.pos);
    if (body.size() > max_bytes) {
      return Error(Errc::TooLarge, "it sends more than " + std::to_string(max_bytes) + " bytes");
    }
    if (left == 0) break;
    if (in.pos == in.size && out.pos < out.size) return NotAFrame();  // it ends too early
  }
  if (in.pos != in.size) return NotAFrame();
  return body;
}

}  // namespace

bool TakesZstd(std::string_view accepted) {
  return AnyItem(accepted, ',', [](std::string_view item) {
    const auto name = Trim(item.substr(0, item.find(';')));
    const auto parameters = item.substr(std::min(item.find(';'), item.size()));
    return EqualsIgnoreCase(name, "zstd") && !AnyItem(parameters, ';', IsRefusal);
  });
}

void CodeBody(const Request& request, Response& response) {
  response.headers.Add("Vary", "Accept-Encoding");
  if (response.status != 200 || !TakesZstd(request.headers.Joined("Accept-Encoding"))) return;
  if (response.producer) {
    if (response.producer->size_bytes()) return;
    response.producer = std::make_unique<CodedBody>(std::move(response.producer));
  } else {
    if (response.body.size() < kMinBytes) return;
    auto coded = Compress(response.body);
    if (coded.size() >= response.body.size()) return;
    response.body = std::move(coded);
  }
  response.headers.Set("Content-Encoding", "zstd");
}

Result<std::string> DecodeBody(const HeaderList& headers, std::string body, std::size_t max_bytes) {
  const auto coding = headers.Find("Content-Encoding");
  if (!coding || coding->empty() || EqualsIgnoreCase(*coding, "identity")) return body;
  if (EqualsIgnoreCase(*coding, "zstd")) return Decompress(body, max_bytes);
  return Error(Errc::Invalid, "its body is coded in another way than was asked for");
}

}  // namespace banyan::node
