#include "node/commit_body.h"

#include "storage/base/json.h"
#include "storage/base/repository_name.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

using storage::CommitOperation;

// The largest file that may stand in a line, in base64, with room for its path.
constexpr std::size_t kMaxLineBytes = storage::kMaxGitBlobBytes / 3 * 4 + (64u << 10);
constexpr JsonLimits kLineLimits{kMaxLineBytes, 8, 1000};
constexpr std::uint64_t kOperationBytes = 512;  // in memory, with a path and what it pins

Error Refuse(const std::string& what) { return Error(Errc::Invalid, what); }

Result<std::string> ReadPath(const Json& value) {
  auto path = FindString(value, "path");
  if (!path) return Refuse("path: missing");
  TRY(storage::ValidatePath(*path));
  return *std::move(path);
}

Result<Bytes> ReadContent(const Json& value, const std::string& path) {
  const Json* content = FindMember(value, "content");
  if (content == nullptr || !content->is_string()) return Refuse(path + ": content: missing");
  const auto& text = content->get_ref<const std::string&>();
  const auto encoding = FindString(value, "encoding").value_or("base64");
  if (encoding == "base64") return ParseBase64(text).Context(path + ": content");
  if (encoding == "utf-8") return Bytes(text.begin(), text.end());
  return Refuse(path + ": encoding: expected base64");
}

// nullopt when it is not said.
Result<std::optional<std::uint64_t>> ReadSize(const Json& value) {
  const Json* size = FindMember(value, "size");
  if (size == nullptr || size->is_null()) return std::optional<std::uint64_t>();
  const auto number = FindInt(value, "size");
  if (!number || *number < 0) return Refuse("size: expected a number of bytes");
  return std::optional(static_cast<std::uint64_t>(*number));
}

}  // namespace

std::string CommitHeader::Message() const {
  return description.empty() ? summary : summary + "\n\n" + description;
}

CommitBody::CommitBody(Hub& hub, storage::ContentStore& store, Request& request,
                       std::int64_t repository)
    : hub_(hub), store_(store), repository_(repository), lines_(request, kMaxLineBytes) {}

Result<std::optional<CommitBody::Line>> CommitBody::ReadLine() {
  auto text = TRY(lines_.Next());
  if (!text) return std::optional<Line>();
  const auto where = "line " + std::to_string(lines_.number());
  auto json = TRY(ParseJson(*text, kLineLimits).Context(where));
  text.reset();
  auto key = FindString(json, "key");
  const Json* value = FindMember(json, "value");
  if (!key || value == nullptr || !value->is_object()) {
    return Refuse(where + ": expected {\"key\": ..., \"value\": {...}}");
  }
  return std::optional(Line{*std::move(key), std::move(json["value"])});
}

Result<CommitHeader> CommitBody::ReadHeader() {
  const auto line = TRY(ReadLine());
  if (!line || line->key != "header") return Refuse("the first line must be the header");
  CommitHeader header{FindString(line->value, "summary").value_or(""),
                      FindString(line->value, "description").value_or(""),
                      FindString(line->value, "parentCommit").value_or("")};
  if (header.summary.empty()) return Refuse("header: a commit needs a summary");
  return header;
}

Result<std::vector<CommitOperation>> CommitBody::ReadOperations() {
  std::vector<CommitOperation> operations;
  while (const auto line = TRY(ReadLine())) {
    if (operations.size() == storage::kMaxOperations) {
      return Refuse("a commit has at most " + std::to_string(storage::kMaxOperations) +
                    " operations: split it");
    }
    operations.push_back(
        TRY(ReadOperation(*line).Context("line " + std::to_string(lines_.number()))));
    lines_.SetKept(operations.size() * kOperationBytes);
  }
  return operations;
}

Result<CommitOperation> CommitBody::ReadOperation(const Line& line) {
  if (line.key == "file") return ReadFile(line.value);
  if (line.key == "lfsFile") return ReadNamedFile(line.value, "oid", /*as_pointer=*/true);
  if (line.key == "storedFile") return ReadNamedFile(line.value, "sha256", /*as_pointer=*/false);
  if (line.key == "deletedFile") {
    return CommitOperation(storage::DeleteFile{TRY(ReadPath(line.value))});
  }
  if (line.key == "deletedFolder") {
    auto path = FindString(line.value, "path").value_or("");
    while (path.ends_with('/')) path.pop_back();
    TRY(storage::ValidatePath(path));
    return CommitOperation(storage::DeleteFolder{std::move(path)});
  }
  return Refuse("key: expected file, lfsFile, storedFile, deletedFile or deletedFolder");
}

Result<CommitOperation> CommitBody::ReadFile(const Json& value) {
  auto path = TRY(ReadPath(value));
  auto bytes = TRY(ReadContent(value, path));
  if (bytes.size() > storage::kMaxGitBlobBytes) {
    return Error(Errc::TooLarge, path + ": files above 10 MiB are uploaded through LFS");
  }
  if (storage::ParsePointer(AsText(bytes))) {
    return CommitOperation(storage::AddInline{std::move(path), std::move(bytes)});
  }
  auto stored = TRY(store_.PutBytes(bytes, repository_));
  pins_.push_back(std::move(stored.pin));
  return CommitOperation(storage::AddUploaded{std::move(path), std::move(stored.content),
                                              /*as_pointer=*/false});
}

Result<CommitOperation> CommitBody::ReadNamedFile(const Json& value, const char* digest_name,
                                                  bool as_pointer) {
  auto path = TRY(ReadPath(value));
  const auto sha256 = Sha256::Parse(FindString(value, digest_name).value_or(""));
  if (!sha256) return Refuse(path + ": " + digest_name + ": expected a SHA-256 in hex");
  const auto size = TRY(ReadSize(value));
  auto lease = TRY(hub_.database.Read());
  auto file = TRY(storage::FindUsableFile(*lease, repository_, *sha256));
  if (!file || file->is_damaged) {
    const char* why = file ? " is damaged here: upload it again"
                           : " was not uploaded to this repository: upload it first";
    return Refuse(path + ": the file " + sha256->ToString() + why);
  }
  if (size && *size != file->size_bytes) {
    return Refuse(path + ": size: the file has " + std::to_string(file->size_bytes) + " bytes");
  }
  return CommitOperation(storage::AddUploaded{std::move(path), *std::move(file), as_pointer});
}

}  // namespace banyan::node
