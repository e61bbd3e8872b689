#include "storage/history/history_sweep.h"

#include "storage/content/content_store.h"
#include "storage/history/revisions.h"

namespace banyan::storage {
namespace {

struct RevisionState {
  GitOid commit;
  bool is_unreachable = false;  // as known from earlier runs
};

Result<std::vector<std::int64_t>> Repositories(Connection& connection) {
  auto rows = connection.Query("SELECT DISTINCT repository FROM revision");
  std::vector<std::int64_t> out;
  while (rows.Next()) out.push_back(rows.Int(0));
  TRY(rows.status());
  return out;
}

Result<std::vector<RevisionState>> States(Connection& connection, std::int64_t repository) {
  auto rows = connection.Query(
      "SELECT oid, unreachable_ms IS NOT NULL FROM revision WHERE repository = ?", repository);
  std::vector<RevisionState> out;
  while (rows.Next()) out.push_back({rows.DigestAt<GitOid>(0), rows.Int(1) != 0});
  TRY(rows.status());
  return out;
}

// Notes which revisions became unreachable, or reachable again.
Status NoteReachability(Connection& connection, std::int64_t repository, std::int64_t now_ms,
                        HistorySweepReport& report) {
  const auto reachable = TRY(ReachableCommits(connection, repository));
  for (const auto& state : TRY(States(connection, repository))) {
    const bool is_unreachable = reachable.count(state.commit) == 0;
    if (is_unreachable == state.is_unreachable) continue;
    if (is_unreachable) report.revisions_unreachable += 1;
    const auto since = is_unreachable ? std::optional(now_ms) : std::nullopt;
    TRY(connection.Execute(
        "UPDATE revision SET unreachable_ms = ? WHERE repository = ? AND oid = ?", since,
        repository, state.commit));
  }
  return Ok();
}

// Gives up files that only deleted revisions named.
Status ReleaseFiles(Connection& connection, std::int64_t repository, HistorySweepReport& report) {
  HistoryMark own;
  TRY(own.AddRepository(connection, repository));
  std::unordered_set<std::int64_t> used;
  for (const auto& blob : own.blobs()) {
    auto rows =
        connection.Query("SELECT coalesce(content, lfs), lfs FROM git_blob WHERE oid = ?", blob);
    if (rows.Next()) used.insert(rows.Int(0));
    TRY(rows.status());
  }
  std::vector<std::int64_t> unused;
  {
    auto rows = connection.Query(
        "SELECT file FROM repository_file WHERE repository = ? AND committed = 1", repository);
    while (rows.Next()) {
      if (used.count(rows.Int(0)) == 0) unused.push_back(rows.Int(0));
    }
    TRY(rows.status());
  }
  for (const auto file : unused) TRY(ReleaseFile(connection, repository, file));
  report.files_released += unused.size();
  return Ok();
}

Status DeleteRevisions(Connection& connection, std::int64_t repository,
                       const HistorySweepOptions& options, HistorySweepReport& report) {
  TRY(connection.Execute("DELETE FROM revision WHERE repository = ? AND unreachable_ms <= ?",
                         repository, options.now_ms - options.grace_ms));
  const auto deleted = static_cast<std::uint64_t>(connection.Changes());
  report.revisions_deleted += deleted;
  return deleted == 0 ? Ok() : ReleaseFiles(connection, repository, report);
}

// The rowids and sizes for which `is_used` says no; deletes them.
template <typename IsUsed>
Status SweepTable(Connection& connection, std::string_view table, std::string_view key,
                  const IsUsed& is_used, std::uint64_t& deleted, std::uint64_t& freed_bytes) {
  const std::string name(table);
  std::vector<std::int64_t> doomed;
  {
    auto rows =
        connection.Query("SELECT rowid, " + std::string(key) + ", length(data) FROM " + name);
    while (rows.Next()) {
      if (is_used(rows)) continue;
      doomed.push_back(rows.Int(0));
      freed_bytes += static_cast<std::uint64_t>(rows.Int(2));
    }
    TRY(rows.status());
  }
  for (const auto row : doomed) {
    TRY(connection.Execute("DELETE FROM " + name + " WHERE rowid = ?", row));
  }
  deleted += doomed.size();
  return Ok();
}

// What peers gave and is no more.
Status ForgetSwept(Connection& connection) {
  return connection.Execute(
      "DELETE FROM obtained_object WHERE CASE WHEN oid IS NULL "
      "THEN id NOT IN (SELECT id FROM tree_node) ELSE oid NOT IN (SELECT oid FROM git_object) END");
}

Status SweepBlobs(Connection& connection, const HistoryMark& mark, HistorySweepReport& report) {
  std::vector<GitOid> doomed;
  {
    auto rows = connection.Query("SELECT oid FROM git_blob");
    while (rows.Next()) {
      const auto oid = rows.DigestAt<GitOid>(0);
      if (!mark.HasBlob(oid)) doomed.push_back(oid);
    }
    TRY(rows.status());
  }
  for (const auto& oid : doomed) {
    TRY(connection.Execute("DELETE FROM git_blob WHERE oid = ?", oid));
  }
  report.blobs_deleted = doomed.size();
  return Ok();
}

}  // namespace

Result<std::unordered_set<GitOid>> ReachableCommits(Connection& connection,
                                                    std::int64_t repository) {
  std::unordered_set<GitOid> reachable;
  std::vector<GitOid> waiting;
  for (const auto& ref : TRY(ListRefs(connection, repository))) waiting.push_back(ref.commit);
  while (!waiting.empty()) {
    const GitOid commit = waiting.back();
    waiting.pop_back();
    if (!reachable.insert(commit).second) continue;
    const auto links = TRY(ReadCommitLinks(connection, commit));
    waiting.insert(waiting.end(), links.parents.begin(), links.parents.end());
  }
  return reachable;
}

Result<HistorySweepReport> SweepHistory(Connection& connection, HistoryMark& mark,
                                        const HistorySweepOptions& options) {
  HistorySweepReport report;
  for (const auto repository : TRY(Repositories(connection))) {
    TRY(NoteReachability(connection, repository, options.now_ms, report));
    TRY(DeleteRevisions(connection, repository, options, report));
  }
  TRY(mark.AddAll(connection));
  TRY(SweepTable(
      connection, "git_object", "oid",
      [&](Rows& rows) { return mark.HasObject(rows.DigestAt<GitOid>(1)); }, report.objects_deleted,
      report.freed_bytes));
  TRY(SweepTable(
      connection, "tree_node", "id",
      [&](Rows& rows) { return mark.HasNode(rows.DigestAt<Sha256>(1)); }, report.nodes_deleted,
      report.freed_bytes));
  TRY(SweepTable(
      connection, "tree_segment", "id", [&](Rows& rows) { return mark.HasSegment(rows.Int(1)); },
      report.segments_deleted, report.freed_bytes));
  TRY(SweepBlobs(connection, mark, report));
  TRY(ForgetSwept(connection));
  return report;
}

}  // namespace banyan::storage
