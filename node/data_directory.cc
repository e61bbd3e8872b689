#include "node/data_directory.h"

#include <algorithm>

#include "storage/catalog/accounts.h"
#include "storage/catalog/schema.h"
#include "storage/catalog/tokens.h"

namespace banyan::node {
namespace {

constexpr std::string_view kSeedName = "node.seed";
constexpr std::string_view kCatalogName = "catalog.db";

// What a fresh file system has of itself, what an interrupted first start leaves, and a policy.
bool MayPrecedeANode(const std::string& name) {
  return name.starts_with('.') || name == "lost+found" || name == "lock" || name == kPolicyName ||
         name.starts_with(kSeedName);
}

Status RequireOurs(FileSystem& fs, const std::string& path) {
  const auto stat = TRY(fs.Stat(path));
  if (!stat.is_directory) return Error(Errc::Invalid, path + ": not a directory");
  if (!stat.is_ours) {
    return Error(Errc::Denied, path + ": belongs to another user; run the node as its owner");
  }
  return Ok();
}

// Makes the directory if it may, and makes sure that it is a node's or empty.
Status Prepare(FileSystem& fs, const DataDirectory::Options& options) {
  const auto names = fs.List(options.path);
  const bool absent = !names && names.error().code() == Errc::NotFound;
  if (absent && options.create) return fs.CreateDirectories(options.path);
  if (absent) return Error(Errc::NotFound, options.path + ": no such directory");
  if (!names) return names.error();
  TRY(RequireOurs(fs, options.path));
  if (std::find(names->begin(), names->end(), kCatalogName) != names->end()) return Ok();
  if (!std::all_of(names->begin(), names->end(), MayPrecedeANode)) {
    return Error(Errc::Invalid, options.path +
                                    ": holds files, but no node: name an empty directory, or the "
                                    "data directory of a node");
  }
  if (options.create) return Ok();
  return Error(Errc::NotFound, options.path + ": no node was started here yet");
}

Result<std::unique_ptr<FileLock>> TakeLock(FileSystem& fs, const std::string& path) {
  auto lock = fs.Lock(path + "/lock");
  if (lock || lock.error().code() != Errc::Conflict) return lock;
  return Error(Errc::Conflict,
               path + ": in use by another banyan process; stop that one first, or ask it");
}

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::Open(Clock& clock, Random& random,
                                                           FileSystem& fs, const Options& options) {
  TRY(Prepare(fs, options));
  auto lock = TRY(TakeLock(fs, options.path));
  const auto seed =
      TRY(NodeSeed::OpenOrCreate(fs, random, options.path + "/" + std::string(kSeedName)));
  std::unique_ptr<DataDirectory> opened(new DataDirectory(options.path, std::move(lock), seed));
  opened->database_ =
      TRY(storage::Database::Open({options.path + "/" + std::string(kCatalogName), ""}));
  TRY(storage::Migrate(*opened->database_));
  opened->content_ = TRY(storage::LocalContentStore::Open(clock, fs, *opened->database_,
                                                          {options.path, options.min_free_bytes}));
  TRY(opened->MakeFirstOperator(clock, random, fs));
  return opened;
}

// The token is in its file before the account is committed: after a crash between the two the
// next start makes both again, and no start leaves a node that nobody can manage.
Status DataDirectory::MakeFirstOperator(Clock& clock, Random& random, FileSystem& fs) {
  return database_->Write([&](storage::Connection& connection) -> Status {
    const auto kind = storage::NamespaceKind::User;
    if (!TRY(storage::ListNamespaces(connection, kind, "", 1)).empty()) return Ok();
    const std::int64_t now_ms = clock.NowMs();
    const auto user = TRY(storage::CreateUser(
        connection, {std::string(kFirstOperator), "Node operator", /*is_node_admin=*/true},
        now_ms));
    const auto issued = TRY(storage::CreateToken(
        connection, random, {user.row, "first start", storage::Role::Admin, {}}, now_ms));
    TRY(WriteFileDurably(fs, TokenFile(), AsBytes(issued.text + "\n")));
    is_new_ = true;
    return Ok();
  });
}

}  // namespace banyan::node
