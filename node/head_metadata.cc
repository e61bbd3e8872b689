#include "node/head_metadata.h"

#include "node/revision_source.h"
#include "storage/base/json.h"
#include "storage/catalog/repositories.h"
#include "storage/catalog/repository_head.h"
#include "storage/history/repository_metadata.h"

namespace banyan::node {
namespace {

using storage::Connection;
using storage::RepositoryHead;

// A head that moves meanwhile is described by whoever moved it, too.
constexpr int kMaxAttempts = 3;

Result<RepositoryHead> ReadHead(Connection& connection, storage::ContentStore& content,
                                const storage::Repository& repository) {
  RepositoryHead head;
  if (!repository.head) return head;
  const auto revision = TRY(storage::FindRevision(connection, repository.row, *repository.head));
  if (!revision) return Error(Errc::Corrupt, "the head of a repository is no revision of it");
  auto history = TRY(storage::History::Open(connection, content, repository.row));
  const auto view = TRY(ViewRevision(*history, repository.row, content, *revision));
  const auto metadata = TRY(storage::ReadRepositoryMetadata(view, repository.id.kind));
  head.commit = revision->commit;
  head.bytes = revision->bytes;
  head.files = revision->files;
  head.licence = storage::LicenceColumn(metadata);
  head.task = metadata.task;
  head.library = metadata.library;
  head.parameters = metadata.parameter_count;
  head.tags = metadata.tags;
  head.languages = metadata.languages;
  head.metadata = storage::ToJson(metadata).dump(-1, ' ', false, Json::error_handler_t::replace);
  head.search_text = metadata.search_text;
  return head;
}

enum class Outcome { UpToDate, Described, Moved };

Result<Outcome> DescribeOnce(storage::Database& database, storage::ContentStore& content,
                             std::int64_t row) {
  RepositoryHead head;
  {
    auto lease = TRY(database.Read());
    const auto repository = TRY(storage::GetRepository(*lease, row));
    if (repository.described == repository.head) return Outcome::UpToDate;
    head = TRY(ReadHead(*lease, content, repository));
  }
  auto outcome = Outcome::Described;
  TRY(database.Write([&](Connection& connection) -> Status {
    const auto now = TRY(storage::GetRepository(connection, row));
    if (now.head != head.commit) {
      outcome = Outcome::Moved;
      return Ok();
    }
    return storage::SetRepositoryHead(connection, row, head, now.updated_ms);
  }));
  return outcome;
}

}  // namespace

Status DescribeHead(storage::Database& database, storage::ContentStore& content,
                    std::int64_t repository) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (TRY(DescribeOnce(database, content, repository)) != Outcome::Moved) break;
  }
  return Ok();
}

Status DescribeHeads(storage::Database& database, storage::ContentStore& content) {
  std::vector<std::int64_t> behind;
  {
    auto lease = TRY(database.Read());
    auto rows = lease->Query("SELECT id FROM repository WHERE head IS NOT described");
    while (rows.Next()) behind.push_back(rows.Int(0));
    TRY(rows.status());
  }
  Status first;
  for (const auto row : behind) {
    auto status = DescribeHead(database, content, row);
    const bool is_gone = !status && status.error().code() == Errc::NotFound;
    if (!status && !is_gone && first) first = std::move(status);
  }
  return first;
}

}  // namespace banyan::node
