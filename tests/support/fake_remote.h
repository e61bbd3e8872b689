#pragma once
// A node's content without HTTP: answers from a content store, counts, and can be told to fail,
// stop half-way or lie.

#include <atomic>
#include <map>
#include <optional>

#include "cli/transfer/remote_content.h"
#include "storage/content/file_sections.h"
#include "storage/content/outline.h"

namespace banyan::tests {

class FakeRemote final : public cli::RemoteContent {
 public:
  explicit FakeRemote(storage::LocalContentStore& store) : store_(store) {}
  void Serve(const storage::FileContent& file) { files_[file.hash] = file; }

  std::optional<cli::RemoteRevision> revision;  // of every repository
  std::map<Sha256, Bytes> objects;              // nodes of its manifest

  std::atomic<int> data_requests{0};
  std::atomic<std::uint64_t> sent_bytes{0};
  std::atomic<std::int64_t> data_budget{-1};  // bytes until every answer breaks off; -1: no end
  std::atomic<bool> flips_bits{false};        // in payloads
  std::atomic<bool> lies_about_lists{false};
  std::atomic<bool> is_down{false};

  std::string Name() const override { return "fake"; }
  Result<cli::RemoteRevision> FindRevision(const storage::RepositoryId&,
                                           const std::string&) override {
    if (revision) return *revision;
    return Error(Errc::NotFound, "no repositories here");
  }
  Status AskByName(const storage::RepositoryId&, const GitOid&, const std::string&) override {
    return Error(Errc::NotFound, "no files here");
  }
  Result<Bytes> FetchObject(const Sha256&, const Sha256& id) override {
    const auto found = objects.find(id);
    if (found != objects.end()) return found->second;
    return Error(Errc::NotFound, "no objects here");
  }
  Result<Bytes> FetchOutline(const FileHash& hash) override {
    auto sections = TRY(Load(hash));
    storage::Outline outline = sections->outline();
    if (lies_about_lists) outline.sections[0].size_bytes += 1;
    return Count(storage::EncodeOutline(outline));
  }
  Result<Bytes> FetchSection(const FileHash& hash, std::size_t index) override {
    auto chunks = TRY(TRY(Load(hash))->Section(index));
    if (lies_about_lists) chunks.pop_back();
    return Count(storage::EncodeChunkList(chunks));
  }
  Status FetchData(const FileHash& hash, std::size_t index, std::uint64_t offset,
                   std::uint64_t size_bytes, const Sink& sink) override {
    ++data_requests;
    auto data = TRY(TRY(Load(hash))->Data(index, 0xf));
    const std::uint64_t size = std::min(size_bytes, data->SizeBytes() - offset);
    return data->Stream(offset, size, false, [&](ByteView slice) -> Status {
      Bytes copy(slice.begin(), slice.end());
      if (flips_bits && copy.size() > 100000) copy[copy.size() / 2] ^= 1;
      const std::int64_t budget = data_budget.load();
      if (budget >= 0) {
        const auto part = std::min<std::int64_t>(budget, static_cast<std::int64_t>(copy.size()));
        data_budget -= part;
        copy.resize(static_cast<std::size_t>(part));
        TRY(sink(copy));
        if (data_budget == 0) return Error(Errc::Unavailable, "the line broke");
        return Ok();
      }
      sent_bytes += copy.size();
      return sink(copy);
    });
  }

 private:
  Result<std::shared_ptr<const storage::FileSections>> Load(const FileHash& hash) {
    if (is_down) return Error(Errc::Unavailable, "down");
    const auto found = files_.find(hash);
    if (found == files_.end()) return Error(Errc::NotFound, "file not found");
    return storage::FileSections::Load(store_, found->second);
  }
  Bytes Count(Bytes bytes) {
    sent_bytes += bytes.size();
    return bytes;
  }
  storage::LocalContentStore& store_;
  std::map<FileHash, storage::FileContent> files_;
};

}  // namespace banyan::tests
