#include "federation/mirror/wanted_files.h"

#include "storage/history/history_mark.h"

namespace banyan::federation {
namespace {

using storage::ManifestEntry;

constexpr std::string_view kCardPath = "README.md";

bool DescribesRepository(const Card& card, const std::string& path, const ManifestEntry& entry) {
  return path == kCardPath || entry.sha256 == card.content->licence_text;
}

// The commits that `tips` lead to.
Result<std::set<GitOid>> ListReachable(storage::GitObjects& objects, std::vector<GitOid> tips) {
  std::set<GitOid> reached;
  while (!tips.empty()) {
    const GitOid commit = tips.back();
    tips.pop_back();
    if (!reached.insert(commit).second) continue;
    const auto object = TRY(objects.Read(commit));
    const auto links = TRY(storage::ParseCommitLinks(object.data));
    tips.insert(tips.end(), links.parents.begin(), links.parents.end());
  }
  return reached;
}

}  // namespace

Result<std::set<Sha256>> SelectManifests(storage::GitObjects& objects, const StatedHistory& stated,
                                         const ContentSelection& selection) {
  std::set<Sha256> manifests;
  std::vector<GitOid> tips;
  for (const auto& [name, ref] : stated.refs) {
    if (!selection.WantsRef(name)) continue;
    manifests.insert(ref.manifest);
    tips.push_back(ref.commit);
  }
  if (selection.history == ContentSelection::History::Heads) return manifests;
  const auto reached =
      selection.refs.empty() ? std::set<GitOid>() : TRY(ListReachable(objects, std::move(tips)));
  for (const auto& [oid, entry] : stated.commits) {
    const bool is_under = selection.refs.empty() || reached.contains(oid);
    if (entry.manifest && is_under) manifests.insert(*entry.manifest);
  }
  return manifests;
}

Result<GitRebuild::Blobs> ListWanted(storage::NodeStore& nodes, const Card& card,
                                     const std::set<Sha256>& manifests,
                                     const ContentSelection& selection,
                                     const GitRebuild::Blobs& known) {
  GitRebuild::Blobs all = known;
  GitRebuild::Blobs wanted;
  if (card.access != CardAccess::Open) return wanted;
  auto walked = manifests;
  walked.insert(card.content->manifest);
  for (const auto& manifest : walked) {
    const bool is_selected = manifests.contains(manifest);
    const bool is_head = manifest == card.content->manifest;
    const auto visit = [&](const std::string& path, const ManifestEntry& entry) -> Status {
      const bool is_wanted = (is_selected && selection.WantsFile(path)) ||
                             (is_head && DescribesRepository(card, path, entry));
      if (!is_wanted) return Ok();
      TRY(AddBlob(all, entry));
      return AddBlob(wanted, entry);
    };
    TRY(storage::WalkManifest(nodes, manifest, "", visit));
  }
  return wanted;
}

}  // namespace banyan::federation
