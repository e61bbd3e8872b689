// Reading one file by hash: outline, sections, payloads, and what is held of it.

#include <charconv>

#include "node/content_api.h"
#include "node/http/conditional.h"
#include "node/http/content_coding.h"
#include "node/immutable_answer.h"
#include "storage/history/readable_content.h"

namespace banyan::node {
namespace {

class SectionBody final : public BodyProducer {
 public:
  SectionBody(std::unique_ptr<storage::SectionData> data, ByteSelection range, bool allow_mapped)
      : data_(std::move(data)), range_(range), allow_mapped_(allow_mapped) {}
  std::optional<std::uint64_t> size_bytes() const override { return range_.size_bytes; }
  Status Write(BodySink& sink) override {
    return data_->Stream(range_.offset, range_.size_bytes, allow_mapped_,
                         [&](ByteView slice) { return sink.Write(slice); });
  }

 private:
  std::unique_ptr<storage::SectionData> data_;
  const ByteSelection range_;
  const bool allow_mapped_;
};

Result<std::size_t> ParseNumber(std::string_view what, std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return Error(Errc::Invalid, std::string(what) + ": expected a number");
}

Result<std::size_t> SectionIndex(const Request& request) {
  return ParseNumber("section", request.Param("index"));
}

void AnswerBits(const Request& request, const Bytes& bits, Response& response) {
  response.headers.Set("Cache-Control", "no-cache");
  response.SetText(kBinary, std::string(AsText(bits)));
  CodeBody(request, response);
}

}  // namespace

Result<ContentApi::FilePtr> ContentApi::ReadableFile(const Request& request) {
  const FileHash hash = TRY(FileHash::Parse(request.Param("hash")));
  auto connection = TRY(store_.core().database.Read());
  const auto file = storage::FindReadableFile(*connection, request.caller, hash);
  if (file) return FilePtr(TRY(sections_.Load(*file)));
  if (file.error().code() != Errc::NotFound || options_.arriving == nullptr) return file.error();
  auto arriving = options_.arriving->Find(*connection, hash);
  if (arriving || arriving.error().code() != Errc::NotFound) return arriving;
  const auto entered = TRY(storage::FindReadableFile(*connection, request.caller, hash));
  return FilePtr(TRY(sections_.Load(entered)));  // just between the two looks
}

Status ContentApi::GetOutline(Request& request, Response& response) {
  const auto file = TRY(ReadableFile(request));
  AnswerImmutable(request, "outline-" + request.Param("hash"),
                  storage::EncodeOutline(file->outline()), response);
  return Ok();
}

Status ContentApi::GetSection(Request& request, Response& response) {
  const auto file = TRY(ReadableFile(request));
  const std::size_t index = TRY(SectionIndex(request));
  const auto chunks = TRY(file->Section(index));
  AnswerImmutable(request, "section" + std::to_string(index) + "-" + request.Param("hash"),
                  storage::EncodeChunkList(chunks), response);
  return Ok();
}

// Stored lengths may differ after collection moved a chunk, so the ETag names them too: a client
// that resumes with If-Range never mixes two tables.
Status ContentApi::GetData(Request& request, Response& response) {
  const auto file = TRY(ReadableFile(request));
  const std::size_t index = TRY(SectionIndex(request));
  const auto accepted = TRY(storage::ParseEncodingSet(request.Query("encodings").value_or("0")));
  auto data = TRY(file->Data(index, accepted));
  response.headers.Set("Cache-Control", kImmutable);
  response.headers.Set("Content-Type", kBinary);
  const std::string etag = "\"data" + std::to_string(index) + "-" + request.Param("hash") + "-" +
                           data->TableDigest() + "\"";
  const std::uint64_t size = data->SizeBytes();
  if (const auto range = SelectBytes(request, etag, size, response)) {
    response.producer = std::make_unique<SectionBody>(std::move(data), *range, !request.is_tls);
  }
  return Ok();
}

// A section is held when all of its chunks are.
Status ContentApi::GetHave(Request& request, Response& response) {
  const auto file = TRY(ReadableFile(request));
  const auto held = file->Held().here;
  storage::ChunkSet sections(file->outline().sections.size());
  std::size_t first = 0;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto count = static_cast<std::size_t>(file->outline().sections[i].chunk_count);
    if (held.Part(first, count).IsAll()) sections.Add(i);
    first += count;
  }
  AnswerBits(request, sections.Encode(), response);
  return Ok();
}

Status ContentApi::GetHeldChunks(Request& request, Response& response) {
  AnswerBits(request, TRY(ReadableFile(request))->Held().Encode(), response);
  return Ok();
}

// Its place in the section's data may change with each chunk that arrives, so it is no range of it.
Status ContentApi::GetRun(Request& request, Response& response) {
  const auto file = TRY(ReadableFile(request));
  const std::size_t index = TRY(SectionIndex(request));
  storage::ChunkRun run;
  run.first = TRY(ParseNumber("first", request.Query("first").value_or("")));
  run.end = TRY(ParseNumber("end", request.Query("end").value_or("")));
  const auto accepted = TRY(storage::ParseEncodingSet(request.Query("encodings").value_or("0")));
  auto data = TRY(file->Run(index, run, accepted));
  const ByteSelection all{0, data->SizeBytes()};
  response.producer = std::make_unique<SectionBody>(std::move(data), all, !request.is_tls);
  response.headers.Set("Cache-Control", "no-store");
  response.headers.Set("Content-Type", kBinary);
  return Ok();
}

}  // namespace banyan::node
