// Reading by hash: outline, section and data of a file, nodes of a manifest.

#include <charconv>
#include <set>

#include "federation/mirror_state.h"
#include "federation/open_objects.h"
#include "federation/transfer/object_list.h"
#include "node/content_api.h"
#include "node/http/conditional.h"
#include "node/http/content_coding.h"
#include "node/hub_answer.h"
#include "storage/base/logging.h"
#include "storage/content/outline.h"
#include "storage/history/history.h"

namespace banyan::node {
namespace {

using storage::Connection;

constexpr std::size_t kRememberedFiles = 128;
constexpr std::string_view kBinary = "application/octet-stream";
// What is named by its hash never changes; a private answer stays out of shared caches.
constexpr std::string_view kImmutable = "private, max-age=31536000, immutable";

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

// Public objects: u32 length and bytes of each, in the order asked for, read as they are sent.
class ObjectsBody final : public BodyProducer {
 public:
  ObjectsBody(storage::LocalContentStore& store, std::vector<Sha256> ids)
      : store_(store), ids_(std::move(ids)) {}
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }
  Status Write(BodySink& sink) override {
    std::uint64_t sent_bytes = 0;
    for (const auto& id : ids_) {
      const auto object = TRY(Read(id));
      if (sent_bytes > 0 && sent_bytes + object.size() > federation::kMaxObjectsBytes) break;
      TRY(sink.Write(object));
      sent_bytes += object.size();
    }
    return sink.Flush();
  }

 private:
  // A connection to the catalog is not held while the client is slow.
  Result<Bytes> Read(const Sha256& id) {
    auto connection = TRY(store_.core().database.Read());
    const auto object = federation::ReadOpenObject(*connection, store_, id);
    if (object) return federation::EncodeObject(*object);
    const auto code = object.error().code();
    if (code == Errc::Unavailable) return object.error();
    if (code != Errc::NotFound && code != Errc::TooLarge) {  // the others can still be had
      log::Error("node", "event=object_failed id={} error=\"{}\"", id.ToString(),
                 object.error().message());
    }
    return federation::EncodeObject(std::nullopt);
  }

  storage::LocalContentStore& store_;
  const std::vector<Sha256> ids_;
};

void AnswerBytes(const Request& request, std::string_view etag, Bytes bytes, Response& response) {
  response.headers.Set("Cache-Control", kImmutable);
  response.headers.Set("Content-Type", kBinary);
  if (const auto range = SelectBytes(request, etag, bytes.size(), response)) {
    response.body = std::string(AsText(ByteView(bytes).subspan(range->offset, range->size_bytes)));
  }
}

Result<std::size_t> SectionIndex(const Request& request) {
  const std::string& text = request.Param("index");
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Error(Errc::Invalid, "section: expected a number");
  }
  return index;
}

std::string Etag(std::string_view kind, const std::string& name) {
  return "\"" + std::string(kind) + "-" + name + "\"";
}

}  // namespace

Result<ContentApi::SectionsPtr> ContentApi::ReadableSections(const Request& request) {
  const FileHash hash = TRY(FileHash::Parse(request.Param("hash")));
  auto connection = TRY(store_.core().database.Read());
  const auto file = TRY(storage::FindReadableFile(*connection, request.caller, hash));
  {
    MutexLock lock(mutex_);
    const auto found = sections_.find(hash);
    if (found != sections_.end() && found->second->recipe() == file.recipe) return found->second;
  }
  SectionsPtr sections = TRY(storage::FileSections::Load(store_, file));
  MutexLock lock(mutex_);
  if (sections_.insert_or_assign(hash, sections).second) recent_.push_front(hash);
  if (recent_.size() > kRememberedFiles) {
    sections_.erase(recent_.back());
    recent_.pop_back();
  }
  return sections;
}

Status ContentApi::GetOutline(Request& request, Response& response) {
  const auto sections = TRY(ReadableSections(request));
  AnswerBytes(request, Etag("outline", request.Param("hash")),
              storage::EncodeOutline(sections->outline()), response);
  return Ok();
}

Status ContentApi::GetSection(Request& request, Response& response) {
  const auto sections = TRY(ReadableSections(request));
  const std::size_t index = TRY(SectionIndex(request));
  const auto chunks = TRY(sections->Section(index));
  AnswerBytes(request, Etag("section" + std::to_string(index), request.Param("hash")),
              storage::EncodeChunkList(chunks), response);
  return Ok();
}

// Stored lengths may differ after collection moved a chunk, so the ETag names them too: a client
// that resumes with If-Range never mixes two tables.
Status ContentApi::GetData(Request& request, Response& response) {
  const auto sections = TRY(ReadableSections(request));
  const std::size_t index = TRY(SectionIndex(request));
  const auto accepted = TRY(storage::ParseEncodingSet(request.Query("encodings").value_or("0")));
  auto data = TRY(sections->Data(index, accepted));
  response.headers.Set("Cache-Control", kImmutable);
  response.headers.Set("Content-Type", kBinary);
  const std::string etag =
      Etag("data" + std::to_string(index), request.Param("hash") + "-" + data->TableDigest());
  const std::uint64_t size = data->SizeBytes();
  if (const auto range = SelectBytes(request, etag, size, response)) {
    response.producer = std::make_unique<SectionBody>(std::move(data), *range, !request.is_tls);
  }
  return Ok();
}

// One bit a section, lowest first: all of a file is held, or it is not shown at all.
Status ContentApi::GetHave(Request& request, Response& response) {
  const auto sections = TRY(ReadableSections(request));
  const std::size_t count = sections->outline().sections.size();
  std::string bits((count + 7) / 8, '\xff');
  if (count % 8 != 0) bits.back() = static_cast<char>((1 << count % 8) - 1);
  response.headers.Set("Cache-Control", "no-cache");
  response.SetText(kBinary, bits);
  return Ok();
}

// Of a manifest whose files are for everybody; any other is as absent.
Status ContentApi::GetHoldings(Request& request, Response& response) {
  const Sha256 manifest = TRY(Sha256::Parse(request.Param("manifest")));
  auto connection = TRY(store_.core().database.Read());
  const auto repository = TRY(federation::FindOpenRepository(*connection, manifest));
  if (!repository) return Error(Errc::NotFound, "manifest not found");
  auto history = TRY(storage::History::Open(*connection, store_, *repository));
  const auto holdings =
      TRY(federation::CountHoldings(*connection, history->nodes(), *repository, manifest));
  response.headers.Set("Cache-Control", "no-cache");
  response.SetJson({{"manifest", "sha256:" + manifest.ToString()},
                    {"files", holdings.files},
                    {"bytes", holdings.bytes},
                    {"held_files", holdings.held_files},
                    {"held_bytes", holdings.held_bytes}});
  return Ok();
}

// What a public card reaches is for everybody; else the caller must be able to read the root.
Status ContentApi::GetObject(Request& request, Response& response) {
  const Sha256 id = TRY(Sha256::Parse(request.Param("id")));
  const auto root_text = request.Query("root");
  const Sha256 root = root_text ? TRY(Sha256::Parse(*root_text)) : id;
  auto connection = TRY(store_.core().database.Read());
  auto object = federation::ReadOpenObject(*connection, store_, id);
  if (!object && object.error().code() == Errc::NotFound) {
    object = objects_.Find(*connection, request.caller, root, id);
  }
  AnswerBytes(request, Etag("object", id.ToString()), TRY(std::move(object)), response);
  return Ok();
}

Status ContentApi::PostObjects(Request& request, Response& response) {
  const std::string body = TRY(request.ReadAll(federation::kMaxObjectsAsked * Sha256::kSize));
  std::vector<Sha256> ids;
  for (ByteView left = AsBytes(body); left.size() >= Sha256::kSize;) {
    ids.push_back(Sha256::FromRaw(left.first(Sha256::kSize)));
    left = left.subspan(Sha256::kSize);
  }
  const std::set<Sha256> distinct(ids.begin(), ids.end());
  if (ids.empty() || body.size() % Sha256::kSize != 0 || distinct.size() != ids.size()) {
    return Error(Errc::Invalid, "expected 1 to 1,024 different SHA-256 digests of 32 bytes each");
  }
  response.headers.Set("Cache-Control", "no-store");
  response.headers.Set("Content-Type", kBinary);
  response.producer = std::make_unique<ObjectsBody>(store_, std::move(ids));
  CodeBody(request, response);
  return Ok();
}

Status ContentApi::GetRevision(const Repository& repository, Request& request, Response& response) {
  const auto read = [&](Connection& connection) -> Status {
    auto history = TRY(storage::History::Open(connection, store_, repository.row));
    const auto resolved = TRY(history->Resolve(request.Param("rev")));
    response.SetJson({{"repository", repository.uid.ToString()},
                      {"id", repository.id.Path()},
                      {"commit", resolved.revision.commit.ToString()},
                      {"ref", resolved.ref},
                      {"manifest", resolved.revision.manifest.ToString()},
                      {"files", resolved.revision.files},
                      {"bytes", resolved.revision.bytes},
                      {"licence", repository.licence},
                      {"private", repository.is_private}});
    return Ok();
  };
  const auto status = store_.core().database.Snapshot(read);
  if (status || status.error().code() != Errc::NotFound) return status;
  AnswerNoRevision(response);
  return Ok();
}

}  // namespace banyan::node
