#include "federation/mirror/stated_history.h"

#include "federation/obtained_objects.h"
#include "storage/base/repository_name.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::GitObjects;

struct StatedItems {
  const char* name = "";
  std::uint64_t most = 0;
};

// Calls `visit` for each item, and requires the tree's own shape. Its nodes are in `shape` then.
template <typename Visit>
Status ReadTree(storage::NodeStore& nodes, const Sha256& root, const StatedItems& stated,
                storage::MemoryNodes& shape, const Visit& visit) {
  std::vector<storage::SearchChange> items;
  storage::SearchCursor cursor(nodes);
  for (TRY(cursor.Open(root)); cursor.Valid(); TRY(cursor.Next())) {
    if (items.size() == stated.most) {
      return Error(Errc::TooLarge, "it has more than " + std::to_string(stated.most) + " " +
                                       stated.name + ", which no mirror takes");
    }
    TRY(visit(cursor.Item().key, cursor.Item().value));
    items.push_back({cursor.Item().key, cursor.Item().value});
  }
  const Sha256 empty = TRY(storage::EmptyTree(shape));
  if (TRY(storage::UpdateTree(shape, empty, items)) == root) return Ok();
  return OriginContradicts("tree " + root.ToString() + " has not the shape of its content");
}

Status ValidateFullRef(const std::string& name) {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
    if (name.starts_with(prefix)) {
      return storage::ValidateRefName(std::string_view(name).substr(prefix.size()))
          .Context("ref " + name);
    }
  }
  return Error(Errc::Invalid, "ref " + name + " is neither a branch nor a tag");
}

Status AddCommit(StatedHistory& stated, const std::string& key, const std::string& value) {
  const auto oid = TRY(GitOid::FromBytes(AsBytes(key)).Context("commit tree"));
  stated.commits.emplace(oid, TRY(ParseCommitTreeEntry(value)));
  return Ok();
}

Status AddRef(StatedHistory& stated, const std::string& name, const std::string& value) {
  TRY(ValidateFullRef(name));
  const auto entry = TRY(storage::ParseRefListEntry(value));
  const auto commit = stated.commits.find(entry.commit);
  const bool is_stated = stated.commits.contains(entry.target) && commit != stated.commits.end() &&
                         commit->second.manifest == entry.manifest;
  if (!is_stated) return OriginContradicts(name + " is not of the commits that it lists");
  stated.refs.emplace(name, entry);
  return Ok();
}

Status RequireHead(const StatedHistory& stated, const CardContent& content, const Sha256& empty) {
  if (!content.head) {
    if (content.manifest == empty) return Ok();
    return OriginContradicts("files without a head");
  }
  const auto head = stated.commits.find(*content.head);
  if (head != stated.commits.end() && head->second.manifest == content.manifest) return Ok();
  return OriginContradicts("the head is not of the commits that it lists");
}

// Those whose objects do not count as here.
Result<std::vector<Sha256>> ListLacking(Connection& connection,
                                        const std::map<Sha256, GitOid>& by_body) {
  std::vector<Sha256> lacking;
  for (const auto& [body, oid] : by_body) {
    const auto presence = TRY(FindObtainedCommit(connection, body, oid));
    if (presence == storage::Presence::Absent) lacking.push_back(body);
  }
  return lacking;
}

}  // namespace

Error OriginContradicts(const std::string& what) {
  return Error(Errc::Corrupt, "the origin contradicts itself: " + what);
}

std::set<Sha256> StatedHistory::RefManifests() const {
  std::set<Sha256> manifests;
  for (const auto& [name, ref] : refs) manifests.insert(ref.manifest);
  return manifests;
}

Result<StatedHistory> ReadStatedHistory(storage::NodeStore& nodes, const CardContent& content) {
  StatedHistory stated;
  storage::MemoryNodes commits;
  TRY(ReadTree(nodes, content.commits, {"commits and tags", kMaxStatedCommits}, commits,
               [&](const std::string& key, const std::string& value) {
                 return AddCommit(stated, key, value);
               }));
  storage::MemoryNodes refs;
  TRY(ReadTree(nodes, content.refs, {"branches and tags", kMaxStatedRefs}, refs,
               [&](const std::string& key, const std::string& value) {
                 return AddRef(stated, key, value);
               }));
  TRY(RequireHead(stated, content, TRY(storage::EmptyTree(refs))));
  for (const auto& [id, node] : commits.nodes()) stated.nodes.Add(id, node);
  return stated;
}

Status FetchCommits(ObjectFetch& fetch, storage::Database& database, storage::ContentStore& store,
                    const StatedHistory& stated, std::int64_t now_ms) {
  std::map<Sha256, GitOid> by_body;
  for (const auto& [oid, entry] : stated.commits) {
    if (by_body.emplace(entry.body, oid).second) continue;
    return OriginContradicts("one commit under two ids, " + oid.ToString() + " among them");
  }
  std::vector<Sha256> lacking;
  {
    auto lease = TRY(database.Read());
    lacking = TRY(ListLacking(*lease, by_body));
  }
  return fetch.FetchObjects(lacking, [&](std::vector<FetchedObject> objects) -> Status {
    auto lease = TRY(database.Read());
    const auto git = TRY(GitObjects::Open(*lease, store));
    for (const auto& object : objects) {
      const GitOid& oid = by_body.at(object.id);
      if (TRY(git->Write(stated.commits.at(oid).type, object.bytes)) == oid) continue;
      return OriginContradicts("object " + object.id.ToString() + " is not " + oid.ToString());
    }
    auto pending = git->TakePending();
    return database.Write([&](Connection& connection) -> Status {
      TRY(pending.Insert(connection, now_ms));
      for (const auto& object : objects) {
        TRY(NoteObtainedCommit(connection, object.id, by_body.at(object.id)));
      }
      return Ok();
    });
  });
}

}  // namespace banyan::federation
