#pragma once
// What the head of a repository's default branch says about it: set as a whole and indexed for
// lists and search. The transaction that moves the branch sets only the head itself; what the new
// head says is read and set right after (Repository::described tells which commit it is of).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/digest.h"
#include "storage/base/sqlite.h"

namespace banyan::storage {

inline constexpr std::size_t kMaxTags = 500;
inline constexpr std::size_t kMaxTagBytes = 256;

// A card says what it likes and must not stop a commit: tags longer than kMaxTagBytes or beyond
// kMaxTags are left out; a licence, task or library longer than kMaxTagBytes counts as none.
struct RepositoryHead {
  std::optional<GitOid> commit;  // nullopt: the branch is gone
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::string licence;
  std::string task;
  std::string library;
  std::optional<std::uint64_t> parameters;
  // As clients filter by them ("license:mit", "dataset:a/b"). Task and library are added, and
  // each language as "language:<code>".
  std::vector<std::string> tags;
  std::vector<std::string> languages;
  std::string metadata = "{}";  // JSON object
  std::string search_text;      // as IndexText makes it, without the repository's name
};

// Replaces all of it and sets updated_ms. NotFound for no such repository. Inside
// Database::Write.
Status SetRepositoryHead(Connection& connection, std::int64_t repository,
                         const RepositoryHead& head, std::int64_t now_ms);

// In byte order.
Result<std::vector<std::string>> ListTags(Connection& connection, std::int64_t repository);
// The head's JSON text; kept apart from Repository because it may be long.
Result<std::string> GetMetadata(Connection& connection, std::int64_t repository);

}  // namespace banyan::storage
