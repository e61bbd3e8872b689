#include "federation/mirror/file_mirror.h"

#include "federation/mirror/chunk_list_fetch.h"
#include "federation/mirror/section_fetch.h"

namespace banyan::federation {
namespace {

constexpr int kMaxRounds = 3;  // a chunk that was open to all may become lacking meanwhile

Error OriginLied(const storage::ManifestEntry& entry, const std::string& how) {
  return Error(Errc::Corrupt, "the origin lied about file " + entry.hash.ToString() + ": " + how);
}

}  // namespace

Status RequireStated(const storage::ManifestEntry& entry, const storage::FileContent& content) {
  const bool is_stated = content.sha256 == entry.sha256 && content.hash == entry.hash &&
                         content.size_bytes == entry.size_bytes &&
                         content.chunk_count == entry.chunk_count;
  if (is_stated) return Ok();
  return OriginLied(entry, "the content with SHA-256 " + entry.sha256.ToString() +
                               " has another hash, size or number of chunks");
}

Status FileMirror::FetchPayloads(const FileHash& file,
                                 const std::vector<storage::ChunkList>& sections) {
  for (std::size_t i = 0; i < sections.size(); ++i) {
    TRY(peers_.RequireGoingOn());
    SectionFetch section(peers_, session_, {file, i, sections[i]});
    const Status fetched = section.Run();
    figures_.fetched_bytes += section.fetched_bytes();
    TRY(Status(fetched).Context("file " + file.ToString()));
  }
  return Ok();
}

Result<storage::FileContent> FileMirror::Fetch(const storage::ManifestEntry& entry) {
  SectionedList list;
  if (entry.size_bytes > 0) {
    list = TRY(FetchChunkList(peers_, {entry.hash, entry.size_bytes, entry.chunk_count}));
  }
  const auto chunks = JoinSections(list);
  for (int round = 1;; ++round) {
    TRY(FetchPayloads(entry.hash, list.sections));
    auto content = session_.Assemble(chunks, {entry.sha256, entry.size_bytes});
    if (content) {
      TRY(RequireStated(entry, *content));
      ++figures_.files;
      return content;
    }
    const Errc code = content.error().code();
    if (code == Errc::Invalid) {
      return OriginLied(entry, "every chunk is as its hash says, but " + content.error().message());
    }
    if (code != Errc::Conflict || round == kMaxRounds) return content;
  }
}

}  // namespace banyan::federation
