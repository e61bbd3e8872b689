#include "node/commit_lines.h"

#include "storage/card_yaml.h"

namespace banyan::node {
namespace {

using storage::AddInline;
using storage::AddUploaded;

constexpr std::size_t kReadBytes = 256u << 10;
// Inline files up to this size stay in memory, as long as all of them together are no more than...
constexpr std::size_t kSmallFileBytes = 64u << 10;
constexpr std::size_t kMaxKeptBytes = 16u << 20;
// Larger ones wait for a transaction in groups of this many.
constexpr std::size_t kGroupFiles = 32;

const Error kNotUploaded(Errc::Invalid, "this file was not uploaded here: upload it first");

// Collects the operations; moves inline files into the store.
class Collector {
 public:
  Collector(Hub& hub, std::int64_t repository) : hub_(hub), repository_(repository) {}

  Status Add(const std::string& key, const Json& value, CommitLines& out) {
    if (key == "file") return AddFile(value, out);
    if (key == "lfsFile") return AddStored(value, FindString(value, "oid"), true, out);
    if (key == "storedFile") return AddStored(value, FindString(value, "sha256"), false, out);
    const auto path = FindString(value, "path");
    if (!path) return Error(Errc::Invalid, "a path is missing");
    if (key == "deletedFile") {
      out.operations.push_back(storage::DeleteFile{*path});
    } else if (key == "deletedFolder") {
      out.operations.push_back(storage::DeleteFolder{*path});
    } else {
      return Error(Errc::Invalid, "there is no operation \"" + key + "\"");
    }
    return Ok();
  }

  // Records the files that wait, and fills in their rows.
  Status Flush(CommitLines& out) {
    if (waiting_.empty()) return Ok();
    TRY(hub_.content.Sync());
    const std::int64_t now_ms = hub_.clock.NowMs();
    TRY(hub_.database.Write([&](storage::Connection& connection) -> Status {
      for (const auto& waiting : waiting_) {
        auto& file = std::get<AddUploaded>(out.operations[waiting.operation]).file;
        file.row = TRY(storage::RecordFile(connection, file, now_ms));
        TRY(storage::HoldFile(connection, repository_, file.row, storage::Holding::Uploaded,
                              now_ms));
      }
      return Ok();
    }));
    waiting_.clear();
    return Ok();
  }

 private:
  struct Waiting {
    std::size_t operation;  // index
    std::unique_ptr<storage::FileWriter> pin;
  };

  Status AddFile(const Json& value, CommitLines& out) {
    const auto path = FindString(value, "path");
    const auto content = FindString(value, "content");
    if (!path || !content) return Error(Errc::Invalid, "a file has a path and a content");
    const auto encoding = FindString(value, "encoding").value_or("utf-8");
    Bytes bytes;
    if (encoding == "base64") {
      bytes = TRY(ParseBase64(*content).Context(*path));
    } else if (encoding == "utf-8") {
      bytes.assign(content->begin(), content->end());
    } else {
      return Error(Errc::Invalid, *path + ": encoding is \"base64\" or \"utf-8\"");
    }
    if (*path == "README.md") {
      const auto card = storage::ParseCard(AsText(bytes));
      if (!card) return Error(Errc::Invalid, "README.md: " + card.error().message());
    }
    return Keep(*path, std::move(bytes), out);
  }

  Status Keep(const std::string& path, Bytes bytes, CommitLines& out) {
    if (bytes.size() <= kSmallFileBytes && kept_bytes_ + bytes.size() <= kMaxKeptBytes) {
      kept_bytes_ += bytes.size();
      out.operations.push_back(AddInline{path, std::move(bytes)});
      return Ok();
    }
    auto stored = TRY(hub_.content.PutBytes(bytes));
    waiting_.push_back({out.operations.size(), std::move(stored.pin)});
    out.operations.push_back(AddUploaded{path, std::move(stored.content), false});
    return waiting_.size() < kGroupFiles ? Ok() : Flush(out);
  }

  Status AddStored(const Json& value, const std::optional<std::string>& digest, bool as_pointer,
                   CommitLines& out) {
    const auto path = FindString(value, "path");
    if (!path || !digest) return Error(Errc::Invalid, "a path or digest is missing");
    const auto sha256 = TRY(Sha256::Parse(*digest).Context(*path));
    auto lease = TRY(hub_.database.Read());
    const auto file = TRY(storage::FindFile(*lease, sha256));
    if (!file || !storage::MayUseFile(*lease, repository_, file->row)) {
      return Error(kNotUploaded).Context(*path);
    }
    const auto size = FindInt(value, "size");
    if (size && static_cast<std::uint64_t>(*size) != file->size_bytes) {
      return Error(Errc::Invalid, *path + ": the size is not that of the file with this digest");
    }
    out.operations.push_back(AddUploaded{*path, *file, as_pointer});
    return Ok();
  }

  Hub& hub_;
  const std::int64_t repository_;
  std::size_t kept_bytes_ = 0;
  std::vector<Waiting> waiting_;
};

Status TakeHeader(const Json& value, CommitLines& out) {
  out.summary = FindString(value, "summary").value_or("");
  out.description = FindString(value, "description").value_or("");
  out.parent = FindString(value, "parentCommit").value_or("");
  if (out.summary.empty()) return Error(Errc::Invalid, "a commit needs a summary");
  return Ok();
}

Status TakeLine(const std::string& line, bool first, Collector& collector, CommitLines& out) {
  const Json json = TRY(ParseJson(line));
  const auto key = FindString(json, "key").value_or("");
  const Json* value = FindMember(json, "value");
  if (value == nullptr) return Error(Errc::Invalid, "expected {\"key\": ..., \"value\": ...}");
  if (first != (key == "header")) {
    return Error(Errc::Invalid, "the header is the first line, and only that");
  }
  if (first) return TakeHeader(*value, out);
  if (out.operations.size() == storage::kMaxOperations) {
    return Error(Errc::TooLarge, "too many operations in one commit");
  }
  return collector.Add(key, *value, out);
}

}  // namespace

Result<std::optional<std::string>> BodyLines::Next() {
  for (;;) {
    const auto end = buffer_.find('\n', scanned_);
    if (end != buffer_.npos || (ended_ && !buffer_.empty())) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end == buffer_.npos ? end : end + 1);
      scanned_ = 0;
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) return std::optional(std::move(line));
      continue;
    }
    if (ended_) return std::optional<std::string>();
    scanned_ = buffer_.size();
    if (scanned_ > kMaxLineBytes) return Error(Errc::TooLarge, "a line of the body is too long");
    buffer_.resize(scanned_ + kReadBytes);
    const auto room =
        std::span(reinterpret_cast<std::uint8_t*>(buffer_.data()) + scanned_, kReadBytes);
    auto count = request_.ReadBody(room);
    buffer_.resize(scanned_ + (count ? *count : 0));
    if (TRY(std::move(count)) == 0) ended_ = true;
  }
}

Result<CommitLines> ReadCommitLines(Hub& hub, Request& request, std::int64_t repository) {
  CommitLines out;
  BodyLines lines(request);
  Collector collector(hub, repository);
  for (std::size_t number = 1;; ++number) {
    const auto line = TRY(lines.Next());
    if (!line && number == 1) return Error(Errc::Invalid, "the body is empty");
    if (!line) break;
    TRY(TakeLine(*line, number == 1, collector, out).Context("line " + std::to_string(number)));
  }
  TRY(collector.Flush(out));
  return out;
}

}  // namespace banyan::node
