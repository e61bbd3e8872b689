#include "federation/open_objects.h"

#include "federation/commit_tree.h"
#include "federation/obtained_objects.h"
#include "storage/history/uploads.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::SqlValue;

constexpr std::uint64_t kMaxTextBytes = 1u << 20;  // of a licence

// As the table has it.
enum class Kind { Node = 0, GitObject = 1, Meta = 2, File = 3 };

enum class Presence { New, Known };

class Opening {
 public:
  Opening(storage::History& history, std::int64_t card) : history_(history), card_(card) {}

  Status AddTree(const Sha256& root) {
    std::vector<Sha256> waiting = {root};
    while (!waiting.empty()) {
      const Sha256 id = waiting.back();
      waiting.pop_back();
      if (TRY(Add(id, Kind::Node, nullptr)) == Presence::Known) continue;  // and all below it
      const auto node = TRY(storage::LoadNode(history_.nodes(), id));
      for (const auto& item : node.items) {
        if (node.level > 0) waiting.push_back(TRY(storage::ParseChildRef(item.value)).id);
      }
    }
    return Ok();
  }

  // With the commits' bodies and manifests.
  Status AddCommitTree(const Sha256& root) {
    TRY(AddTree(root));
    storage::SearchCursor cursor(history_.nodes());
    for (TRY(cursor.Open(root)); cursor.Valid(); TRY(cursor.Next())) {
      const auto oid = GitOid::FromRaw(AsBytes(cursor.Item().key));
      const auto entry = TRY(ParseCommitTreeEntry(cursor.Item().value));
      if (TRY(Add(entry.body, Kind::GitObject, oid)) == Presence::Known) continue;
      if (!entry.manifest) continue;
      TRY(history_.LoadManifest({oid, *entry.manifest, 0, 0, 0}));
      TRY(history_.TakeNodes().Insert(connection(), {*entry.manifest}));
      TRY(AddTree(*entry.manifest));
    }
    return Ok();
  }

  // The latest of its kind only.
  Status Replace(Kind kind, const std::optional<Sha256>& id) {
    TRY(connection().Execute("DELETE FROM open_object WHERE card = ? AND kind = ?", card_,
                             static_cast<int>(kind)));
    if (id) TRY(Add(*id, kind, nullptr));
    return Ok();
  }

  Connection& connection() { return history_.connection(); }

 private:
  Result<Presence> Add(const Sha256& id, Kind kind, const SqlValue& oid) {
    TRY(
        connection().Execute("INSERT OR IGNORE INTO open_object(id, card, kind, oid) "
                             "VALUES(?, ?, ?, ?)",
                             id, card_, static_cast<int>(kind), oid));
    if (connection().Changes() == 0) return Presence::Known;
    TRY(ForgetObtained(connection(), id));
    return Presence::New;
  }

  storage::History& history_;
  const std::int64_t card_;
};

// Of the latest card, which may be another by now.
Result<Bytes> ReadMeta(Connection& connection, std::int64_t card, const Sha256& id) {
  auto rows = connection.Query("SELECT meta FROM repository_card WHERE id = ?", card);
  Bytes meta;
  if (rows.Next()) meta.assign(rows.Blob(0).begin(), rows.Blob(0).end());
  TRY(rows.status());
  if (HashSha256(meta) != id) return Error(Errc::NotFound, "this meta object is not kept");
  return meta;
}

// What the repository holds: a card of another node may name any digest.
Result<Bytes> ReadStored(Connection& connection, storage::ContentStore& store,
                         std::int64_t repository, const Sha256& id) {
  const auto file = TRY(storage::FindCommittedFile(connection, repository, id));
  if (!file) return Error(Errc::NotFound, "its content is not held here");
  if (file->size_bytes > kMaxTextBytes) {
    return Error(Errc::TooLarge, "larger than an object may be; read it as a file");
  }
  return store.ReadWhole(*file);
}

Result<Bytes> ReadAny(Connection& connection, storage::ContentStore& store, const Sha256& id) {
  std::int64_t card = 0;
  std::int64_t repository = 0;
  auto kind = Kind::Node;
  GitOid oid;
  {
    auto rows = connection.Query(
        "SELECT open_object.card, open_object.kind, open_object.oid, repository_card.repository" +
            std::string(kReachedPublicly) +
            "AND (open_object.kind <> 3 OR repository.answer < 2)",  // a file that is not withheld
        id);
    if (!rows.Next()) {
      TRY(rows.status());
      return Error(Errc::NotFound, "no such object, or none that is public");
    }
    card = rows.Int(0);
    kind = static_cast<Kind>(rows.Int(1));
    if (kind == Kind::GitObject) oid = rows.DigestAt<GitOid>(2);
    repository = rows.Int(3);
    TRY(rows.status());
  }
  switch (kind) {
    case Kind::Meta: return ReadMeta(connection, card, id);
    case Kind::File: return ReadStored(connection, store, repository, id);
    case Kind::GitObject: {
      const auto objects = TRY(storage::GitObjects::Open(connection, store));
      return TRY(objects->Read(oid)).data;
    }
    case Kind::Node: break;
  }
  storage::CatalogNodes nodes(connection);
  return nodes.Load(id);
}

}  // namespace

Status OpenObjects(storage::History& history, std::int64_t card, const Card& state) {
  if (!state.content) return CloseObjects(history.connection(), card);
  Opening opening(history, card);
  TRY(opening.AddTree(state.content->manifest));
  TRY(opening.AddTree(state.content->refs));
  TRY(opening.AddCommitTree(state.content->commits));
  TRY(opening.Replace(Kind::Meta, state.meta));
  const bool is_open = state.access == CardAccess::Open;  // else it is a file for those granted it
  TRY(opening.Replace(Kind::File, is_open ? state.content->licence_text : std::nullopt));
  return Ok();
}

Status CloseObjects(Connection& connection, std::int64_t card) {
  return connection.Execute("DELETE FROM open_object WHERE card = ?", card);
}

Result<Bytes> ReadOpenObject(Connection& connection, storage::ContentStore& store,
                             const Sha256& id) {
  Bytes object = TRY(ReadAny(connection, store, id));
  if (object.size() <= kMaxObjectBytes) return object;
  return Error(Errc::TooLarge, "larger than an object may be");
}

}  // namespace banyan::federation
