#include "storage/history/received_pack.h"

#include <git2/sys/odb_backend.h>

#include "storage/history/git_library.h"
#include "storage/history/lfs.h"

namespace banyan::storage {
namespace {

class PackReader {
 public:
  PackReader(GitObjects& objects, const ReceivedPackLimits& limits)
      : objects_(objects), limits_(limits) {}

  Status Read(const std::string& index) {
    git_odb* odb = nullptr;
    if (const int code = git_odb_new(&odb)) return GitError(code, "opening a received pack");
    odb_.reset(odb);
    git_odb_backend* pack = nullptr;
    if (const int code = git_odb_backend_one_pack(&pack, index.c_str())) {
      return GitError(code, "opening a received pack");
    }
    if (const int code = git_odb_add_backend(odb, pack, 1)) {
      pack->free(pack);
      return GitError(code, "opening a received pack");
    }
    const auto visit = [](const git_oid* id, void* self) {
      auto& reader = *static_cast<PackReader*>(self);
      reader.status_ = reader.Take(*id);
      return reader.status_ ? 0 : GIT_EUSER;
    };
    const int code = git_odb_foreach(odb, visit, this);
    if (!status_) return status_;
    return code == 0 ? Ok() : Status(GitError(code, "reading a received pack"));
  }

 private:
  Status Take(const git_oid& id) {
    if (limits_.go_on) TRY(limits_.go_on());
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (const int code = git_odb_read_header(&size, &type, odb_.get(), &id)) {
      return GitError(code, "reading a received object");
    }
    if (type == GIT_OBJECT_BLOB && size > kMaxGitBlobBytes) return NoteLarge(FromGit(id), size);
    if (type != GIT_OBJECT_BLOB) TRY(RequireRoom(id, size));
    git_odb_object* raw = nullptr;
    if (const int code = git_odb_read(&raw, odb_.get(), &id)) {
      return GitError(code, "reading a received object");
    }
    const ByteView data(static_cast<const std::uint8_t*>(git_odb_object_data(raw)),
                        git_odb_object_size(raw));
    const auto written = objects_.Write(static_cast<GitObjectType>(type), data);
    git_odb_object_free(raw);
    if (!written) return written.error();
    if (*written == FromGit(id)) return Ok();
    return Error(Errc::Corrupt, "received object " + FromGit(id).ToString() + " has another id");
  }

  // Only its size is ever looked at, and not what stands for its content.
  Status NoteLarge(const GitOid& oid, std::size_t size) {
    auto& pending = objects_.pending();
    auto nothing = TRY(objects_.PutBytes({}));
    pending.AddFile(nothing.content, std::move(nothing.pin));
    pending.AddBlob(oid, {size, nothing.content.sha256, false});
    return Ok();
  }

  Status RequireRoom(const git_oid& id, std::size_t size) const {
    if (size > limits_.max_object_bytes) {
      return Error(Errc::TooLarge, "object " + FromGit(id).ToString() + " has " +
                                       std::to_string(size) +
                                       " bytes, too many for a commit, folder or tag");
    }
    if (objects_.pending().held_bytes() < limits_.max_held_bytes) return Ok();
    return Error(Errc::TooLarge,
                 "commits and folders of this push are too large together: push an earlier "
                 "commit first, such as with git push origin <commit>:refs/heads/<branch>");
  }

  GitObjects& objects_;
  const ReceivedPackLimits& limits_;
  GitOdb odb_;
  Status status_;
};

}  // namespace

Status ReadReceivedPacks(GitObjects& objects, FileSystem& fs, const std::string& directory,
                         const ReceivedPackLimits& limits) {
  PackReader reader(objects, limits);
  for (const auto& name : TRY(fs.List(directory))) {
    if (name.ends_with(".idx")) TRY(reader.Read(directory + "/" + name));
  }
  return Ok();
}

}  // namespace banyan::storage
