#include "cli/http_upload.h"

#include <algorithm>
#include <cstdlib>

#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::string_view kBinary = "application/octet-stream";
constexpr std::int64_t kThinkMs = 15 * 60 * 1000;  // a node may verify a very large file

std::string RepositoryPath(const storage::RepositoryId& id) {
  return "/api/banyan/v0/" + std::string(storage::Plural(id.kind)) + "/" + id.Path();
}

std::string SessionPath(const storage::RepositoryId& id, const std::string& session) {
  return RepositoryPath(id) + "/sessions/" + session;
}

Result<OfferAnswer> ReadOfferAnswer(const ApiAnswer& answer, std::size_t chunk_count) {
  const auto number = answer.headers.Find("X-Banyan-Offer");
  if (!number) return Error(Errc::Corrupt, "the node's answer lacks X-Banyan-Offer");
  OfferAnswer out;
  out.number = static_cast<std::uint32_t>(std::strtoul(std::string(*number).c_str(), nullptr, 10));
  out.lacking = TRY(storage::ParseBitmap(AsBytes(answer.body), chunk_count));
  return out;
}

Errc ParseErrc(const std::string& name) {
  for (const Errc code :
       {Errc::NotFound, Errc::Corrupt, Errc::Invalid, Errc::Denied, Errc::Conflict, Errc::TooLarge,
        Errc::NoSpace, Errc::Unavailable, Errc::Io}) {
    if (ToString(code) == name) return code;
  }
  return Errc::Unavailable;
}

// One JSON object a line; the last says "done" or what went wrong.
Status ReadTakeAnswer(const std::string& body) {
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t end = std::min(body.find('\n', at), body.size());
    const Json line = TRY(ParseJson(std::string_view(body).substr(at, end - at)));
    if (const auto error = FindString(line, "error")) {
      return Error(ParseErrc(FindString(line, "code").value_or("")), *error);
    }
    if (FindMember(line, "done") != nullptr) return Ok();
    at = end + 1;
  }
  return Error(Errc::Unavailable, "the node's answer ended early");
}

}  // namespace

Result<UploadSession> HttpUpload::BeginSession(const storage::RepositoryId& id) {
  const Json answer =
      TRY(client_.SendJson("POST", RepositoryPath(id) + "/sessions", Json::object()));
  const auto name = FindString(answer, "session");
  const auto batch_bytes = FindInt(answer, "batch_bytes");
  if (!name || !batch_bytes) return Error(Errc::Corrupt, "the node's answer names no session");
  return UploadSession{*name, static_cast<std::uint64_t>(*batch_bytes)};
}

Result<OfferAnswer> HttpUpload::Offer(const storage::RepositoryId& id, const std::string& session,
                                      const std::vector<storage::OfferedFile>& files) {
  ApiRequest request;
  request.method = "POST";
  request.path = SessionPath(id, session) + "/offers";
  request.content_type = kBinary;
  request.body = std::string(AsText(storage::EncodeOffer(files)));
  request.repeatable = true;  // a second copy of an offer is only kept twice
  std::size_t chunks = 0;
  for (const auto& file : files) chunks += file.chunks.size();
  return ReadOfferAnswer(TRY(client_.Send(request)), chunks);
}

Result<OfferAnswer> HttpUpload::AskAgain(const storage::RepositoryId& id,
                                         const std::string& session, std::uint32_t offer,
                                         std::size_t chunk_count) {
  ApiRequest request;
  request.path = SessionPath(id, session) + "/offers/" + std::to_string(offer);
  return ReadOfferAnswer(TRY(client_.Send(request)), chunk_count);
}

Status HttpUpload::SendChunks(const storage::RepositoryId& id, const std::string& session,
                              ByteView batch) {
  ApiRequest request;
  request.method = "POST";
  request.path = SessionPath(id, session) + "/chunks";
  request.content_type = kBinary;
  request.source_size_bytes = batch.size();
  request.source = [batch](std::uint64_t offset,
                           std::span<std::uint8_t> out) -> Result<std::size_t> {
    const std::size_t part = std::min<std::size_t>(out.size(), batch.size() - offset);
    std::copy_n(batch.begin() + static_cast<std::ptrdiff_t>(offset), part, out.begin());
    return part;
  };
  request.repeatable = true;  // chunks are named by their content
  request.silence_ms = kThinkMs;
  TRY(client_.Send(request));
  return Ok();
}

Status HttpUpload::Take(const storage::RepositoryId& id, const std::string& session,
                        std::uint32_t offer) {
  ApiRequest request;
  request.method = "POST";
  request.path = SessionPath(id, session) + "/offers/" + std::to_string(offer) + "/take";
  request.repeatable = true;
  request.silence_ms = kThinkMs;
  const ApiAnswer answer = TRY(client_.Send(request));
  return ReadTakeAnswer(answer.body);
}

Status HttpUpload::EndSession(const storage::RepositoryId& id, const std::string& session) {
  ApiRequest request;
  request.method = "DELETE";
  request.path = SessionPath(id, session);
  TRY(client_.Send(request));
  return Ok();
}

Result<GitOid> HttpUpload::Commit(const storage::RepositoryId& id, const PushCommit& commit) {
  Json header = {{"summary", commit.message}, {"description", ""}};
  if (commit.expected_parent) header["parentCommit"] = commit.expected_parent->ToString();
  std::string body = DumpJson({{"key", "header"}, {"value", header}}) + "\n";
  for (const PushOperation& operation : commit.operations) {
    Json line;
    if (operation.file) {
      line = {{"key", "storedFile"},
              {"value",
               {{"path", operation.path},
                {"sha256", operation.file->sha256.ToString()},
                {"size", operation.file->size_bytes}}}};
    } else {
      line = {{"key", "deletedFile"}, {"value", {{"path", operation.path}}}};
    }
    body += DumpJson(line) + "\n";
  }
  ApiRequest request;
  request.method = "POST";
  request.path = "/api/" + std::string(storage::Plural(id.kind)) + "/" + id.Path() + "/commit/" +
                 Escape(commit.branch);
  request.content_type = "application/x-ndjson";
  request.body = std::move(body);
  request.silence_ms = kThinkMs;
  const ApiAnswer answer = TRY(client_.Send(request));
  const Json json = TRY(ParseJson(answer.body));
  return GitOid::Parse(FindString(json, "commitOid").value_or(""));
}

}  // namespace banyan::cli
