// GET and HEAD [datasets/]{id}/resolve/{rev}/{path}: the content of a file.
// GET and HEAD [datasets/]{id}/raw/{rev}/{path}: the same as git has it, so an LFS file gives its
// pointer.

#include "node/entry_answer.h"
#include "node/file_answer.h"
#include "node/routes.h"
#include "node/xet_link.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::ManifestEntry;

struct FoundFile {
  std::unique_ptr<RepositoryReading> reading;
  storage::Revision revision;
  std::string path;
  ManifestEntry entry;
};

// A commit never changes what it names; under a name, and in private, a cache asks each time.
std::string_view CachePolicy(const RepositoryCall& call, const FoundFile& found) {
  const bool immutable = call.request.Param("rev") == found.revision.commit.ToString();
  const auto& repository = found.reading->repository;
  const bool open = !repository.is_private && repository.gating == storage::Gating::No &&
                    call.hub.config.access_anonymous;
  if (!open) return "private, no-cache";
  return immutable ? "public, max-age=3600" : "public, no-cache";
}

std::optional<FoundFile> Find(RepositoryCall& call) {
  auto reading = call.Open(Access::Files);
  if (!reading) return std::nullopt;
  const auto revision = call.Resolve(*reading, call.request.Param("rev"));
  if (!revision) return std::nullopt;
  const std::string path = call.request.Param("path");
  const auto entry = reading->history->FindFile(*revision, path);
  if (!entry) {
    call.Fail(entry.error());
    return std::nullopt;
  }
  if (!*entry || (*entry)->IsSubmodule()) {
    AnswerNoEntry(call.response, revision->commit);
    return std::nullopt;
  }
  FoundFile found{std::move(reading), *revision, path, **entry};
  auto& headers = call.response.headers;
  headers.Set("X-Repo-Commit", revision->commit.ToString());
  headers.Set("Cache-Control", CachePolicy(call, found));
  headers.Set("Content-Disposition", ContentDisposition(path, call.request.QueryFlag("download")));
  SetFileHeaders(call.response, path, !found.entry.IsPointer());
  return found;
}

void GetResolve(RepositoryCall& call) {
  auto found = Find(call);
  if (!found) return;
  const auto repository = found->reading->repository.row;
  std::string etag = found->entry.oid.ToString();
  if (found->entry.IsPointer()) {
    etag = found->entry.sha256.ToString();
    call.response.headers.Set("X-Linked-Size", std::to_string(found->entry.size_bytes));
    call.response.headers.Set("X-Linked-Etag", "\"" + etag + "\"");
  }
  const auto offer = OfferXet(call, *found->reading, found->revision, found->entry);
  if (offer == XetOffer::Answered) return;
  AnswerEntry(call, std::move(found->reading), found->entry, etag);
  CountDownload(call, repository);
}

void GetRaw(RepositoryCall& call) {
  auto found = Find(call);
  if (!found) return;
  const std::string etag = found->entry.oid.ToString();
  if (!found->entry.IsPointer()) {
    return AnswerEntry(call, std::move(found->reading), found->entry, etag);
  }
  const auto pointer = storage::PointerText({found->entry.sha256, found->entry.size_bytes});
  call.response.headers.Set("ETag", "\"" + etag + "\"");
  call.response.SetText("text/plain; charset=utf-8", pointer);
}

}  // namespace

void AddFileRoutes(Router& router, Hub& hub) {
  AddFileRoute(router, hub, "GET", "/resolve/:rev/*path", GetResolve);
  AddFileRoute(router, hub, "GET", "/raw/:rev/*path", GetRaw);
}

}  // namespace banyan::node
