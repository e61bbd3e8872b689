#include "storage/history/upload_store.h"

#include "storage/base/logging.h"
#include "storage/history/uploads.h"

namespace banyan::storage {

// Leaves what it wrote to its store.
class UploadStore::Writer final : public FileWriter {
 public:
  Writer(UploadStore& store, std::unique_ptr<FileWriter> writer)
      : store_(store), written_{std::move(writer), std::nullopt} {}
  ~Writer() override { store_.written_.push_back(std::move(written_)); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  std::span<std::uint8_t> Room() override { return written_.writer->Room(); }
  Status Wrote(std::size_t count) override { return written_.writer->Wrote(count); }
  Result<FileContent> Finish() override {
    auto content = TRY(written_.writer->Finish());
    written_.content = content;
    return content;
  }
  const Recipe& Placed() override { return written_.writer->Placed(); }

 private:
  UploadStore& store_;
  Written written_;
};

UploadStore::~UploadStore() {
  const Status held = HoldLeft();
  if (!held) log::Warning("storage", "leftovers not counted error=\"{}\"", held.error().message());
}

Status UploadStore::HoldLeft() {
  Recipe left;
  {
    auto lease = TRY(store_.core().database.Read());
    for (const auto& [writer, content] : written_) {
      const bool is_held = content && TRY(CountNewBytes(*lease, owner_.repository, content->sha256,
                                                        content->size_bytes)) == 0;
      if (is_held) continue;
      const Recipe& placed = writer->Placed();
      left.terms.insert(left.terms.end(), placed.terms.begin(), placed.terms.end());
    }
  }
  return HoldLeftovers(store_.core(), owner_, left);
}

Result<std::unique_ptr<FileWriter>> UploadStore::NewFile(const NewFileOptions& options) {
  auto writer = TRY(store_.NewFile(options));
  return std::unique_ptr<FileWriter>(new Writer(*this, std::move(writer)));
}

Result<ContentStore::SmallFile> UploadStore::PutBytes(ByteView bytes, std::int64_t repository) {
  TRY(RequireRoom(bytes));
  return ContentStore::PutBytes(bytes, repository);
}

Status UploadStore::RequireRoom(ByteView bytes) {
  if (room_ && !room_->bytes) return Ok();
  auto lease = TRY(store_.core().database.Read());
  if (!room_) room_ = Room{TRY(FindRoomToSend(*lease, owner_.repository, quota_))};
  if (!room_->bytes) return Ok();
  const Sha256 sha256 = HashSha256(bytes);
  if (!put_.insert(sha256).second) return Ok();
  put_bytes_ += TRY(CountNewBytes(*lease, owner_.repository, sha256, bytes.size()));
  if (put_bytes_ <= *room_->bytes) return Ok();
  return RequireRoomToSend(*lease, owner_.repository, put_bytes_, quota_);
}

}  // namespace banyan::storage
