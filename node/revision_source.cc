#include "node/revision_source.h"

#include <map>
#include <memory>

#include "storage/history/uploads.h"

namespace banyan::node {

using storage::ManifestEntry;

Result<storage::RevisionView> ViewRevision(storage::History& history, std::int64_t repository,
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
  view.is_held = [digests, repository, &connection](const std::string& path) {
    const auto found = digests->find(path);
    if (found == digests->end()) return true;
    const auto file = storage::FindCommittedFile(connection, repository, found->second);
    return !file || file->has_value();
  };
  view.read = [digests, repository, &connection, &content](
                  const std::string& path, std::uint64_t offset,
                  std::uint64_t size_bytes) -> Result<Bytes> {
    const auto file = TRY(storage::FindCommittedFile(connection, repository, digests->at(path)));
    if (!file) return Error(Errc::NotFound, path + ": its content is not held here");
    auto reader = TRY(content.OpenFile(*file));
    Bytes out(static_cast<std::size_t>(size_bytes));
    if (TRY(reader->ReadAt(offset, out)) == out.size()) return out;
    return Error(Errc::Corrupt, path + ": shorter than recorded");
  };
  return view;
}

}  // namespace banyan::node
