#include "storage/history/history.h"

#include <algorithm>

#include "storage/history/git_library.h"
#include "storage/history/manifest_source.h"
#include "storage/history/uploads.h"

namespace banyan::storage {
namespace {

constexpr std::int64_t kMaxTimeS = 253'402'300'799;  // the end of the year 9999

}  // namespace

std::string CommitRecord::Title() const { return message.substr(0, message.find('\n')); }

Result<CommitRecord> ParseCommit(GitObjects& objects, const GitOid& oid) {
  const git_oid id = ToGit(oid);
  git_commit* raw = nullptr;
  if (const int code = git_commit_lookup(&raw, objects.repository(), &id)) {
    return objects.Failure(code, "reading commit " + oid.ToString());
  }
  const GitCommit commit(raw);
  CommitRecord record;
  record.oid = oid;
  record.tree = FromGit(*git_commit_tree_id(raw));
  for (unsigned i = 0; i < git_commit_parentcount(raw); ++i) {
    record.parents.push_back(FromGit(*git_commit_parent_id(raw, i)));
  }
  const git_signature* author = git_commit_author(raw);
  record.author_name = author->name;
  record.author_email = author->email;
  record.time_ms = std::clamp(std::int64_t{git_commit_time(raw)}, -kMaxTimeS, kMaxTimeS) * 1000;
  record.message = git_commit_message(raw);
  while (!record.message.empty() && record.message.back() == '\n') record.message.pop_back();
  return record;
}

Result<std::unique_ptr<History>> History::Open(Connection& connection, ContentStore& store,
                                               std::int64_t repository) {
  auto objects = TRY(GitObjects::Open(connection, store, repository));
  return std::unique_ptr<History>(new History(connection, std::move(objects), repository));
}

Result<ResolvedRevision> History::Resolve(std::string_view text) {
  return ResolveRevision(connection_, repository_, text);
}

Result<CommitRecord> History::ReadCommit(const GitOid& commit) {
  return ParseCommit(*objects_, commit);
}

Result<GitOid> History::TreeOf(const Revision& revision) {
  return TRY(ParseCommit(*objects_, revision.commit)).tree;
}

Result<std::vector<CommitRecord>> History::Log(const Revision& revision, std::size_t offset,
                                               std::size_t limit) {
  std::vector<CommitRecord> log;
  if (offset >= revision.ancestors || limit == 0) return log;
  git_revwalk* raw = nullptr;
  if (const int code = git_revwalk_new(&raw, objects_->repository())) {
    return objects_->Failure(code, "reading the log");
  }
  const GitRevwalk walk(raw);
  git_oid id = ToGit(revision.commit);
  // Git's own order, found as it is walked: by time, but never a parent before its child.
  int code = git_revwalk_push(raw, &id);
  for (std::size_t at = 0; code == 0 && log.size() < limit; ++at) {
    code = git_revwalk_next(&id, raw);
    if (code == 0 && at >= offset) log.push_back(TRY(ParseCommit(*objects_, FromGit(id))));
  }
  if (code != 0 && code != GIT_ITEROVER) return objects_->Failure(code, "reading the log");
  return log;
}

Status History::LoadManifest(const Revision& revision) {
  return banyan::storage::LoadManifest(*objects_, nodes_, revision);
}

Result<std::optional<ManifestEntry>> History::FindFile(const Revision& revision,
                                                       std::string_view path) {
  TRY(LoadManifest(revision));
  return FindInManifest(nodes_, revision.manifest, path);
}

Result<std::optional<Bytes>> History::ReadSmallFile(const Revision& revision, std::string_view path,
                                                    std::size_t max_bytes) {
  const auto entry = TRY(FindFile(revision, path));
  if (!entry || entry->IsSubmodule()) return std::optional<Bytes>();
  if (entry->size_bytes > max_bytes) {
    return Error(Errc::TooLarge,
                 std::string(path) + " is larger than " + std::to_string(max_bytes) + " bytes");
  }
  // Not any file of this digest: what a manifest of another node names may be private here.
  const auto file = TRY(FindCommittedFile(connection_, repository_, entry->sha256));
  if (!file) return std::optional<Bytes>();
  auto reader = TRY(objects_->store().OpenFile(*file));
  Bytes bytes(entry->size_bytes);
  const std::size_t got = TRY(reader->ReadAt(0, bytes));
  if (got != bytes.size()) return Error(Errc::Corrupt, std::string(path) + " is short");
  return std::optional(std::move(bytes));
}

Result<History::Difference> History::Compare(const Revision& before, const Revision& after,
                                             std::size_t limit) {
  TRY(LoadManifest(before));
  TRY(LoadManifest(after));
  Difference difference;
  const auto status =
      DiffManifests(nodes_, before.manifest, after.manifest,
                    [&](const std::string& path, const std::optional<ManifestEntry>& from,
                        const std::optional<ManifestEntry>& to) -> Status {
                      if (difference.changes.size() == limit) {
                        difference.complete = false;
                        return Error(Errc::Cancelled, "enough");
                      }
                      difference.changes.push_back({path, from, to});
                      return Ok();
                    });
  if (!status && difference.complete) return status.error();
  return difference;
}

}  // namespace banyan::storage
