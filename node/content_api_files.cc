// Reading small files by hash, many at once.

#include <set>

#include "federation/transfer/object_list.h"
#include "federation/transfer/small_file.h"
#include "node/content_api.h"
#include "node/immutable_answer.h"
#include "storage/base/logging.h"
#include "storage/content/file_sections.h"

namespace banyan::node {
namespace {

// Each file as EncodeSmallFile gives it, read as they are sent.
class FilesBody final : public BodyProducer {
 public:
  struct Asked {
    storage::Caller caller;
    std::vector<FileHash> files;
    storage::EncodingSet accepted = storage::kRawOnly;
  };
  FilesBody(storage::LocalContentStore& store, Asked asked)
      : store_(store), asked_(std::move(asked)) {}
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }
  Status Write(BodySink& sink) override {
    std::uint64_t sent_bytes = 0;
    for (const auto& hash : asked_.files) {
      const auto file = Read(hash);
      if (!file && file.error().code() == Errc::Unavailable) return file.error();
      if (!file && file.error().code() != Errc::NotFound) {  // the others can still be had
        log::Error("node", "event=file_failed hash={} error=\"{}\"", hash.ToString(),
                   file.error().message());
      }
      const auto item =
          federation::EncodeObject(file ? std::optional<ByteView>(*file) : std::nullopt);
      if (sent_bytes > 0 && sent_bytes + item.size() > federation::kMaxObjectsBytes) break;
      TRY(sink.Write(item));
      sent_bytes += item.size();
    }
    return sink.Flush();
  }

 private:
  // A connection to the catalog is not held while the client is slow.
  Result<Bytes> Read(const FileHash& hash) {
    storage::FileContent file;
    {
      auto connection = TRY(store_.core().database.Read());
      file = TRY(storage::FindReadableFile(*connection, asked_.caller, hash));
    }
    const bool is_small = file.size_bytes > 0 && file.size_bytes <= federation::kSmallFileBytes;
    if (!is_small) return Error(Errc::NotFound, "not a small file");
    const auto sections = TRY(storage::FileSections::Load(store_, file));
    const auto data = TRY(sections->Data(0, asked_.accepted));
    Bytes bytes = storage::EncodeChunkList(TRY(sections->Section(0)));
    TRY(data->Stream(0, data->SizeBytes(), /*allow_mapped=*/false, [&](ByteView slice) {
      bytes.insert(bytes.end(), slice.begin(), slice.end());
      return Ok();
    }));
    return bytes;
  }

  storage::LocalContentStore& store_;
  const Asked asked_;
};

}  // namespace

Status ContentApi::PostFiles(Request& request, Response& response) {
  const std::string body = TRY(request.ReadAll(federation::kMaxFilesAsked * FileHash::kSize));
  FilesBody::Asked asked{request.caller, {}, storage::kRawOnly};
  asked.accepted = TRY(storage::ParseEncodingSet(request.Query("encodings").value_or("0")));
  for (ByteView left = AsBytes(body); left.size() >= FileHash::kSize;) {
    asked.files.push_back(FileHash::FromRaw(left.first(FileHash::kSize)));
    left = left.subspan(FileHash::kSize);
  }
  const std::set<FileHash> distinct(asked.files.begin(), asked.files.end());
  const bool is_whole = !distinct.empty() && body.size() % FileHash::kSize == 0;
  if (!is_whole || distinct.size() != asked.files.size()) {
    return Error(Errc::Invalid, "expected 1 to 1,024 different file hashes of 32 bytes each");
  }
  response.headers.Set("Cache-Control", "no-store");
  response.headers.Set("Content-Type", kBinary);
  response.producer = std::make_unique<FilesBody>(store_, std::move(asked));
  return Ok();
}

}  // namespace banyan::node
