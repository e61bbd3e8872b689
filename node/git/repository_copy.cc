#include "node/git/repository_copy.h"

#include "storage/base/logging.h"

namespace banyan::node {
namespace {

using Depth = storage::PackExport::Depth;

constexpr int kCommitsBetweenLooks = 256;
constexpr std::uint64_t kMinBitmapBytes = 1u << 20;  // of packs; what is smaller is counted fast

// What clients may ask for, and how much of a machine git takes for it. A file from half a megabyte
// on is read as a stream and not compared with others.
constexpr std::string_view kConfig = R"([core]
  repositoryformatversion = 0
  bare = true
  logAllRefUpdates = false
  bigFileThreshold = 512k
  packedGitWindowSize = 16m
  packedGitLimit = 128m
  deltaBaseCacheLimit = 32m
[uploadpack]
  allowFilter = true
  allowAnySHA1InWant = true
[receive]
  autogc = false
  unpackLimit = 1
  fsckObjects = true
  updateServerInfo = false
[receive "fsck"]
  zeroPaddedFilemode = ignore
  missingSpaceBeforeDate = ignore
  missingNameBeforeEmail = ignore
  badTimezone = ignore
  gitmodulesUrl = ignore
[gc]
  auto = 0
[pack]
  threads = 1
  windowMemory = 32m
  deltaCacheSize = 32m
)";

Status WriteFile(FileSystem& fs, const std::string& path, std::string_view text) {
  const std::string unfinished = path + ".tmp";
  {
    const auto file = TRY(fs.Open(unfinished, OpenMode::Create));
    TRY(file->Truncate(0));
    TRY(file->WriteAt(0, AsBytes(text)));
  }
  return fs.Rename(unfinished, path);
}

bool IsShown(const storage::Ref& ref) {
  return ref.name.starts_with("refs/heads/") || ref.name.starts_with("refs/tags/");
}

}  // namespace

Status RemoveTree(FileSystem& fs, const std::string& path) {
  for (const auto& name : TRY(fs.List(path))) {
    const std::string inner = path + "/" + name;
    const auto stat = TRY(fs.Stat(inner));
    TRY(stat.is_directory ? RemoveTree(fs, inner) : fs.Remove(inner));
  }
  return fs.Remove(path);
}

Result<RefState> RefState::Read(storage::Connection& connection, std::int64_t repository) {
  RefState state;
  state.default_branch = TRY(storage::DefaultBranch(connection, repository));
  for (auto& ref : TRY(storage::ListRefs(connection, repository))) {
    if (IsShown(ref)) state.refs.push_back(std::move(ref));
  }
  return state;
}

std::string RefState::Head() const { return "ref: " + storage::BranchRef(default_branch) + "\n"; }

std::string RefState::PackedRefs() const {
  std::string text = "# pack-refs with: peeled fully-peeled sorted \n";
  for (const auto& ref : refs) {
    text += ref.target.ToString() + " " + ref.name + "\n";
    if (ref.target != ref.commit) text += "^" + ref.commit.ToString() + "\n";
  }
  return text;
}

Status MakeBareRepository(FileSystem& fs, const std::string& directory) {
  TRY(fs.CreateDirectories(directory + "/objects/pack"));
  TRY(fs.CreateDirectories(directory + "/refs"));
  return WriteFile(fs, directory + "/config", kConfig);
}

Status WriteRefs(FileSystem& fs, const std::string& directory, const RefState& state) {
  TRY(WriteFile(fs, directory + "/packed-refs", state.PackedRefs()));
  return WriteFile(fs, directory + "/HEAD", state.Head());
}

RepositoryCopy::~RepositoryCopy() {
  const auto removed = RemoveTree(fs_, directory_);
  if (removed || removed.error().code() == Errc::NotFound) return;
  log::Warning("node", "event=git_copy_left error=\"{}\"", removed.error().message());
}

Status RepositoryCopy::RequireRoom() const {
  if (TRY(fs_.FreeBytes(ParentDirectory(directory_))) >= min_free_bytes_) return Ok();
  return Error(Errc::NoSpace, "the disk has no room for a copy for git");
}

Result<RepositoryCopy::Updated> RepositoryCopy::Update(storage::Database& database,
                                                       storage::ContentStore& content) {
  const MutexLock lock(mutex_);
  auto lease = TRY(database.Read());
  Updated updated;
  updated.refs = TRY(RefState::Read(*lease, repository_));
  std::string shown = updated.refs.Head() + updated.refs.PackedRefs();
  if (shown == shown_) return updated;
  if (!is_made_) TRY(MakeBareRepository(fs_, directory_));
  is_made_ = true;
  updated.absent = TRY(AddPack(*lease, content, updated.refs, Depth::All));
  if (!updated.absent.empty()) {
    missing_ = updated.absent[0].entry.oid;
    updated.absent = TRY(AddPack(*lease, content, updated.refs, Depth::Tips));
  }
  if (!updated.absent.empty()) return updated;
  if (!shallow_.empty()) TRY(WriteFile(fs_, directory_ + "/shallow", shallow_));
  TRY(WriteRefs(fs_, directory_, updated.refs));
  shown_ = std::move(shown);
  return updated;
}

Result<std::optional<GitOid>> RepositoryCopy::FoundSince(storage::Connection& connection) {
  const MutexLock lock(mutex_);
  if (!missing_ || shallow_.empty()) return std::optional<GitOid>();
  auto rows = connection.Query("SELECT 1 FROM git_blob WHERE oid = ?", *missing_);
  const bool found = rows.Next();
  TRY(Status(rows.status()));
  return found ? missing_ : std::nullopt;
}

bool RepositoryCopy::ClaimBitmap() {
  const MutexLock lock(mutex_);
  const std::uint64_t size = size_bytes_;
  // Git has no use for one where commits are without their parents.
  const bool wants = shallow_.empty() && size >= kMinBitmapBytes && size / 2 > claimed_bytes_;
  if (wants) claimed_bytes_ = size;
  return wants;
}

Result<RepositoryCopy::Absent> RepositoryCopy::AddPack(storage::Connection& connection,
                                                       storage::ContentStore& content,
                                                       const RefState& refs, Depth depth) {
  const std::string packs = directory_ + "/objects/pack";
  std::vector<storage::PackIndex> known;
  for (std::size_t i = 0; i < packs_; ++i) {
    known.push_back(
        TRY(storage::PackIndex::Open(fs_, packs + "/pack-" + std::to_string(i) + ".idx")));
  }
  const auto history = TRY(storage::History::Open(connection, content, repository_));
  auto writer = TRY(storage::PackWriter::Create(fs_, packs, std::to_string(packs_)));
  int commits = 0;
  const auto go_on = [&]() -> Status {
    return commits++ % kCommitsBetweenLooks == 0 ? RequireRoom() : Ok();
  };
  storage::PackExport pack({*history, repository_, known, *writer, go_on, depth});
  for (const auto& ref : refs.refs) TRY(pack.Add(ref));
  if (!pack.absent().empty()) return pack.absent();
  for (const auto& commit : pack.shallow()) shallow_ += commit.ToString() + "\n";
  if (writer->object_count() > 0) {
    TRY(writer->Finish());
    size_bytes_ += writer->size_bytes();
    ++packs_;
  }
  return Absent();
}

}  // namespace banyan::node
