#include "storage/catalog/repositories.h"

#include "storage/catalog/accounts.h"
#include "storage/catalog/repository_text.h"
#include "storage/content/content_store.h"

namespace banyan::storage {
namespace {

const std::string kSelect =
    "SELECT r.id, r.uid, r.kind, n.name, r.name, r.namespace, r.private, r.gated, "
    "r.default_branch, r.created_ms, r.updated_ms, r.downloads, r.likes, r.head, r.head_bytes, "
    "r.head_files, r.stored_bytes, r.licence, r.task, r.library, r.parameters, r.described, "
    "r.origin, r.status, r.reason, r.scope, r.answer, r.delete_ms, r.answered_ms "
    "FROM repository r JOIN namespace n ON n.id = r.namespace ";

std::uint64_t Figure(const Rows& rows, int column) {
  return static_cast<std::uint64_t>(rows.Int(column));
}

Repository ReadRow(Rows& rows) {
  Repository out;
  out.row = rows.Int(0);
  out.uid = rows.DigestAt<RepositoryUid>(1);
  out.id = {static_cast<RepositoryKind>(rows.Int(2)), rows.Text(3), rows.Text(4)};
  out.namespace_row = rows.Int(5);
  out.is_private = rows.Int(6) != 0;
  out.gating = static_cast<Gating>(rows.Int(7));
  out.default_branch = rows.Text(8);
  out.created_ms = rows.Int(9);
  out.updated_ms = rows.Int(10);
  out.downloads = Figure(rows, 11);
  out.likes = Figure(rows, 12);
  if (!rows.IsNull(13)) out.head = rows.DigestAt<GitOid>(13);
  out.head_bytes = Figure(rows, 14);
  out.head_files = Figure(rows, 15);
  out.stored_bytes = Figure(rows, 16);
  out.licence = rows.Text(17);
  out.task = rows.Text(18);
  out.library = rows.Text(19);
  if (!rows.IsNull(20)) out.parameters = Figure(rows, 20);
  if (!rows.IsNull(21)) out.described = rows.DigestAt<GitOid>(21);
  out.origin = rows.Int(22);
  out.standing = ReadStanding(rows, 23);
  out.answered.answer = static_cast<Answer>(rows.Int(26));
  if (!rows.IsNull(27)) out.answered.delete_ms = rows.Int(27);
  out.answered_ms = rows.Int(28);
  return out;
}

Result<std::optional<Repository>> ReadOne(Rows rows) {
  std::optional<Repository> out;
  if (rows.Next()) out = ReadRow(rows);
  TRY(rows.status());
  return out;
}

Error NoSuchRepository() { return Error(Errc::NotFound, "no such repository"); }

Result<Repository> ReadOneThatMustBe(Rows rows) {
  auto found = TRY(ReadOne(std::move(rows)));
  if (!found) return NoSuchRepository();
  return *std::move(found);
}

Result<std::optional<Repository>> FindByName(Connection& connection, const RepositoryId& id) {
  return ReadOne(connection.Query(kSelect + "WHERE r.kind = ? AND n.folded = ? AND r.folded = ?",
                                  static_cast<int>(id.kind), FoldName(id.owner),
                                  FoldName(id.name)));
}

// By the form that names its origin, when its namespace is called otherwise here.
Result<std::optional<Repository>> FindQualified(Connection& connection, const RepositoryId& id) {
  return ReadOne(connection.Query(kSelect + "JOIN mirror_namespace m ON m.namespace = r.namespace "
                                            "WHERE m.qualified = ? AND r.kind = ? AND r.folded = ?",
                                  FoldName(id.owner), static_cast<int>(id.kind),
                                  FoldName(id.name)));
}

std::string FoldedPath(const RepositoryId& id) { return FoldName(id.Path()); }

Status ForgetOldName(Connection& connection, const RepositoryId& id) {
  return connection.Execute("DELETE FROM repository_moved WHERE kind = ? AND path_folded = ?",
                            static_cast<int>(id.kind), FoldedPath(id));
}

Status RememberOldName(Connection& connection, const Repository& repository) {
  TRY(connection.Execute(
      "INSERT INTO repository_moved(kind, path_folded, repository) "
      "VALUES(?, ?, ?)",
      static_cast<int>(repository.id.kind), FoldedPath(repository.id), repository.row));
  auto rows = connection.Query("SELECT count(*) FROM repository_moved WHERE repository = ?",
                               repository.row);
  const bool too_many = rows.Next() && Figure(rows, 0) > kMaxOldNames;
  TRY(rows.status());
  if (too_many) return Error(Errc::TooLarge, "this repository was renamed too many times");
  return Ok();
}

RepositoryUid RandomUid(Random& random) {
  Bytes raw(RepositoryUid::kSize);
  random.Fill(raw);
  return RepositoryUid::FromRaw(raw);
}

Status RequireBranch(Connection& connection, std::int64_t row, const std::string& name) {
  TRY(ValidateRefName(name));
  auto rows = connection.Query("SELECT 1 FROM ref WHERE repository = ? AND name = ?", row,
                               "refs/heads/" + name);
  if (rows.Next()) return Ok();
  TRY(Status(rows.status()));
  return Error(Errc::Invalid,
               "there is no branch \"" + name + "\": make it before it becomes the default branch");
}

}  // namespace

std::string_view ToString(Gating gating) {
  switch (gating) {
    case Gating::No: return "no";
    case Gating::Auto: return "auto";
    case Gating::Manual: return "manual";
  }
  return "no";
}

Result<Gating> ParseGating(std::string_view text) {
  for (const auto gating : {Gating::No, Gating::Auto, Gating::Manual}) {
    if (text == ToString(gating)) return gating;
  }
  return Error(Errc::Invalid, "gating is 'no', 'auto' or 'manual'");
}

Result<Creation> CreateRepository(Connection& connection, Random& random,
                                  const NewRepository& repository, std::int64_t now_ms) {
  TRY(ValidateRepositoryName(repository.id.name));
  TRY(ValidateRefName(repository.default_branch));
  const auto owner = TRY(FindNamespace(connection, repository.id.owner));
  if (auto existing = TRY(FindByName(connection, repository.id))) {
    return Creation{*std::move(existing), /*existed=*/true};
  }
  TRY(ForgetOldName(connection, repository.id));
  TRY(connection.Execute(
      "INSERT INTO repository(uid, kind, namespace, name, folded, private, gated, default_branch, "
      "created_ms, updated_ms, origin) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0))",
      repository.uid ? *repository.uid : RandomUid(random), static_cast<int>(repository.id.kind),
      owner.row, repository.id.name, FoldName(repository.id.name), repository.is_private,
      static_cast<int>(repository.gating), repository.default_branch, now_ms, now_ms,
      repository.origin));
  const std::int64_t row = connection.LastInsertId();
  TRY(connection.Execute("INSERT INTO repository_document(repository) VALUES(?)", row));
  TRY(SetSearchText(connection, row, NameText(owner.name, repository.id.name)));
  return Creation{TRY(GetRepository(connection, row)), /*existed=*/false};
}

Result<FoundRepository> FindRepository(Connection& connection, const RepositoryId& id) {
  if (auto found = TRY(FindByName(connection, id))) {
    const bool exact = found->id == id;
    return FoundRepository{*std::move(found), exact ? NameMatch::Exact : NameMatch::OtherCase};
  }
  auto moved =
      TRY(ReadOne(connection.Query(kSelect + "JOIN repository_moved m ON m.repository = r.id "
                                             "WHERE m.kind = ? AND m.path_folded = ?",
                                   static_cast<int>(id.kind), FoldedPath(id))));
  if (!moved) moved = TRY(FindQualified(connection, id));
  if (!moved) return NoSuchRepository();
  return FoundRepository{*std::move(moved), NameMatch::OldName};
}

Result<Repository> GetRepository(Connection& connection, std::int64_t row) {
  return ReadOneThatMustBe(connection.Query(kSelect + "WHERE r.id = ?", row));
}

Result<Repository> GetRepositoryByUid(Connection& connection, const RepositoryUid& uid) {
  return ReadOneThatMustBe(connection.Query(kSelect + "WHERE r.uid = ?", uid));
}

Status DeleteRepository(Connection& connection, std::int64_t row) {
  TRY(GetRepository(connection, row));
  std::vector<std::int64_t> files;
  {
    auto rows = connection.Query("SELECT file FROM repository_file WHERE repository = ?", row);
    while (rows.Next()) files.push_back(rows.Int(0));
    TRY(rows.status());
  }
  for (const auto file : files) TRY(ReleaseFile(connection, row, file));
  TRY(SetSearchText(connection, row, ""));
  return connection.Execute("DELETE FROM repository WHERE id = ?", row);
}

Result<Repository> MoveRepository(Connection& connection, std::int64_t row, const RepositoryId& to,
                                  const QuotaPolicy& policy) {
  const auto before = TRY(GetRepository(connection, row));
  if (to.kind != before.id.kind) {
    return Error(Errc::Invalid, "a model cannot become a dataset, nor a dataset a model");
  }
  TRY(ValidateRepositoryName(to.name));
  const auto owner = TRY(FindNamespace(connection, to.owner));
  const auto taken = TRY(FindByName(connection, to));
  if (taken && taken->row != row) {
    return Error(Errc::Conflict, "'" + taken->id.Path() + "' already exists");
  }
  if (!taken) {
    TRY(ForgetOldName(connection, to));
    TRY(RememberOldName(connection, before));
  }
  TRY(connection.Execute("UPDATE repository SET namespace = ?, name = ?, folded = ? WHERE id = ?",
                         owner.row, to.name, FoldName(to.name), row));
  if (owner.row != before.namespace_row) {
    TRY(RequireWithinQuota(connection, owner.row, owner.used_bytes, policy));
  }
  const auto text = TRY(GetSearchText(connection, row));
  TRY(SetSearchText(connection, row, WithNameText(text, NameText(owner.name, to.name))));
  return GetRepository(connection, row);
}

Result<Repository> ChangeSettings(Connection& connection, std::int64_t row,
                                  const RepositorySettings& settings) {
  const auto before = TRY(GetRepository(connection, row));
  if (settings.default_branch && *settings.default_branch != before.default_branch) {
    TRY(before.origin != 0 ? ValidateRefName(*settings.default_branch)
                           : RequireBranch(connection, row, *settings.default_branch));
  }
  const bool is_private = settings.is_private.value_or(before.is_private);
  TRY(connection.Execute(
      "UPDATE repository SET private = ?, gated = ?, default_branch = ? WHERE id = ?", is_private,
      static_cast<int>(settings.gating.value_or(before.gating)),
      settings.default_branch.value_or(before.default_branch), row));
  auto after = TRY(GetRepository(connection, row));
  if (before.IsClosed() != after.IsClosed()) {
    TRY(RepositoryVisibilityChanged(connection, row, after.IsClosed()));
  }
  return after;
}

}  // namespace banyan::storage
