#include "node/file_answer.h"

#include <algorithm>
#include <array>

#include "node/http/conditional.h"
#include "node/http/http_error.h"
#include "node/http/uri.h"

namespace banyan::node {
namespace {

class StoredBody : public BodyProducer {
 public:
  StoredBody(Metrics& metrics, std::unique_ptr<storage::FileReader> reader,
             const ByteSelection& part, bool allow_mapped)
      : metrics_(metrics), reader_(std::move(reader)), part_(part), allow_mapped_(allow_mapped) {}

  std::optional<std::uint64_t> size_bytes() const override { return part_.size_bytes; }
  Status Write(BodySink& sink) override {
    metrics_.Add(Counter::FilesServed);
    return reader_->Stream(part_.offset, part_.size_bytes, allow_mapped_,
                           [&](ByteView slice) -> Status {
                             TRY(sink.Write(slice));
                             metrics_.Add(Counter::FileBytesServed, slice.size());
                             return Ok();
                           });
  }

 private:
  Metrics& metrics_;
  const std::unique_ptr<storage::FileReader> reader_;
  const ByteSelection part_;
  const bool allow_mapped_;
};

// Of content that is not here: HEAD never writes it.
class SizeOnly : public BodyProducer {
 public:
  explicit SizeOnly(std::uint64_t size_bytes) : size_bytes_(size_bytes) {}
  std::optional<std::uint64_t> size_bytes() const override { return size_bytes_; }
  Status Write(BodySink&) override {
    return Error(Errc::Unavailable, "this content is not held here");
  }

 private:
  const std::uint64_t size_bytes_;
};

struct MediaType {
  std::string_view extension;
  std::string_view type;
};
// Only types in which a browser runs nothing.
constexpr auto kPassive = std::to_array<MediaType>({
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"ogg", "audio/ogg"},
    {"opus", "audio/ogg"},
    {"png", "image/png"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webp", "image/webp"},
});

std::string_view TypeOf(std::string_view path, bool as_text) {
  const auto dot = path.rfind('.');
  const auto extension = dot == path.npos ? std::string_view() : path.substr(dot + 1);
  for (const auto& [known, type] : kPassive) {
    if (EqualsIgnoreCase(extension, known)) return type;
  }
  return as_text ? "text/plain; charset=utf-8" : "application/octet-stream";
}

}  // namespace

void SetFileHeaders(Response& response, std::string_view path, bool as_text) {
  response.headers.Set("Content-Type", TypeOf(path, as_text));
  response.headers.Set("Content-Security-Policy", "sandbox; default-src 'none'");
  response.headers.Set("X-Content-Type-Options", "nosniff");
}

std::string ContentDisposition(std::string_view path, bool attachment) {
  const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  std::string plain = HeaderSafe(name);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c == '"' || c == '\\'; }, '_');
  return std::string(attachment ? "attachment" : "inline") + "; filename=\"" + plain +
         "\"; filename*=UTF-8''" + PercentEncode(name);
}

void AnswerContent(Hub& hub, const Request& request, Response& response,
                   const storage::FileContent& file, const std::string& etag) {
  const auto part = SelectBytes(request, "\"" + etag + "\"", file.size_bytes, response);
  if (!part) return;
  auto reader = hub.content.OpenFile(file);
  if (!reader) return Fail(response, reader.error());
  response.producer = std::make_unique<StoredBody>(hub.metrics, *std::move(reader), *part,
                                                   /*allow_mapped=*/!request.is_tls);
}

void AnswerSize(const Request& request, Response& response, std::uint64_t size_bytes,
                const std::string& etag) {
  const auto part = SelectBytes(request, "\"" + etag + "\"", size_bytes, response);
  if (part) response.producer = std::make_unique<SizeOnly>(part->size_bytes);
}

}  // namespace banyan::node
