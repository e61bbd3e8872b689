#include "tests/simulation/repositories.h"

#include "storage/history/commit.h"

namespace banyan::simulation {
namespace {

using namespace storage;

constexpr std::uint64_t kMaxRepositories = 4;

Result<std::vector<std::int64_t>> ListOwn(Database& database, const std::string& owner) {
  auto lease = TRY(database.Read());
  std::vector<std::int64_t> found;
  auto rows = lease->Query(
      "SELECT repository.id FROM repository JOIN namespace ON namespace.id = repository.namespace "
      "WHERE namespace.name = ? ORDER BY repository.id",
      owner);
  while (rows.Next()) found.push_back(rows.Int(0));
  TRY(rows.status());
  return found;
}

Result<std::int64_t> Add(Database& database, const std::string& owner, const std::string& name) {
  std::int64_t id = 0;
  TRY(database.Write([&](Connection& c) -> Status {
    TRY(
        c.Execute("INSERT OR IGNORE INTO namespace(name, folded, kind, created_ms)"
                  " VALUES(?, ?, 0, 0)",
                  owner, owner));
    TRY(
        c.Execute("INSERT INTO repository(uid, kind, namespace, name, folded, private,"
                  " created_ms, updated_ms) VALUES(?, 0, (SELECT id FROM namespace WHERE"
                  " folded = ?), ?, ?, 0, 0, 0)",
                  HashSha256(AsBytes(owner + "/" + name)), owner, name, name));
    id = c.LastInsertId();
    return c.Execute("INSERT INTO repository_document(repository) VALUES(?)", id);
  }));
  return id;
}

Status CommitTo(Database& database, ContentStore& store, std::int64_t repository, Files files,
                FakeRandom& random, std::int64_t now_ms) {
  const bool is_large = files == Files::SomeLarge && random.OneIn(3);
  const auto text = ToHex(random.TakeBytes(is_large ? 30'000 + random.Below(200'000) : 200));
  const auto view = AsBytes(text);
  CommitRequest request{repository, "main", std::nullopt, {"Ada", "ada@example.org"}, "A change",
                        now_ms,     {}};
  request.operations.push_back(AddInline{kFileName, Bytes(view.begin(), view.end())});
  TRY(storage::Commit(database, store, request, {now_ms, {}, nullptr}));
  return Ok();
}

}  // namespace

Status ChangeSomeRepository(Database& database, ContentStore& store, const std::string& owner,
                            Files files, FakeRandom& random, std::int64_t now_ms) {
  const auto own = TRY(ListOwn(database, owner));
  auto repository = own.empty() ? 0 : own[random.Below(own.size())];
  if (own.size() < kMaxRepositories && (own.empty() || random.OneIn(3))) {
    repository = TRY(Add(database, owner, "r" + std::to_string(own.size())));
    TRY(CommitTo(database, store, repository, files, random, now_ms));
  } else if (random.OneIn(2)) {
    TRY(CommitTo(database, store, repository, files, random, now_ms));
  }
  return database.Write([&](Connection& c) -> Status {
    TRY(c.Execute("UPDATE repository SET described = head WHERE id = ?", repository));
    return c.Execute(
        "UPDATE repository SET licence = CASE licence WHEN 'MIT' THEN 'Apache-2.0' ELSE 'MIT' END "
        "WHERE id = ?",
        repository);
  });
}

}  // namespace banyan::simulation
