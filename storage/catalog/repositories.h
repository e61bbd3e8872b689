#pragma once
// Repositories as the catalog knows them: names, visibility, settings and figures. The rest of
// what a repository's head says (tags, metadata) is in storage/catalog/repository_head.h, lists and
// search are in storage/catalog/repository_search.h, who may do what in
// storage/catalog/authorisation.h (routes find repositories through FindRepositoryFor there).
//
// Functions work on the connection they are given; those that change something only inside
// Database::Write. Errors: NotFound when the repository or namespace does not exist, Invalid for
// bad input.
//
// Invariants
//  1. (kind, namespace, folded name) is unique; an old name answers until somebody takes it.
//  2. uid is chosen at creation and never again: a recreated repository is another one.
//  3. A file is public while an open repository (neither private nor gated nor withheld) holds it,
//     in every committed state.

#include <cstdint>
#include <optional>
#include <string>

#include "storage/base/digest.h"
#include "storage/base/random.h"
#include "storage/base/repository_name.h"
#include "storage/base/sqlite.h"
#include "storage/catalog/quota.h"
#include "storage/catalog/standing_rows.h"

namespace banyan::storage {

struct RepositoryUidTag {
  static constexpr std::size_t kSize = 32;
  static constexpr bool kXetForm = false;
  static constexpr std::string_view kName = "repository uid";
};
using RepositoryUid = Digest<RepositoryUidTag>;

// Whether reading files needs consent: none, given on request, or decided by an admin.
enum class Gating { No = 0, Auto = 1, Manual = 2 };
// "no", "auto", "manual".
std::string_view ToString(Gating gating);
Result<Gating> ParseGating(std::string_view text);

struct Repository {
  std::int64_t row = 0;
  RepositoryUid uid;
  RepositoryId id;  // as created
  std::int64_t namespace_row = 0;
  bool is_private = false;
  Gating gating = Gating::No;
  std::int64_t origin = 0;  // row of the node it is mirrored from; 0: it is this node's own
  std::string default_branch;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;  // when the head last changed
  std::uint64_t downloads = 0;
  std::uint64_t likes = 0;
  std::optional<GitOid> head;  // commit of the default branch; nullopt: none yet
  // The commit that licence to metadata were read from: the head, but for the moment it takes to
  // read it after it moved.
  std::optional<GitOid> described;
  std::uint64_t head_bytes = 0;
  std::uint64_t head_files = 0;
  std::uint64_t stored_bytes = 0;  // logical, over all history
  std::string licence;             // SPDX expression or LicenseRef-...; empty: none declared
  std::string task;
  std::string library;
  std::optional<std::uint64_t> parameters;
  Standing standing;             // what its publisher states; a mirror's origin
  Answered answered;             // what this node does about it
  std::int64_t answered_ms = 0;  // since when; 0: nothing was ever stated

  // Not everybody may read its files.
  bool IsClosed() const { return is_private || gating != Gating::No || Withholds(answered.answer); }
};

struct NewRepository {
  RepositoryId id;
  bool is_private = false;
  Gating gating = Gating::No;
  std::string default_branch = "main";
  // Of a repository of another node: the name that all nodes know it by, and that node's row.
  std::optional<RepositoryUid> uid;
  std::int64_t origin = 0;
};
// When the name was in use, `existed` is set and `repository` is the one that has it: routes
// answer a conflict that carries its id. An old name of another repository is taken over.
struct Creation {
  Repository repository;
  bool existed = false;
};
// The namespace must exist.
Result<Creation> CreateRepository(Connection& connection, Random& random,
                                  const NewRepository& repository, std::int64_t now_ms);

// How a name led to a repository. Routes redirect the last two to the repository's own id.
enum class NameMatch { Exact, OtherCase, OldName };
struct FoundRepository {
  Repository repository;
  NameMatch match = NameMatch::Exact;
};
Result<FoundRepository> FindRepository(Connection& connection, const RepositoryId& id);
Result<Repository> GetRepository(Connection& connection, std::int64_t row);
Result<Repository> GetRepositoryByUid(Connection& connection, const RepositoryUid& uid);

// Removes it with its history, names, tags, sessions and search text, and releases its files:
// those that nobody else holds are collected later. Nothing says afterwards that it existed.
Status DeleteRepository(Connection& connection, std::int64_t row);

inline constexpr std::size_t kMaxOldNames = 64;
// Renames, within a namespace or into another. The old name leads here until somebody takes it.
// Conflict when the name is taken, TooLarge when the new namespace has no room for it or it was
// renamed more than kMaxOldNames times.
Result<Repository> MoveRepository(Connection& connection, std::int64_t row, const RepositoryId& to,
                                  const QuotaPolicy& policy);

struct RepositorySettings {
  std::optional<bool> is_private;
  std::optional<Gating> gating;
  // Invalid when there is no such branch, but for a mirror, whose refs come after. After changing
  // it, set the head again (storage/catalog/repository_head.h) in the same transaction.
  std::optional<std::string> default_branch;
};
Result<Repository> ChangeSettings(Connection& connection, std::int64_t row,
                                  const RepositorySettings& settings);

}  // namespace banyan::storage
