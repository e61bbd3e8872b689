#include "storage/history/ref_list.h"

namespace banyan::storage {

std::string EncodeRefListEntry(const RefListEntry& entry) {
  ByteWriter out;
  out.Raw(entry.target.bytes());
  out.Raw(entry.commit.bytes());
  out.Raw(entry.manifest.bytes());
  return std::string(AsText(out.bytes()));
}

Result<RefListEntry> ParseRefListEntry(std::string_view value) {
  ByteReader in(AsBytes(value));
  const auto target = in.Raw(GitOid::kSize);
  const auto commit = in.Raw(GitOid::kSize);
  const auto manifest = in.Raw(Sha256::kSize);
  if (!in.AtEnd()) return Error(Errc::Corrupt, "ref list entry: wrong size");
  return RefListEntry{GitOid::FromRaw(target), GitOid::FromRaw(commit), Sha256::FromRaw(manifest)};
}

Result<Sha256> BuildRefList(Connection& connection, std::int64_t repository, NodeStore& nodes) {
  std::vector<SearchChange> refs;
  auto rows = connection.Query(
      "SELECT ref.name, ref.target, ref.peeled, revision.manifest FROM ref JOIN revision "
      "ON revision.repository = ref.repository AND revision.oid = ref.peeled "
      "WHERE ref.repository = ? AND (ref.name GLOB 'refs/heads/*' OR ref.name GLOB 'refs/tags/*') "
      "ORDER BY ref.name",
      repository);
  while (rows.Next()) {
    const RefListEntry entry{rows.DigestAt<GitOid>(1), rows.DigestAt<GitOid>(2),
                             rows.DigestAt<Sha256>(3)};
    refs.push_back({rows.Text(0), EncodeRefListEntry(entry)});
  }
  TRY(rows.status());
  const Sha256 empty = TRY(EmptyTree(nodes));
  return UpdateTree(nodes, empty, refs);
}

Result<Sha256> StoreRefList(Connection& connection, std::int64_t repository) {
  CatalogNodes nodes(connection);
  const Sha256 root = TRY(BuildRefList(connection, repository, nodes));
  TRY(nodes.TakePending().Insert(connection, {root}));
  return root;
}

}  // namespace banyan::storage
