#include "storage/history/git_backend.h"

#include "storage/content/shared_bytes.h"
#include "storage/history/git_library.h"
#include "storage/history/lfs.h"

namespace banyan::storage {
namespace {

// No honest object is larger: trees and commits are refused at entry, blobs by rule.
constexpr std::size_t kMaxObjectBytes = 1u << 30;

CatalogBackend& Self(git_odb_backend* backend) { return *static_cast<CatalogBackend*>(backend); }

int GiveData(CatalogBackend& self, const GitObject& object, void** data, std::size_t* size,
             git_object_t* type) {
  *data = git_odb_backend_data_alloc(&self, std::max<std::size_t>(object.data.size(), 1));
  if (*data == nullptr) return -1;
  if (!object.data.empty()) std::memcpy(*data, object.data.data(), object.data.size());
  *size = object.data.size();
  *type = static_cast<git_object_t>(object.type);
  return 0;
}

int OnRead(void** data, std::size_t* size, git_object_t* type, git_odb_backend* backend,
           const git_oid* oid) {
  auto object = Self(backend).Read(FromGit(*oid));
  if (!object) return Self(backend).Fail(object.error());
  return GiveData(Self(backend), *object, data, size, type);
}

int OnReadHeader(std::size_t* size, git_object_t* type, git_odb_backend* backend,
                 const git_oid* oid) {
  auto header = Self(backend).ReadHeader(FromGit(*oid));
  if (!header) return Self(backend).Fail(header.error());
  *size = header->size_bytes;
  *type = static_cast<git_object_t>(header->type);
  return 0;
}

int OnExists(git_odb_backend* backend, const git_oid* oid) {
  auto header = Self(backend).ReadHeader(FromGit(*oid));
  if (!header) Self(backend).Fail(header.error());
  return header ? 1 : 0;
}

int OnWrite(git_odb_backend* backend, const git_oid* oid, const void* data, std::size_t size,
            git_object_t type) {
  const auto status = Self(backend).Write(FromGit(*oid), static_cast<GitObjectType>(type),
                                          ByteView(static_cast<const std::uint8_t*>(data), size));
  return status ? 0 : Self(backend).Fail(status.error());
}

// `length` hex digits of `prefix` count; the rest of it is zero.
int OnExistsPrefix(git_oid* out, git_odb_backend* backend, const git_oid* prefix,
                   std::size_t length) {
  git_oid high = *prefix;
  for (std::size_t digit = length; digit < 2 * GitOid::kSize; ++digit) {
    high.id[digit / 2] =
        static_cast<unsigned char>(high.id[digit / 2] | (digit % 2 == 0 ? 0xF0 : 0x0F));
  }
  auto found = Self(backend).Range(FromGit(*prefix), FromGit(high), 2);
  if (!found) return Self(backend).Fail(found.error());
  if (found->empty()) return GIT_ENOTFOUND;
  if (found->size() > 1) return GIT_EAMBIGUOUS;
  *out = ToGit(found->front());
  return 0;
}

int OnReadPrefix(git_oid* out, void** data, std::size_t* size, git_object_t* type,
                 git_odb_backend* backend, const git_oid* prefix, std::size_t length) {
  const int code = OnExistsPrefix(out, backend, prefix, length);
  return code != 0 ? code : OnRead(data, size, type, backend, out);
}

int OnForeach(git_odb_backend* backend, git_odb_foreach_cb visit, void* payload) {
  constexpr int kBatch = 1000;
  Bytes last(GitOid::kSize, 0xFF);
  const GitOid high = GitOid::FromRaw(last);
  GitOid low;
  for (;;) {
    auto batch = Self(backend).Range(low, high, kBatch);
    if (!batch) return Self(backend).Fail(batch.error());
    const bool more = batch->size() == static_cast<std::size_t>(kBatch);
    // A full batch repeats its last id as the first of the next.
    const std::size_t count = more ? batch->size() - 1 : batch->size();
    for (std::size_t i = 0; i < count; ++i) {
      const git_oid oid = ToGit((*batch)[i]);
      if (const int code = visit(&oid, payload)) return code;
    }
    if (!more) return 0;
    low = batch->back();
  }
}

}  // namespace

CatalogBackend::CatalogBackend(Connection& connection_in, ContentStore& store_in,
                               std::int64_t repository)
    : git_odb_backend(), connection(connection_in), store(store_in), repository_(repository) {
  git_odb_init_backend(this, GIT_ODB_BACKEND_VERSION);
  git_odb_backend::read = OnRead;
  git_odb_backend::read_header = OnReadHeader;
  git_odb_backend::read_prefix = OnReadPrefix;
  git_odb_backend::exists = OnExists;
  git_odb_backend::exists_prefix = OnExistsPrefix;
  git_odb_backend::write = OnWrite;
  git_odb_backend::foreach = OnForeach;
  git_odb_backend::free = [](git_odb_backend* backend) { delete &Self(backend); };
}

int CatalogBackend::Fail(const Error& error) {
  if (error.code() == Errc::NotFound) {
    git_error_set_str(GIT_ERROR_ODB, error.message().c_str());
    return GIT_ENOTFOUND;
  }
  failure_ = error;
  return GIT_EUSER;
}

Result<GitObject> CatalogBackend::Read(const GitOid& oid) {
  if (const auto* waiting = pending.FindObject(oid)) {
    return GitObject{waiting->type, waiting->Data()};
  }
  GitObject object;
  std::size_t size = 0;
  {
    auto rows = connection.Query("SELECT type, size, data FROM git_object WHERE oid = ?", oid);
    if (!rows.Next()) {
      TRY(rows.status());
      return ReadBlob(oid);
    }
    object.type = static_cast<GitObjectType>(rows.Int(0));
    size = static_cast<std::size_t>(rows.Int(1));
    const auto column = rows.Blob(2);
    object.data.assign(column.begin(), column.end());
  }
  if (object.type == GitObjectType::Tree && size <= kMaxObjectBytes) {
    object.data = TRY(LoadShared(connection, object.data, size));
  }
  if (object.data.size() != size) {
    return Error(Errc::Corrupt, "git object " + oid.Short() + " has the wrong size");
  }
  return object;
}

Result<GitHeader> CatalogBackend::ReadHeader(const GitOid& oid) {
  if (const auto* waiting = pending.FindObject(oid)) {
    return GitHeader{waiting->type, waiting->size_bytes()};
  }
  if (const auto* blob = pending.FindBlob(oid)) {
    return GitHeader{GitObjectType::Blob, blob->size_bytes};
  }
  auto rows = connection.Query(
      "SELECT type, size FROM git_object WHERE oid = ?1 "
      "UNION ALL SELECT 3, size FROM git_blob WHERE oid = ?1",
      oid);
  if (rows.Next()) {
    return GitHeader{static_cast<GitObjectType>(rows.Int(0)),
                     static_cast<std::uint64_t>(rows.Int(1))};
  }
  TRY(rows.status());
  return Error(Errc::NotFound, "no git object " + oid.ToString());
}

Result<GitObject> CatalogBackend::ReadBlob(const GitOid& oid) {
  FileContent file;
  bool is_pointer = false;
  if (const auto* blob = pending.FindBlob(oid)) {
    file = *pending.FindFile(blob->file);
    is_pointer = blob->is_pointer;
  } else {
    std::int64_t row = 0;
    {
      auto rows = connection.Query(
          "SELECT coalesce(content, lfs), content IS NULL FROM git_blob WHERE oid = ?", oid);
      if (!rows.Next()) {
        TRY(rows.status());
        return Error(Errc::NotFound, "no git object " + oid.ToString());
      }
      row = rows.Int(0);
      is_pointer = rows.Int(1) != 0;
    }
    file = TRY(GetFile(connection, row));
  }
  if (!is_pointer) {
    if (file.size_bytes > kMaxObjectBytes) {
      return Error(Errc::TooLarge, "git blob of " + std::to_string(file.size_bytes) + " bytes");
    }
    auto content = TRY(store.ReadWhole(file));
    return GitObject{GitObjectType::Blob, std::move(content)};
  }
  const std::string text = PointerText({file.sha256, file.size_bytes});
  const auto bytes = AsBytes(text);
  return GitObject{GitObjectType::Blob, Bytes(bytes.begin(), bytes.end())};
}

Status CatalogBackend::Write(const GitOid& oid, GitObjectType type, ByteView data) {
  if (type != GitObjectType::Blob) {
    pending.AddObject(oid, type, data);
    return Ok();
  }
  auto stored = TRY(PutBytes(data));
  pending.AddFile(stored.content, std::move(stored.pin));
  pending.AddBlob(oid, {data.size(), stored.content.sha256, false});
  return Ok();
}

Result<std::vector<GitOid>> CatalogBackend::Range(const GitOid& low, const GitOid& high,
                                                  int limit) {
  std::map<GitOid, bool> found;
  auto rows = connection.Query(
      "SELECT oid FROM git_object WHERE oid BETWEEN ?1 AND ?2 "
      "UNION SELECT oid FROM git_blob WHERE oid BETWEEN ?1 AND ?2 ORDER BY 1 LIMIT ?3",
      low, high, limit);
  while (rows.Next()) found.emplace(rows.DigestAt<GitOid>(0), true);
  TRY(rows.status());
  const auto add = [&](const auto& waiting) {
    for (auto at = waiting.lower_bound(low); at != waiting.end() && at->first <= high; ++at) {
      found.emplace(at->first, true);
    }
  };
  add(pending.objects());
  add(pending.blobs());
  std::vector<GitOid> out;
  for (const auto& [oid, unused] : found) {
    if (out.size() < static_cast<std::size_t>(limit)) out.push_back(oid);
  }
  return out;
}

}  // namespace banyan::storage
