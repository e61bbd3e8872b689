// The links that LFS batches give out (node/signed_link.h); no token is asked for, but the rights
// of whoever asked for the link count as they are now (node/link_rights.h).
//   PUT  /lfs/object/{oid}     the whole object     GET and HEAD: fetch it
//   PUT  /lfs/part/{oid}       one part of it; the answer's ETag names the part
//   POST /lfs/complete/{oid}   {"oid", "parts": [{"partNumber", "etag"}, ...]}
//   POST /lfs/verify/{oid}     has it arrived?

#include "federation/mirror/demanded_file.h"
#include "node/absent_answer.h"
#include "node/file_answer.h"
#include "node/http/json_body.h"
#include "node/hub_answer.h"
#include "node/link_rights.h"
#include "node/routes.h"
#include "node/upload.h"
#include "storage/base/json.h"
#include "storage/history/catalog_nodes.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

using storage::FileContent;

constexpr std::size_t kMaxParts = 10'000;
constexpr std::uint64_t kAnySize = UINT64_MAX;  // the link says how much

struct Exchange {
  Hub& hub;
  Request& request;
  Response& response;
};

Result<SignedLink> Verify(Exchange& exchange, std::string_view use) {
  auto& [hub, request, response] = exchange;
  auto link = TRY(hub.signer.Verify(request, use, hub.clock.NowMs()));
  auto lease = TRY(hub.database.Read());
  TRY(RequireLinkRights(hub, *lease, link));
  return link;
}

std::optional<SignedLink> Check(Exchange& exchange, std::string_view use) {
  auto link = Verify(exchange, use);
  if (link) return *std::move(link);
  if (link.error().code() == Errc::Denied) exchange.hub.metrics.Add(Counter::TokensRefused);
  Fail(exchange.response, link.error());
  return std::nullopt;
}

UploadTarget TargetOf(Hub& hub, const SignedLink& link) {
  UploadTarget target;
  target.owner = {link.user, link.repository};
  if (link.part != 0) target.whole = link.oid;
  target.still_allowed = [&hub, link](storage::Connection& connection) {
    return RequireLinkRights(hub, connection, link);
  };
  return target;
}

void PutObject(Exchange& exchange) {
  auto& [hub, request, response] = exchange;
  const auto link = Check(exchange, "object");
  if (!link) return;
  const auto file = ReceiveFile(hub, request, {link->size_bytes, link->oid}, TargetOf(hub, *link));
  if (!file) return Fail(response, file.error());
  response.headers.Set("ETag", "\"" + file->sha256.ToString() + "\"");
}

// A part is kept like a file that was uploaded and never committed: it expires like one.
void PutPart(Exchange& exchange) {
  auto& [hub, request, response] = exchange;
  const auto link = Check(exchange, "part");
  if (!link) return;
  const auto file =
      ReceiveFile(hub, request, {link->size_bytes, std::nullopt}, TargetOf(hub, *link));
  if (!file) return Fail(response, file.error());
  response.headers.Set("ETag", "\"" + file->sha256.ToString() + "\"");
}

std::string_view Unquoted(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return etag;
}

// The parts in order of their numbers, which must be 1, 2, 3, ...
Result<std::vector<Sha256>> ParseParts(const Json& body) {
  const Json* list = FindMember(body, "parts");
  if (list == nullptr || !list->is_array()) return Error(Errc::Invalid, "parts must be a list");
  if (list->size() > kMaxParts) return Error(Errc::TooLarge, "too many parts");
  std::vector<Sha256> parts(list->size());
  std::vector<bool> seen(list->size());
  for (const auto& item : *list) {
    const auto number = FindInt(item, "partNumber").value_or(0);
    if (number < 1 || number > static_cast<std::int64_t>(parts.size())) {
      return Error(Errc::Invalid, "parts are numbered from 1 without a gap");
    }
    const auto index = static_cast<std::size_t>(number - 1);
    if (seen[index]) return Error(Errc::Invalid, "a part is there twice");
    seen[index] = true;
    parts[index] = TRY(Sha256::Parse(Unquoted(FindString(item, "etag").value_or(""))));
  }
  return parts;
}

Result<FileContent> Complete(Exchange& exchange, const SignedLink& link) {
  auto& [hub, request, response] = exchange;
  const auto body = TRY(ParseJsonBody(request, TRY(request.ReadAll(4u << 20))));
  std::vector<FileContent> parts;
  {
    auto lease = TRY(hub.database.Read());
    const auto whole = TRY(storage::FindUsableFile(*lease, link.repository, link.oid));
    const bool is_whole = whole && whole->size_bytes == link.size_bytes && !whole->is_damaged;
    if (is_whole) return *whole;  // asked again
    for (const auto& digest : TRY(ParseParts(body))) {
      auto file = TRY(storage::FindUsableFile(*lease, link.repository, digest));
      if (!file) return Error(Errc::Invalid, "a part has not arrived: send it again");
      parts.push_back(*std::move(file));
    }
  }
  return JoinFiles(hub, parts, {link.size_bytes, link.oid}, TargetOf(hub, link));
}

void PostComplete(Exchange& exchange) {
  const auto link = Check(exchange, "complete");
  if (!link) return;
  const auto file = Complete(exchange, *link);
  if (!file) return Fail(exchange.response, file.error());
  exchange.response.SetText("application/vnd.git-lfs+json", "{}");
}

void PostVerify(Exchange& exchange) {
  auto& [hub, request, response] = exchange;
  const auto link = Check(exchange, "verify");
  if (!link) return;
  auto lease = hub.database.Read();
  if (!lease) return Fail(response, lease.error());
  const auto file = storage::FindUsableFile(**lease, link->repository, link->oid);
  if (!file) return Fail(response, file.error());
  if (*file && (*file)->size_bytes == link->size_bytes) {
    return response.SetText("application/vnd.git-lfs+json", "{}");
  }
  Fail(response, 404, "The object has not arrived");
}

Result<std::optional<FileContent>> FindObject(Hub& hub, const SignedLink& link) {
  auto lease = TRY(hub.database.Read());
  return storage::FindUsableFile(*lease, link.repository, link.oid);
}

// The file of a mirror that the link is about; NotFound when it has none of this digest.
Result<storage::ManifestEntry> FindStatedFile(Hub& hub, const SignedLink& link,
                                              storage::Repository& repository) {
  auto lease = TRY(hub.database.Read());
  repository = TRY(storage::GetRepository(*lease, link.repository));
  if (repository.origin != 0) {
    storage::CatalogNodes nodes(*lease);
    const auto stated = TRY(federation::ListStated(*lease, nodes, repository.row));
    const auto found = stated.find(link.oid);
    if (found != stated.end()) return found->second;
  }
  return Error(Errc::NotFound, "Object does not exist");
}

// Of a mirror that does not hold it: from a peer if need be; nullopt when
// the answer was made.
std::optional<FileContent> Demand(Exchange& exchange, const SignedLink& link) {
  auto& [hub, request, response] = exchange;
  storage::Repository repository;
  const auto stated = FindStatedFile(hub, link, repository);
  if (!stated) {
    Fail(response, stated.error());
    return std::nullopt;
  }
  if (FetchOrAnswer(hub, repository, *stated, response) == Absent::Answered) return std::nullopt;
  auto lease = hub.database.Read();
  auto file = lease ? storage::FindCommittedFile(**lease, link.repository, link.oid)
                    : Result<std::optional<FileContent>>(lease.error());
  if (file && *file) return **file;
  Fail(response, file ? Error(Errc::NotFound, "Object does not exist") : file.error());
  return std::nullopt;
}

// The link was given to somebody who may read the repository's files; the object must still be
// one that the repository may use.
void GetObject(Exchange& exchange) {
  auto& [hub, request, response] = exchange;
  const auto link = Check(exchange, "object");
  if (!link) return;
  auto found = FindObject(hub, *link);
  if (!found) return Fail(response, found.error());
  const auto file = *found ? *found : Demand(exchange, *link);
  if (!file) return;
  SetFileHeaders(response, "", false);
  response.headers.Set("Cache-Control", "private, no-cache");
  AnswerContent(hub, request, response, *file, link->oid.ToString());
}

Handler Bind(Hub& hub, void (*handler)(Exchange&)) {
  return [&hub, handler](Request& request, Response& response) {
    Exchange exchange{hub, request, response};
    handler(exchange);
  };
}

}  // namespace

void AddLfsObjectRoutes(Router& router, Hub& hub) {
  router.Add("PUT", "/lfs/object/:oid", Bind(hub, PutObject), {kAnySize});
  router.Add("GET", "/lfs/object/:oid", Bind(hub, GetObject));
  router.Add("PUT", "/lfs/part/:oid", Bind(hub, PutPart), {kAnySize});
  router.Add("POST", "/lfs/verify/:oid", Bind(hub, PostVerify));
  router.Add("POST", "/lfs/complete/:oid", Bind(hub, PostComplete), {4u << 20});
}

}  // namespace banyan::node
