#include "tests/federation/mirror/mirror_fixture.h"

#include "federation/commit_tree.h"
#include "storage/history/commit_text.h"
#include "storage/history/history_mark.h"
#include "storage/history/received_history.h"
#include "storage/history/ref_list.h"
#include "storage/history/uploads.h"
#include "storage/history/work_tree.h"

namespace banyan::federation::testing {

using namespace banyan::storage;
using banyan::tests::HistoryFixture;

GitOid Publisher::Push(const std::string& branch, const std::vector<PushedFile>& files,
                       std::optional<std::vector<GitOid>> parents) {
  now_ms += 60000;
  auto lease = MUST(database->Read());
  auto objects = MUST(GitObjects::Open(*lease, *store));
  const auto ref = MUST(FindRef(*lease, repository, BranchRef(branch)));
  const auto before = ref ? std::optional(ref->target) : std::nullopt;
  if (!parents) parents.emplace();
  if (parents->empty() && before) parents->push_back(*before);
  std::optional<GitOid> base;
  if (!parents->empty()) base = MUST(ParseCommit(*objects, parents->front())).tree;
  WorkTree tree(*objects, base);
  for (const auto& file : files) {
    if (!file.text) {
      MUST(tree.RemoveFile(file.path));
      continue;
    }
    const auto blob = file.mode == kModeSubmodule
                          ? MUST(GitOid::Parse(*file.text))
                          : MUST(objects->Write(GitObjectType::Blob, AsBytes(*file.text)));
    MUST(tree.Put(file.path, file.mode, blob));
  }
  storage::CommitText text{MUST(tree.Write(WorkTree::Clashes::Accept)),
                           *parents,
                           {"Ada", "ada@example.org"},
                           now_ms,
                           "A push"};
  const auto commit = MUST(objects->Write(GitObjectType::Commit, MUST(EncodeCommit(text))));
  ReceiveOptions options;
  options.mirrored = true;  // names that clash, too
  auto change =
      MUST(VerifyReceived(*objects, repository, {{BranchRef(branch), before, commit}}, options));
  MUST(store->Sync());
  MUST(database->Write([&](Connection& c) -> Status {
    TRY(EnterChange(c, repository, change, Options()));
    return Ok();
  }));
  return commit;
}

std::int64_t TakeCard(Database& database, Publisher& publisher, const CardRow& card) {
  const auto entries = publisher.Entries();
  std::int64_t row = 0;
  MUST(database.Write([&](Connection& c) -> Status {
    TRY(c.Execute("INSERT OR IGNORE INTO origin(node) VALUES(?)", publisher.origin.node.genesis()));
    std::int64_t origin = 0;
    std::uint64_t position = 0;
    {
      auto rows = c.Query("SELECT id FROM origin WHERE node = ?", publisher.origin.node.genesis());
      REQUIRE(rows.Next());
      origin = rows.Int(0);
    }
    const LogId log{origin, 0};
    for (auto at = TRY(CountEntries(c, log)); at < entries.size(); ++at) {
      TRY(AppendEntry(c, log, entries[at]));
    }
    while (HashLeaf(entries.at(position)) != card.leaf) ++position;
    TRY(
        c.Execute("INSERT INTO repository_card(origin, key, number, leaf, epoch, position, "
                  "written_ms) VALUES(?, ?, ?, ?, 0, ?, 0) ON CONFLICT(origin, key) DO UPDATE SET "
                  "number = excluded.number, leaf = excluded.leaf, position = excluded.position",
                  origin, card.key, card.card.number, card.leaf, position));
    auto rows = c.Query("SELECT id FROM repository_card WHERE key = ?", card.key);
    REQUIRE(rows.Next());
    row = rows.Int(0);
    return c.Execute("INSERT OR IGNORE INTO mirror(card) VALUES(?)", row);
  }));
  return row;
}

Repository Follower::Mirrored(std::int64_t card) {
  auto lease = MUST(database->Read());
  auto rows = lease->Query("SELECT repository FROM repository_card WHERE id = ?", card);
  REQUIRE(rows.Next());
  REQUIRE_FALSE(rows.IsNull(0));
  repository = rows.Int(0);
  return MUST(GetRepository(*lease, repository));
}

std::string Follower::Problem(std::int64_t card) {
  auto lease = MUST(database->Read());
  auto rows = lease->Query("SELECT problem FROM mirror WHERE card = ?", card);
  REQUIRE(rows.Next());
  return rows.Text(0);
}

std::int64_t Follower::Count(const std::string& sql) {
  auto lease = MUST(database->Read());
  auto rows = lease->Query(sql);
  REQUIRE(rows.Next());
  return rows.Int(0);
}

MirrorReport Mirror(Follower& follower, Publisher& publisher, PeerSource& peer) {
  publisher.WriteCards();
  const auto card = follower.Follow(publisher);
  auto report = follower.Run(card, {&peer});
  if (!report.outcome) FAIL(report.outcome.error().message());
  REQUIRE(*report.outcome == MirrorOutcome::Mirrored);
  RequireSame(publisher, follower, card);
  return report;
}

namespace {

// "<path> <oid> <sha256 of what is read>" of the files of a manifest that are held.
std::vector<std::string> Contents(HistoryFixture& side, const Sha256& manifest) {
  std::vector<std::string> files;
  side.Read([&](History& history) {
    MUST(WalkManifest(
        history.nodes(), manifest, "",
        [&](const std::string& path, const ManifestEntry& entry) -> Status {
          if (entry.IsSubmodule()) return Ok();
          const auto file =
              TRY(FindCommittedFile(history.connection(), side.repository, entry.sha256));
          REQUIRE(file.has_value());
          const auto bytes = TRY(side.store->ReadWhole(*file));
          files.push_back(path + " " + entry.oid.ToString() + " " + HashSha256(bytes).ToString());
          return Ok();
        }));
  });
  return files;
}

}  // namespace

void RequireSame(Publisher& publisher, Follower& follower, std::int64_t card) {
  const CardContent content = *publisher.LastCard().card.content;
  follower.Mirrored(card);
  std::map<GitOid, Bytes> objects;
  publisher.Read([&](History& history) {
    SearchCursor cursor(history.nodes());
    for (MUST(cursor.Open(content.commits)); cursor.Valid(); MUST(cursor.Next())) {
      const auto oid = GitOid::FromRaw(AsBytes(cursor.Item().key));
      objects[oid] = MUST(history.objects().Read(oid)).data;
    }
  });
  follower.Read([&](History& history) {
    auto& connection = history.connection();
    MemoryNodes refs;
    CHECK(MUST(BuildRefList(connection, follower.repository, refs)) == content.refs);
    CHECK(MUST(BuildCommitTree(history, follower.repository)) == content.commits);
    for (const auto& [oid, data] : objects) {
      CHECK(MUST(history.objects().Read(oid)).data == data);
    }
  });
  auto lease = MUST(publisher.database->Read());
  for (const auto& ref : MUST(ListRefs(*lease, publisher.repository))) {
    const auto revision = MUST(FindRevision(*lease, publisher.repository, ref.commit));
    const auto here = follower.Resolve(ref.commit.ToString());
    CHECK(here.files == revision->files);
    CHECK(here.bytes == revision->bytes);
    CHECK(here.ancestors == revision->ancestors);
    CHECK(Contents(follower, here.manifest) == Contents(publisher, revision->manifest));
    HistoryMark mark;  // every git tree is here
    auto mine = MUST(follower.database->Read());
    MUST(mark.AddAll(*mine));
  }
}

}  // namespace banyan::federation::testing
