#include "storage/history/history_mark.h"

#include "storage/content/shared_bytes.h"
#include "storage/history/catalog_nodes.h"
#include "storage/history/git_tree.h"
#include "storage/history/ref_list.h"

namespace banyan::storage {
namespace {

struct ObjectRow {
  GitObjectType type = GitObjectType::Commit;
  Bytes data;
};

Result<ObjectRow> ReadObjectRow(Connection& connection, const GitOid& oid) {
  auto rows = connection.Query("SELECT type, data FROM git_object WHERE oid = ?", oid);
  if (!rows.Next()) {
    TRY(rows.status());
    return Error(Errc::Corrupt, "git object " + oid.ToString() + " is needed and missing");
  }
  const auto data = rows.Blob(1);
  return ObjectRow{static_cast<GitObjectType>(rows.Int(0)), Bytes(data.begin(), data.end())};
}

// "<key> <40 hex>\n" at the beginning of `text`, cut off.
std::optional<GitOid> TakeId(std::string_view& text, std::string_view key) {
  if (text.substr(0, key.size()) != key || text.size() < key.size() + 42) return std::nullopt;
  const auto oid = GitOid::Parse(text.substr(key.size() + 1, 40));
  if (!oid || text[key.size()] != ' ' || text[key.size() + 41] != '\n') return std::nullopt;
  text.remove_prefix(key.size() + 42);
  return *oid;
}

// "<key> <text>\n" at the beginning of `rest`, cut off.
std::optional<std::string_view> TakeText(std::string_view& rest, std::string_view key) {
  const auto end = rest.find('\n');
  const bool has_text = end != rest.npos && end > key.size() + 1;
  if (!has_text || !rest.starts_with(key) || rest[key.size()] != ' ') return std::nullopt;
  const auto text = rest.substr(key.size() + 1, end - key.size() - 1);
  rest.remove_prefix(end + 1);
  return text;
}

// Rows of one query of one digest column.
template <typename D, typename... Args>
Result<std::vector<D>> Digests(Connection& connection, std::string_view sql, const Args&... args) {
  auto rows = connection.Query(sql, args...);
  std::vector<D> out;
  while (rows.Next()) out.push_back(rows.template DigestAt<D>(0));
  TRY(rows.status());
  return out;
}

}  // namespace

Result<CommitLinks> ParseCommitLinks(ByteView data) {
  auto text = AsText(data);
  CommitLinks links;
  const auto tree = TakeId(text, "tree");
  if (!tree) return Error(Errc::Corrupt, "git commit: malformed header");
  links.tree = *tree;
  while (const auto parent = TakeId(text, "parent")) links.parents.push_back(*parent);
  return links;
}

Result<GitOid> ParseTagTarget(ByteView data) {
  auto text = AsText(data);
  const auto target = TakeId(text, "object");
  const auto type = target ? TakeText(text, "type") : std::nullopt;
  if (!type || !TakeText(text, "tag")) return Error(Errc::Corrupt, "git tag: malformed header");
  if (*type == "commit" || *type == "tag") return *target;
  return Error(Errc::Corrupt, "git tag: neither of a commit nor of a tag");
}

Result<CommitLinks> ReadCommitLinks(Connection& connection, const GitOid& commit) {
  const auto row = TRY(ReadObjectRow(connection, commit));
  if (row.type != GitObjectType::Commit) {
    return Error(Errc::Corrupt, commit.ToString() + " is no commit");
  }
  return ParseCommitLinks(row.data);
}

Status HistoryMark::AddAll(Connection& connection) {
  TRY(AddRevisions(connection, ""));
  TRY(AddCards(connection));
  return AddRefs(connection);
}

Status HistoryMark::AddReachable(Connection& connection) {
  TRY(AddRevisions(connection, " WHERE unreachable_ms IS NULL"));
  TRY(AddCards(connection));
  return AddRefs(connection);
}

Status HistoryMark::AddRevisions(Connection& connection, const std::string& condition) {
  const auto commits = TRY(Digests<GitOid>(connection, "SELECT oid FROM revision" + condition));
  for (const auto& commit : commits) TRY(AddCommit(connection, commit));
  const auto manifests =
      TRY(Digests<Sha256>(connection, "SELECT DISTINCT manifest FROM revision" + condition));
  for (const auto& root : manifests) TRY(AddNodes(connection, root));
  return Ok();
}

// Tag objects, and the ref lists as they are now.
Status HistoryMark::AddRefs(Connection& connection) {
  const auto tags =
      TRY(Digests<GitOid>(connection, "SELECT target FROM ref WHERE target <> peeled"));
  TRY(AddTags(connection, tags));
  std::vector<std::int64_t> repositories;
  {
    auto rows = connection.Query("SELECT DISTINCT repository FROM ref");
    while (rows.Next()) repositories.push_back(rows.Int(0));
    TRY(rows.status());
  }
  for (const auto repository : repositories) {
    MemoryNodes built;
    TRY(BuildRefList(connection, repository, built));
    for (const auto& [id, node] : built.nodes()) nodes_.emplace(id, true);
  }
  return Ok();
}

// What the latest cards name, which may be older than the refs.
Status HistoryMark::AddCards(Connection& connection) {
  for (const char* root : {"manifest", "refs", "commits"}) {
    const auto sql = std::string("SELECT DISTINCT ") + root + " FROM repository_card WHERE " +
                     root + " IS NOT NULL";
    for (const auto& id : TRY(Digests<Sha256>(connection, sql))) TRY(AddNodes(connection, id));
  }
  return Ok();
}

Status HistoryMark::AddRepository(Connection& connection, std::int64_t repository,
                                  const std::function<Status()>& go_on) {
  const auto commits =
      TRY(Digests<GitOid>(connection, "SELECT oid FROM revision WHERE repository = ?", repository));
  for (const auto& commit : commits) {
    if (go_on) TRY(go_on());
    TRY(AddCommit(connection, commit));
  }
  const auto tags = TRY(Digests<GitOid>(
      connection, "SELECT target FROM ref WHERE repository = ? AND target <> peeled", repository));
  return AddTags(connection, tags);
}

Status HistoryMark::AddCommit(Connection& connection, const GitOid& commit) {
  // Its parents are revisions themselves (history_change.h, invariant 2).
  if (objects_.count(commit) != 0) return Ok();
  const auto links = TRY(ReadCommitLinks(connection, commit));
  TRY(AddTrees(connection, links.tree));
  objects_.insert(commit);
  return Ok();
}

Status HistoryMark::AddTrees(Connection& connection, const GitOid& root) {
  std::vector<GitOid> waiting = {root};
  while (!waiting.empty()) {
    const GitOid tree = waiting.back();
    waiting.pop_back();
    if (!objects_.insert(tree).second) continue;
    const auto row = TRY(ReadObjectRow(connection, tree));
    const auto segments = TRY(ListSegments(row.data));
    if (segments.empty()) TRY(AddEntries(ByteView(row.data).subspan(1), waiting));
    for (const std::int64_t id : segments) {
      if (!segments_.insert(id).second) continue;
      auto rows = connection.Query("SELECT data FROM tree_segment WHERE id = ?", id);
      if (!rows.Next()) {
        TRY(rows.status());
        return Error(Errc::Corrupt, "tree segment " + std::to_string(id) + " is missing");
      }
      TRY(AddEntries(rows.Blob(0), waiting));
    }
  }
  return Ok();
}

Status HistoryMark::AddEntries(ByteView piece, std::vector<GitOid>& folders) {
  for (const auto& entry : TRY(ParseTree(piece))) {
    if (entry.IsFolder()) {
      folders.push_back(entry.oid);
    } else if (entry.mode != kModeSubmodule) {
      blobs_.insert(entry.oid);
    }
  }
  return Ok();
}

Status HistoryMark::AddTags(Connection& connection, const std::vector<GitOid>& targets) {
  std::vector<GitOid> waiting = targets;
  while (!waiting.empty()) {
    const GitOid tag = waiting.back();
    waiting.pop_back();
    if (objects_.count(tag) != 0) continue;
    const auto row = TRY(ReadObjectRow(connection, tag));
    if (row.type != GitObjectType::Tag) continue;
    objects_.insert(tag);
    waiting.push_back(TRY(ParseTagTarget(row.data).Context(tag.ToString())));  // a nested tag
  }
  return Ok();
}

Status HistoryMark::AddNodes(Connection& connection, const Sha256& root) {
  CatalogNodes stored(connection);
  std::vector<Sha256> waiting = {root};
  while (!waiting.empty()) {
    const Sha256 id = waiting.back();
    waiting.pop_back();
    if (nodes_.count(id) != 0) continue;
    Bytes column;
    {
      auto rows = connection.Query("SELECT data FROM tree_node WHERE id = ?", id);
      if (!rows.Next()) {
        TRY(rows.status());
        continue;
      }
      column.assign(rows.Blob(0).begin(), rows.Blob(0).end());
    }
    nodes_.emplace(id, true);
    for (const std::int64_t segment : TRY(ListSegments(column))) segments_.insert(segment);
    const auto bytes = TRY(LoadShared(connection, column, kMaxNodeBytes));
    for (const auto& child : TRY(ListChildren(bytes))) waiting.push_back(child);
  }
  return Ok();
}

}  // namespace banyan::storage
