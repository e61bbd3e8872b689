#include "node/entry_answer.h"

#include "node/absent_answer.h"
#include "node/file_answer.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

constexpr Duration kDownloadWindow{300'000};

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

}  // namespace

void AnswerEntry(RepositoryCall& call, std::unique_ptr<RepositoryReading> reading,
                 const storage::ManifestEntry& entry, const std::string& etag) {
  const auto repository = reading->repository;
  // Only what the repository has, or everybody: a mirrored manifest may name the digest of any
  // file.
  auto file = storage::FindCommittedFile(*reading->lease, repository.row, entry.sha256);
  reading.reset();  // no connection is held while this waits or sends
  if (file && !*file && call.request.method == "HEAD") {
    if (LookOrAnswer(call.hub, repository, call.response) == Absent::GoOn) {
      AnswerSize(call.request, call.response, entry.size_bytes, etag);
    }
    return;
  }
  if (file && !*file) {
    if (FetchOrAnswer(call.hub, repository, entry, call.response) == Absent::Answered) return;
    file = FindAgain(call.hub, repository, entry.sha256);
  }
  if (!file) return call.Fail(file.error());
  if (*file) return AnswerContent(call.hub, call.request, call.response, **file, etag);
  call.Fail(Error(Errc::Unavailable, "the file was taken away meanwhile"));
}

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

}  // namespace banyan::node
