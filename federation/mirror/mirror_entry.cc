#include "federation/mirror/mirror_entry.h"

#include <algorithm>

#include "federation/format/canonical_json.h"
#include "federation/open_objects.h"

namespace banyan::federation {
namespace {

using storage::Connection;

Error NotAsStated(const std::string& what) {
  return OriginContradicts(what + " is not what its card states");
}

Status RequireHead(const storage::EnteredChange& entered, const CardContent& content) {
  const auto head = entered.head ? std::optional(entered.head->commit) : std::nullopt;
  if (head != content.head) return NotAsStated("the commit of the default branch");
  if (!entered.head) return Ok();
  const bool is_stated =
      entered.head->manifest == content.manifest && entered.head->files == content.files &&
      std::min<std::uint64_t>(entered.head->bytes, kMaxCanonicalInt) == content.bytes;
  return is_stated ? Ok() : Status(NotAsStated("the number or size of files"));
}

// Every commit that the card lists is a revision here, with its manifest: what was one when the
// run began may be gone.
Status RequireCommits(Connection& connection, std::int64_t repository,
                      const StatedHistory& stated) {
  for (const auto& [oid, entry] : stated.commits) {
    if (!entry.manifest) continue;
    const auto revision = TRY(storage::FindRevision(connection, repository, oid));
    if (!revision) return Error(Errc::NotFound, "commit " + oid.ToString() + " was collected");
    if (revision->manifest != *entry.manifest) return NotAsStated("a manifest");
  }
  return Ok();
}

storage::RepositorySettings SettingsOf(const Card& card, const MirrorName& name) {
  storage::RepositorySettings settings;
  settings.is_private = false;
  settings.gating = card.access == CardAccess::Open ? storage::Gating::No : storage::Gating::Manual;
  settings.default_branch = name.branch;
  return settings;
}

}  // namespace

Result<std::vector<storage::ReceivedRef>> ListMoves(Connection& connection, std::int64_t repository,
                                                    const StatedHistory& stated) {
  std::vector<storage::ReceivedRef> moves;
  std::map<std::string, GitOid> here;
  for (const auto& ref : TRY(storage::ListRefs(connection, repository))) {
    here.emplace(ref.name, ref.target);
    if (!stated.refs.contains(ref.name)) moves.push_back({ref.name, ref.target, std::nullopt});
  }
  for (const auto& [name, entry] : stated.refs) {
    const auto at = here.find(name);
    if (at != here.end() && at->second == entry.target) continue;
    const auto before = at == here.end() ? std::nullopt : std::optional(at->second);
    moves.push_back({name, before, entry.target});
  }
  return moves;
}

Status EnterMirror(Connection& connection, storage::ContentStore& store, Random& random,
                   MirrorEntry& entry, const storage::EnterOptions& options) {
  TRY(RequireLatest(connection, entry.row));
  const Card& card = entry.row.card;
  const auto placed =
      TRY(PlaceMirror(connection, random, entry.row.identity, entry.name, options.now_ms));
  TRY(storage::ChangeSettings(connection, placed.row, SettingsOf(card, entry.name)));
  const auto entered = TRY(storage::EnterChange(connection, placed.row, entry.change, options));
  if (entered.ref_list != card.content->refs) return NotAsStated("the list of refs");
  TRY(RequireHead(entered, *card.content));
  TRY(RequireCommits(connection, placed.row, entry.stated));
  TRY(entry.stated.nodes.Insert(connection, {card.content->commits}));
  TRY(NoteMirrored(connection, entry.row, placed.row, options.now_ms));
  const auto history = TRY(storage::History::Open(connection, store, placed.row));
  return OpenObjects(*history, entry.row.card_row, card);
}

}  // namespace banyan::federation
