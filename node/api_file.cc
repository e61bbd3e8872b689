// GET and HEAD [datasets/]{id}/resolve/{rev}/{path}: the content of a file.
// GET and HEAD [datasets/]{id}/raw/{rev}/{path}: the same as git has it, so an LFS file gives its
// pointer.

#include "node/absent_answer.h"
#include "node/file_answer.h"
#include "node/http/uri.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::ManifestEntry;

constexpr Duration kDownloadWindow{300'000};

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

// One for each client, repository and five minutes, however many files are read.
void CountDownload(RepositoryCall& call, std::int64_t repository) {
  if (call.request.method != "GET" || call.response.status >= 300) return;
  const auto& caller = call.request.caller;
  const std::string who = caller.IsAnonymous() ? RateKey(call.request.peer_address)
                                               : "user " + std::to_string(caller.user);
  const auto key = std::to_string(repository) + " " + who;
  if (call.hub.downloads.Take(key, {1, kDownloadWindow}).allowed) {
    call.hub.usage.CountDownload(repository);
  }
}

// Only what the repository has, or everybody: a mirrored manifest may name the digest of any file.
Result<std::optional<storage::FileContent>> FindContent(const FoundFile& found) {
  return storage::FindCommittedFile(*found.reading->lease, found.reading->repository.row,
                                    found.entry.sha256);
}

// Unless it was withheld meanwhile.
Result<std::optional<storage::FileContent>> FindAgain(Hub& hub,
                                                      const storage::Repository& repository,
                                                      const Sha256& sha256) {
  auto lease = TRY(hub.database.Read());
  if (TRY(storage::GetRepository(*lease, repository.row)).IsClosed()) {
    return std::optional<storage::FileContent>();
  }
  return storage::FindCommittedFile(*lease, repository.row, sha256);
}

// The file's bytes, from a peer if need be, or what says why not.
void AnswerBytes(RepositoryCall& call, FoundFile& found, const std::string& etag) {
  const auto repository = found.reading->repository;
  auto file = FindContent(found);
  if (file && !*file && call.request.method == "HEAD") {
    if (LookOrAnswer(call.hub, repository, call.response) == Absent::GoOn) {
      AnswerSize(call.request, call.response, found.entry.size_bytes, etag);
    }
    return;
  }
  if (file && !*file) {
    found.reading.reset();  // no connection is held while this waits
    if (FetchOrAnswer(call.hub, repository, found.entry, call.response) == Absent::Answered) return;
    file = FindAgain(call.hub, repository, found.entry.sha256);
  }
  if (!file) return call.Fail(file.error());
  if (*file) return AnswerContent(call.hub, call.request, call.response, **file, etag);
  call.Fail(Error(Errc::Unavailable, "the file was taken away meanwhile"));
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
  AnswerBytes(call, *found, etag);
  CountDownload(call, repository);
}

void GetRaw(RepositoryCall& call) {
  auto found = Find(call);
  if (!found) return;
  const std::string etag = found->entry.oid.ToString();
  if (!found->entry.IsPointer()) return AnswerBytes(call, *found, etag);
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
