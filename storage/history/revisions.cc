#include "storage/history/revisions.h"

#include <algorithm>

namespace banyan::storage {
namespace {

constexpr std::string_view kRefs = "refs/";
constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";
constexpr std::size_t kMinAbbreviation = 5;

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

Ref ReadRef(Rows& rows) {
  return {rows.Text(0), rows.DigestAt<GitOid>(1), rows.DigestAt<GitOid>(2)};
}

Revision ReadRevision(Rows& rows) {
  Revision revision;
  revision.commit = rows.DigestAt<GitOid>(0);
  revision.manifest = rows.DigestAt<Sha256>(1);
  revision.bytes = static_cast<std::uint64_t>(rows.Int(2));
  revision.files = static_cast<std::uint64_t>(rows.Int(3));
  revision.ancestors = static_cast<std::uint64_t>(rows.Int(4));
  return revision;
}

// The only revision whose id begins with these digits.
Result<std::optional<Revision>> FindAbbreviated(Connection& connection, std::int64_t repository,
                                                std::string_view digits) {
  const auto padded = [&](char digit) {
    const std::string rest(2 * GitOid::kSize - digits.size(), digit);
    return GitOid::Parse(std::string(digits) + rest);
  };
  const auto low = padded('0');
  const auto high = padded('f');
  if (!low || !high) return std::optional<Revision>();
  auto rows = connection.Query(
      "SELECT oid, manifest, bytes, files, ancestors FROM revision "
      "WHERE repository = ? AND oid BETWEEN ? AND ? LIMIT 2",
      repository, *low, *high);
  std::vector<Revision> found;
  while (rows.Next()) found.push_back(ReadRevision(rows));
  TRY(rows.status());
  return found.size() == 1 ? std::optional(found[0]) : std::nullopt;
}

// The full ref names that a text may mean, best first.
Result<std::vector<std::string>> Candidates(Connection& connection, std::int64_t repository,
                                            std::string_view text) {
  if (text == "HEAD") {
    return std::vector{BranchRef(TRY(DefaultBranch(connection, repository)))};
  }
  std::vector<std::string> names;
  if (StartsWith(text, kRefs)) names.emplace_back(text);
  names.push_back(BranchRef(text));
  names.push_back(TagRef(text));
  return names;
}

}  // namespace

std::string Ref::ShortName() const {
  for (const auto prefix : {kHeads, kTags}) {
    if (StartsWith(name, prefix)) return name.substr(prefix.size());
  }
  return name;
}

std::string BranchRef(std::string_view branch) { return std::string(kHeads) + std::string(branch); }
std::string TagRef(std::string_view tag) { return std::string(kTags) + std::string(tag); }
std::string FullRefName(std::string_view name) {
  return StartsWith(name, kRefs) ? std::string(name) : BranchRef(name);
}

Result<std::optional<Ref>> FindRef(Connection& connection, std::int64_t repository,
                                   std::string_view name) {
  auto rows = connection.Query(
      "SELECT name, target, peeled FROM ref WHERE repository = ? AND name = ?", repository, name);
  std::optional<Ref> ref;
  if (rows.Next()) ref = ReadRef(rows);
  TRY(rows.status());
  return ref;
}

Result<std::vector<Ref>> ListRefs(Connection& connection, std::int64_t repository,
                                  std::string_view prefix) {
  auto rows = connection.Query(
      "SELECT name, target, peeled FROM ref WHERE repository = ? AND name >= ? ORDER BY name",
      repository, prefix);
  std::vector<Ref> refs;
  while (rows.Next()) {
    Ref ref = ReadRef(rows);
    if (!StartsWith(ref.name, prefix)) break;
    refs.push_back(std::move(ref));
  }
  TRY(rows.status());
  return refs;
}

Result<std::optional<Revision>> FindRevision(Connection& connection, std::int64_t repository,
                                             const GitOid& commit) {
  auto rows = connection.Query(
      "SELECT oid, manifest, bytes, files, ancestors FROM revision "
      "WHERE repository = ? AND oid = ?",
      repository, commit);
  std::optional<Revision> revision;
  if (rows.Next()) revision = ReadRevision(rows);
  TRY(rows.status());
  return revision;
}

Result<ResolvedRevision> ResolveRevision(Connection& connection, std::int64_t repository,
                                         std::string_view text) {
  const auto unknown = [&] {
    return Error(Errc::NotFound, "revision not found: " + std::string(text.substr(0, 100)));
  };
  if (const auto commit = GitOid::Parse(text)) {
    const auto revision = TRY(FindRevision(connection, repository, *commit));
    if (!revision) return unknown();
    return ResolvedRevision{*revision, ""};
  }
  if (text.empty() || text.size() > 512) return unknown();
  for (const auto& name : TRY(Candidates(connection, repository, text))) {
    const auto ref = TRY(FindRef(connection, repository, name));
    if (!ref) continue;
    const auto revision = TRY(FindRevision(connection, repository, ref->commit));
    if (!revision) return Error(Errc::Corrupt, name + " leads to no revision of its repository");
    return ResolvedRevision{*revision, name};
  }
  if (text.size() < kMinAbbreviation || text.size() >= 2 * GitOid::kSize) return unknown();
  const auto revision = TRY(FindAbbreviated(connection, repository, text));
  if (!revision) return unknown();
  return ResolvedRevision{*revision, ""};
}

Result<std::string> DefaultBranch(Connection& connection, std::int64_t repository) {
  auto rows = connection.Query("SELECT default_branch FROM repository WHERE id = ?", repository);
  if (rows.Next()) return rows.Text(0);
  TRY(rows.status());
  return Error(Errc::NotFound, "repository not found");
}

}  // namespace banyan::storage
