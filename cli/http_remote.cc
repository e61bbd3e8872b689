#include "cli/http_remote.h"

#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::string_view kEncodings = "0,1,2,3";

template <typename D>
Result<D> DigestMember(const Json& object, std::string_view key) {
  const auto text = FindString(object, key);
  if (!text) return Error(Errc::Corrupt, "the node's answer lacks \"" + std::string(key) + "\"");
  return D::Parse(*text);
}

}  // namespace

Result<RemoteRevision> HttpRemote::FindRevision(const storage::RepositoryId& id,
                                                const std::string& revision) {
  const Json answer = TRY(client_.Get("/api/banyan/v0/" + std::string(storage::Plural(id.kind)) +
                                      "/" + id.Path() + "/revision/" + Escape(revision)));
  RemoteRevision out;
  out.repository.uid = TRY(DigestMember<storage::RepositoryUid>(answer, "repository"));
  if (const auto published = FindString(answer, "published")) {
    out.repository.published = TRY(federation::PublishedName::Parse(*published));
  }
  out.commit = TRY(DigestMember<GitOid>(answer, "commit"));
  out.manifest = TRY(DigestMember<Sha256>(answer, "manifest"));
  out.id = FindString(answer, "id").value_or(id.Path());
  out.ref = FindString(answer, "ref").value_or("");
  out.licence = FindString(answer, "licence").value_or("");
  out.files = static_cast<std::uint64_t>(FindInt(answer, "files").value_or(0));
  out.bytes = static_cast<std::uint64_t>(FindInt(answer, "bytes").value_or(0));
  return out;
}

Status HttpRemote::AskByName(const storage::RepositoryId& id, const GitOid& commit,
                             const std::string& path) {
  ApiRequest request;
  const std::string_view kind = id.kind == storage::RepositoryKind::Dataset ? "/datasets/" : "/";
  request.path =
      std::string(kind) + id.Path() + "/resolve/" + commit.ToString() + "/" + EscapePath(path);
  request.range = node::ByteRange{0, 0};
  TRY(client_.Send(request));
  return Ok();
}

Result<std::string> HttpRemote::FindDefaultBranch(const storage::RepositoryId& id) {
  constexpr std::string_view kHeads = "refs/heads/";
  const auto head = TRY(FindRevision(id, "HEAD"));
  if (head.ref.starts_with(kHeads)) return head.ref.substr(kHeads.size());
  return Error(Errc::Corrupt, "the node's answer names no branch as the default");
}

Result<std::string> HttpRemote::FindBranchToCommitTo(const storage::RepositoryId& id) {
  auto branch = FindDefaultBranch(id);
  if (branch || branch.error().code() != Errc::NotFound) return branch;
  return std::string("main");
}

Result<Bytes> HttpRemote::FetchBytes(const std::string& path) {
  ApiRequest request;
  request.path = path;
  const ApiAnswer answer = TRY(client_.Send(request));
  const ByteView body = AsBytes(answer.body);
  return Bytes(body.begin(), body.end());
}

Result<Bytes> HttpRemote::FetchObject(const Sha256& root, const Sha256& id) {
  return FetchBytes("/fed/o/" + id.ToString() + "?root=" + root.ToString());
}

Result<Bytes> HttpRemote::FetchOutline(const FileHash& file) {
  return FetchBytes("/fed/f/" + file.ToString() + "/outline");
}

Result<Bytes> HttpRemote::FetchSection(const FileHash& file, std::size_t section) {
  return FetchBytes("/fed/f/" + file.ToString() + "/section/" + std::to_string(section));
}

Status HttpRemote::FetchData(const FileHash& file, std::size_t section, std::uint64_t offset,
                             std::uint64_t size_bytes, const Sink& sink) {
  ApiRequest request;
  request.path = "/fed/f/" + file.ToString() + "/data/" + std::to_string(section) +
                 "?encodings=" + std::string(kEncodings);
  request.sink = sink;
  if (size_bytes != federation::kWholeBody) {
    request.range = node::ByteRange{offset, offset + size_bytes - 1};
  }
  TRY(client_.Send(request));
  return Ok();
}

}  // namespace banyan::cli
