#include "federation/card_draft.h"

#include <algorithm>

#include "federation/card_meta.h"
#include "federation/commit_tree.h"
#include "federation/format/canonical_json.h"
#include "storage/base/json.h"
#include "storage/catalog/repository_head.h"
#include "storage/history/ref_list.h"

namespace banyan::federation {
namespace {

using storage::Repository;

Result<std::optional<Sha256>> LicenceText(storage::History& history,
                                          const storage::Revision& revision, const Json& metadata) {
  const Json* files = FindMember(metadata, "licence_files");
  if (files == nullptr || !files->is_array() || files->empty()) return std::optional<Sha256>();
  const auto* path = files->front().get_ptr<const std::string*>();
  if (path == nullptr) return std::optional<Sha256>();
  const auto file = TRY(history.FindFile(revision, *path));
  if (!file || file->IsSubmodule()) return std::optional<Sha256>();
  return std::optional(file->sha256);
}

Result<CardContent> DraftContent(storage::Connection& connection, storage::History& history,
                                 const Repository& repository, const Json& metadata) {
  CardContent content;
  content.refs = TRY(storage::StoreRefList(connection, repository.row));
  content.commits = TRY(BuildCommitTree(history, repository.row));
  content.manifest = TRY(storage::EmptyTree(history.nodes()));
  content.licence = LicenceOf(repository);
  if (repository.head) {
    const auto revision = TRY(storage::FindRevision(connection, repository.row, *repository.head));
    if (!revision) return Error(Errc::Corrupt, "the head of a repository is no revision of it");
    content.head = revision->commit;
    content.manifest = revision->manifest;
    content.bytes = std::min<std::uint64_t>(revision->bytes, kMaxCanonicalInt);
    content.files = revision->files;
    TRY(history.LoadManifest(*revision));
    content.licence_text = TRY(LicenceText(history, *revision, metadata));
  }
  TRY(history.TakeNodes().Insert(connection, {content.commits, content.manifest}));
  return content;
}

}  // namespace

std::string LicenceOf(const Repository& repository) {
  if (repository.licence.empty()) return "NONE";
  return IsPrintableAscii(repository.licence) ? repository.licence : "NOASSERTION";
}

CardAccess AccessOf(const Repository& repository) {
  return repository.gating == storage::Gating::No ? CardAccess::Open : CardAccess::Attest;
}

Result<CardDraft> DraftCard(storage::Connection& connection, storage::ContentStore& store,
                            const Repository& repository) {
  const Json metadata = TRY(ParseJson(TRY(storage::GetMetadata(connection, repository.row))));
  const auto history = TRY(storage::History::Open(connection, store, repository.row));
  CardDraft draft;
  draft.card.standing = repository.standing;
  if (draft.card.standing.HasContent()) {
    draft.card.content = TRY(DraftContent(connection, *history, repository, metadata));
  }
  draft.card.access = AccessOf(repository);
  // What its author takes back is not named any more.
  if (repository.standing.status != storage::StandingStatus::Withdrawn) {
    draft.meta = DescribeMeta(repository, metadata);
  }
  return draft;
}

CardDraft DraftWithdrawal() {
  CardDraft draft;
  draft.card.standing = {storage::StandingStatus::Withdrawn, storage::StandingReason::Author, {}};
  return draft;
}

}  // namespace banyan::federation
