#include "node/revision_source.h"

#include "storage/repository_head.h"
#include "storage/repository_metadata.h"

namespace banyan::node {

using storage::ManifestEntry;

Result<storage::RevisionView> ViewRevision(storage::History& history,
                                           storage::ContentStore& content,
                                           const storage::Revision& revision) {
  TRY(history.LoadManifest(revision));
  auto digests = std::make_shared<std::map<std::string, Sha256>>();
  storage::RevisionView view;
  TRY(storage::WalkManifest(history.nodes(), revision.manifest, "",
                            [&](const std::string& path, const ManifestEntry& entry) -> Status {
                              if (entry.IsSubmodule()) return Ok();
                              view.files.push_back({path, entry.size_bytes});
                              digests->emplace(path, entry.sha256);
                              return Ok();
                            }));
  auto& connection = history.connection();
  view.read = [digests, &connection, &content](const std::string& path, std::uint64_t offset,
                                               std::uint64_t size_bytes) -> Result<Bytes> {
    const auto file = TRY(storage::FindFile(connection, digests->at(path)));
    if (!file) return Error(Errc::NotFound, path + ": its content is not held here");
    auto reader = TRY(content.OpenFile(*file));
    Bytes out(static_cast<std::size_t>(size_bytes));
    if (TRY(reader->ReadAt(offset, out)) == out.size()) return out;
    return Error(Errc::Corrupt, path + ": shorter than recorded");
  };
  return view;
}

Status RefreshHead(storage::Connection& connection, storage::ContentStore& content,
                   const storage::EnteredChange& change, std::int64_t now_ms) {
  if (!change.head_moved) return Ok();
  storage::RepositoryHead head;
  if (change.head) {
    const auto repository = TRY(storage::GetRepository(connection, change.repository));
    auto history = TRY(storage::History::Open(connection, content, change.repository));
    const auto view = TRY(ViewRevision(*history, content, *change.head));
    const auto metadata = TRY(storage::ReadRepositoryMetadata(view, repository.id.kind));
    head.commit = change.head->commit;
    head.bytes = change.head->bytes;
    head.files = change.head->files;
    head.licence = storage::LicenceColumn(metadata);
    head.task = metadata.task;
    head.library = metadata.library;
    head.parameters = metadata.parameter_count;
    head.tags = metadata.tags;
    head.languages = metadata.languages;
    head.metadata = storage::ToJson(metadata).dump(-1, ' ', false, Json::error_handler_t::replace);
    head.search_text = metadata.search_text;
  }
  return storage::SetRepositoryHead(connection, change.repository, head, now_ms);
}

}  // namespace banyan::node
