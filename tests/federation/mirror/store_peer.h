#pragma once
// A peer without HTTP: answers from a catalog and its content store, counts, and can be told to be
// down, to break off, or to lie.

#include <atomic>
#include <functional>

#include "federation/mirror/arriving_files.h"
#include "federation/open_objects.h"
#include "federation/transfer/peer_source.h"
#include "storage/base/mutex.h"
#include "storage/content/file_sections.h"
#include "storage/history/readable_content.h"
#include "tests/support/store_fixture.h"

namespace banyan::federation::testing {

// Thread safe once it is set up: answers one after another.
class StorePeer final : public PeerSource {
 public:
  StorePeer(std::string name, tests::StoreFixture& side) : name_(std::move(name)), side_(side) {}

  bool is_down = false;
  std::atomic<bool> has_nothing = false;
  std::int64_t data_budget = -1;  // payload bytes until every answer breaks off; -1: no end
  std::size_t objects_at_once = kMaxObjectsAsked;
  // Change what is sent; a lie unless they leave it alone.
  std::function<void(Bytes& object)> spoil_object;
  std::function<void(storage::Outline& outline)> spoil_outline;
  std::function<void(storage::ChunkList& chunks)> spoil_section;
  std::function<void(Bytes& piece)> spoil_data;
  std::function<void(Bytes& bits)> spoil_held;
  std::function<void(const FileHash& file, Bytes& sent)> spoil_file;
  std::function<void()> before_data;  // each request
  bool has_no_files_route = false;
  ArrivingFiles* arriving = nullptr;  // of the node that answers

  int requests = 0;
  int data_requests = 0;
  int run_requests = 0;
  int answers_with_files = 0;
  int lists_sent = 0;  // of sections
  std::size_t objects_sent = 0;
  std::uint64_t data_sent = 0;

  std::string Name() const override { return name_; }

  Result<Bytes> Get(const std::string& path, std::size_t max_bytes) override {
    const MutexLock lock(mutex_);
    TRY(Begin());
    Bytes answer = TRY(Answer(path));
    if (answer.size() > max_bytes) return Error(Errc::TooLarge, path + ": too long");
    return answer;
  }

  Status Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
              const Sink& sink) override {
    const MutexLock lock(mutex_);
    TRY(Begin());
    ++data_requests;
    if (before_data) before_data();
    const auto data = TRY(Data(path));
    const auto size = std::min(size_bytes, data->SizeBytes() - offset);
    return data->Stream(offset, size, false, [&](ByteView slice) { return Send(slice, sink); });
  }

  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) override {
    const MutexLock lock(mutex_);
    TRY(Begin());
    ENSURE(ids.size() <= kMaxObjectsAsked);
    std::vector<std::optional<Bytes>> answer;
    auto lease = TRY(side_.database->Read());
    for (const auto& id : ids.first(std::min(ids.size(), objects_at_once))) {
      auto object = ReadOpenObject(*lease, *side_.store, id);
      if (!object && object.error().code() != Errc::NotFound) return object.error();
      answer.push_back(object ? std::optional(*object) : std::nullopt);
      if (object && spoil_object) spoil_object(*answer.back());
      objects_sent += object ? 1 : 0;
    }
    return answer;
  }

  Result<std::vector<std::optional<Bytes>>> GetFiles(std::span<const FileHash> files) override {
    const MutexLock lock(mutex_);
    TRY(Begin());
    if (has_no_files_route) return Error(Errc::NotFound, "no such route");
    ++answers_with_files;
    std::vector<std::optional<Bytes>> answer;
    for (const auto& hash : files) {
      const auto sections = TRY(Load(hash.ToString()));
      const auto data = TRY(sections->Data(0, 0xf));
      Bytes bytes = storage::EncodeChunkList(TRY(sections->Section(0)));
      TRY(data->Stream(0, data->SizeBytes(), false, [&](ByteView slice) {
        bytes.insert(bytes.end(), slice.begin(), slice.end());
        return Ok();
      }));
      if (spoil_file) spoil_file(hash, bytes);
      answer.push_back(std::move(bytes));
    }
    return answer;
  }

 private:
  Status Begin() {
    ++requests;
    if (is_down) return Error(Errc::Unavailable, "down");
    return has_nothing ? Status(Error(Errc::NotFound, "nothing here")) : Ok();
  }

  // "/fed/f/<hash>/data/3?..." in its components, without the query.
  static std::vector<std::string> Split(const std::string& path) {
    std::vector<std::string> parts;
    const auto end = std::min(path.find('?'), path.size());
    for (std::size_t at = 0; at < end;) {
      const auto next = std::min(path.find('/', at + 1), end);
      parts.push_back(path.substr(at + 1, next - at - 1));
      at = next;
    }
    return parts;
  }

  Result<Bytes> Answer(const std::string& path) {
    const auto parts = Split(path);
    ENSURE(parts.size() >= 4);
    const auto sections = TRY(Load(parts[2]));
    if (parts[3] == "outline") {
      auto outline = sections->outline();
      if (spoil_outline) spoil_outline(outline);
      return storage::EncodeOutline(outline);
    }
    if (parts[3] == "have") {
      Bytes bits = sections->Held().Encode();
      if (spoil_held) spoil_held(bits);
      return bits;
    }
    ENSURE(parts[3] == "section");
    auto chunks = TRY(sections->Section(std::stoul(parts[4])));
    ++lists_sent;
    if (spoil_section) spoil_section(chunks);
    return storage::EncodeChunkList(chunks);
  }

  Result<std::unique_ptr<storage::SectionData>> Data(const std::string& path) {
    const auto parts = Split(path);
    ENSURE(parts.size() == 5);
    const auto sections = TRY(Load(parts[2]));
    const auto index = std::stoul(parts[4]);
    if (parts[3] == "data") return sections->Data(index, 0xf);
    ENSURE(parts[3] == "run");
    ++run_requests;
    const auto number = [&](const std::string& name) {
      return std::stoul(path.substr(path.find(name) + name.size()));
    };
    return sections->Run(index, {number("first="), number("end=")}, 0xf);
  }

  Result<ArrivingFiles::FilePtr> Load(const std::string& text) {
    auto lease = TRY(side_.database->Read());
    const auto hash = TRY(FileHash::Parse(text));
    const auto file = storage::FindReadableFile(*lease, storage::Caller(), hash);
    if (!file && arriving != nullptr) return arriving->Find(*lease, hash);
    if (!file) return file.error();
    return ArrivingFiles::FilePtr(TRY(storage::FileSections::Load(side_.local(), *file)));
  }

  Status Send(ByteView slice, const Sink& sink) {
    Bytes piece(slice.begin(), slice.end());
    if (spoil_data) spoil_data(piece);
    if (data_budget >= 0) {
      const auto left =
          std::min<std::uint64_t>(static_cast<std::uint64_t>(data_budget), piece.size());
      const bool is_cut = left < piece.size();
      piece.resize(static_cast<std::size_t>(left));
      data_budget -= static_cast<std::int64_t>(left);
      data_sent += piece.size();
      TRY(sink(piece));
      return is_cut ? Status(Error(Errc::Unavailable, "the line broke")) : Ok();
    }
    data_sent += piece.size();
    return sink(piece);
  }

  const std::string name_;
  tests::StoreFixture& side_;
  Mutex mutex_;
};

}  // namespace banyan::federation::testing
