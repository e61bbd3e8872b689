#include "tests/support/history_fixture.h"

#include <fstream>

#include "storage/history/git_library.h"

namespace banyan::tests {

using namespace banyan::storage;

HistoryFixture::HistoryFixture(bool is_private) { repository = AddRepository("name", is_private); }

EnterOptions HistoryFixture::Options() const { return {now_ms, {}, nullptr}; }

CommitRequest HistoryFixture::Request(std::vector<CommitOperation> operations) {
  now_ms += 60000;
  const char* message = "A change\n\nWith a reason.";
  return {repository, "main", std::nullopt,         {"Ada", "ada@example.org"},
          message,    now_ms, std::move(operations)};
}

Result<CommitResult> HistoryFixture::TryCommit(std::vector<CommitOperation> operations) {
  const auto request = Request(std::move(operations));
  return storage::Commit(*database, *store, request, Options());
}

GitOid HistoryFixture::Commit(std::vector<CommitOperation> operations) {
  return MUST(TryCommit(std::move(operations))).commit;
}

GitOid HistoryFixture::CommitText(const std::string& path, std::string_view text) {
  return Commit({AddInline{path, Text(text)}});
}

GitOid HistoryFixture::CommitFirst() {
  FirstCommit first;
  first.author = {"Ada", "ada@example.org"};
  first.time_ms = now_ms;
  auto change = MUST(PrepareFirstCommit(*database, *store, first));
  MUST(database->Write([&](Connection& c) -> Status {
    TRY(EnterChange(c, repository, change, Options()));
    return Ok();
  }));
  return change.revisions[0].commit;
}

FileContent HistoryFixture::Upload(ByteView bytes, std::int64_t to) {
  auto stored = MUST(store->PutBytes(bytes, to));
  MUST(store->Sync());
  MUST(database->Write([&](Connection& c) -> Status {
    stored.content.row = TRY(RecordFile(c, stored.content, now_ms));
    return HoldFile(c, to, stored.content, Holding::Uploaded, now_ms);
  }));
  return stored.content;
}

void HistoryFixture::Read(const std::function<void(History&)>& read) {
  auto lease = MUST(database->Read());
  auto history = MUST(History::Open(*lease, *store, repository));
  read(*history);
}

Revision HistoryFixture::Resolve(const std::string& text) {
  auto lease = MUST(database->Read());
  return MUST(ResolveRevision(*lease, repository, text)).revision;
}

std::string HistoryFixture::Files(const std::string& revision) {
  std::string files;
  const Revision at = Resolve(revision);
  Read([&](History& history) {
    const auto listing = MUST(history.List(at, {"", true, "", 1000000}));
    for (const auto& item : listing.items) {
      if (!item.is_folder) files += (files.empty() ? "" : " ") + item.path;
    }
  });
  return files;
}

std::string HistoryFixture::ReadText(const std::string& path, const std::string& revision) {
  std::string text;
  const Revision at = Resolve(revision);
  Read([&](History& history) {
    const auto bytes = MUST(history.ReadSmallFile(at, path, 20u << 20));
    REQUIRE(bytes.has_value());
    text = std::string(AsText(*bytes));
  });
  return text;
}

void ExportToGit(HistoryFixture& fixture, const std::string& directory) {
  test::Git(".", {"init", "-q", "--bare", "-b", "main", directory});
  auto lease = MUST(fixture.database->Read());
  auto objects = MUST(GitObjects::Open(*lease, *fixture.store));
  const auto refs = MUST(ListRefs(*lease, fixture.repository));
  git_packbuilder* builder = nullptr;
  git_revwalk* walk = nullptr;
  REQUIRE(git_packbuilder_new(&builder, objects->repository()) == 0);
  REQUIRE(git_revwalk_new(&walk, objects->repository()) == 0);
  for (const auto& ref : refs) {
    const git_oid commit = ToGit(ref.commit);
    REQUIRE(git_revwalk_push(walk, &commit) == 0);
    const git_oid target = ToGit(ref.target);
    if (ref.target != ref.commit) REQUIRE(git_packbuilder_insert(builder, &target, "") == 0);
  }
  REQUIRE(git_packbuilder_insert_walk(builder, walk) == 0);
  const std::string pack = directory + "/objects/pack/pack-export.pack";
  std::ofstream out(pack, std::ios::binary);
  const auto append = [](void* data, std::size_t size, void* to) {
    static_cast<std::ofstream*>(to)->write(static_cast<const char*>(data),
                                           static_cast<std::streamsize>(size));
    return 0;
  };
  REQUIRE(git_packbuilder_foreach(builder, append, &out) == 0);
  out.close();
  test::Git(directory, {"index-pack", pack});
  git_packbuilder_free(builder);
  git_revwalk_free(walk);
  for (const auto& ref : refs) {
    test::Git(directory, {"update-ref", ref.name, ref.target.ToString()});
  }
  const auto check = test::RunGit(directory, {"fsck", "--strict", "--full"});
  INFO(check.text << check.errors);
  REQUIRE(check.exit_code == 0);
}

}  // namespace banyan::tests
