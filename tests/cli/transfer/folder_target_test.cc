// Whose the files in a folder are.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>

#include "cli/transfer/pull_target.h"
#include "storage/base/clock.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::cli;
using State = PullTarget::State;

namespace {

PullFile Wanted(const std::string& path, std::string_view content) {
  storage::ManifestEntry entry;
  entry.size_bytes = content.size();
  entry.sha256 = HashSha256(AsBytes(content));
  return {path, entry};
}

struct Fixture {
  TempDirectory home;
  FileSystem& fs = DiskFileSystem();
  RemoteRevision revision = Of("alice/m", "one");

  static RemoteRevision Of(const std::string& name, std::string_view seed) {
    RemoteRevision out;
    out.id = name;
    out.repository.uid = MUST(storage::RepositoryUid::Parse(HashSha256(AsBytes(seed)).ToString()));
    return out;
  }
  void Write(const std::string& path, std::string_view text) {
    SystemClock().SleepMs(20);  // another time of change than what was there
    MUST(fs.CreateDirectories(ParentDirectory(home.Join(path))));
    MUST(WriteFileDurably(fs, home.Join(path), AsBytes(text)));
  }
  Result<std::unique_ptr<PullTarget>> Open(const RemoteRevision& of, bool overwrite = false,
                                           bool accept_new_id = false) {
    return FolderTarget(fs, {home.path(), overwrite, accept_new_id}, of);
  }
  State Look(const std::string& path, std::string_view content) {
    return MUST(MUST(Open(revision))->Look(Wanted(path, content)));
  }
  void Place(PullTarget& target, const std::string& path, std::string_view content) {
    const auto part = MUST(target.PartPath(Wanted(path, content)));
    MUST(WriteFileDurably(fs, part, AsBytes(content)));
    MUST(target.Place(Wanted(path, content), part));
  }
  // A pull of one file, that ends or is killed at its end.
  void Pull(const std::string& path, std::string_view content, bool finish = true) {
    const auto target = MUST(Open(revision));
    MUST(target->Look(Wanted(path, content)));
    MUST(target->Expect(revision, {Wanted(path, content)}));
    Place(*target, path, content);
    if (finish) MUST(target->Finish(revision, ""));
  }
};

}  // namespace

TEST_CASE("WhatAPullPutThereMayBeReplaced") {
  Fixture f;
  f.Pull("sub/a", "one");
  CHECK(f.Look("sub/a", "one") == State::Present);
  CHECK(f.Look("sub/a", "two") == State::Absent);
  CHECK(f.Look("sub/a", "longer") == State::Absent);
}

TEST_CASE("WhatAPullPutThereIsNotHashedAgain") {
  Fixture f;
  std::filesystem::file_time_type written;
  {
    const auto target = MUST(f.Open(f.revision));
    const auto part = MUST(target->PartPath(Wanted("a", "one")));
    MUST(WriteFileDurably(f.fs, part, AsBytes("one")));
    written = std::filesystem::last_write_time(part) - std::chrono::seconds(10);
    std::filesystem::last_write_time(part, written);
    MUST(target->Place(Wanted("a", "one"), part));
    MUST(target->Finish(f.revision, ""));
  }
  f.Write("a", "0ne");
  std::filesystem::last_write_time(f.home.Join("a"), written);
  CHECK(f.Look("a", "one") == State::Present);  // it did not look
  std::filesystem::last_write_time(f.home.Join("a"), written + std::chrono::nanoseconds(1000));
  CHECK(f.Look("a", "one") == State::Foreign);
}

TEST_CASE("WhatSomebodyChangedIsForeign") {
  Fixture f;
  f.Pull("a", "one");
  for (const char* own : {"mine", "own"}) {
    f.Write("a", own);
    CHECK(f.Look("a", "two") == State::Foreign);
    CHECK(f.Look("a", "one") == State::Foreign);
    CHECK(f.Look("a", own) == State::Present);
  }
  f.Write("a", "one");  // taken back
  CHECK(f.Look("a", "two") == State::Absent);
}

TEST_CASE("WhatWasThereBeforeIsForeignUntilAPullAdoptsIt") {
  Fixture f;
  f.Write("a", "one");
  CHECK(f.Look("a", "two") == State::Foreign);
  const auto target = MUST(f.Open(f.revision));
  CHECK(MUST(target->Look(Wanted("a", "one"))) == State::Present);
  MUST(target->Finish(f.revision, ""));
  CHECK(MUST(target->Look(Wanted("a", "two"))) == State::Absent);
}

TEST_CASE("WhatAKilledPullLeftMayBeReplaced") {
  Fixture f;
  f.Pull("a", "one");
  f.Pull("a", "two", false);
  CHECK(f.Look("a", "three") == State::Absent);
  MUST(MUST(f.Open(f.revision))->Expect(f.revision, {Wanted("a", "three")}));  // killed at once
  CHECK(f.Look("a", "four") == State::Absent);
  f.Write("a", "mine");
  CHECK(f.Look("a", "four") == State::Foreign);
}

TEST_CASE("AFolderOffersWhatItHasAlsoAfterAKill") {
  const std::atomic<bool> cancelled{false};
  for (const bool finish : {true, false}) {
    Fixture f;
    f.Pull("old name", "one", finish);
    const auto has = [&](std::string_view content) {
      WholeFiles whole(f.fs, cancelled);
      MUST(f.Open(f.revision))->OfferWhole(whole);
      return MUST(whole.Find(Wanted("new name", content).entry)) == WholeFiles::Outcome::Found;
    };
    CHECK(has("one"));
    CHECK_FALSE(has("two"));
    f.Write("old name", "own");
    CHECK_FALSE(has("one"));
  }
}

TEST_CASE("AFolderOfAnotherRepositoryIsRefused") {
  Fixture f;
  f.Pull("a", "one", false);  // from its beginning
  const auto other = Fixture::Of("alice/other", "two");
  const auto refused = f.Open(other, false, true);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == Errc::Conflict);
  CHECK(refused.error().message().find("alice/m") != std::string::npos);
  CHECK(MUST(MUST(f.Open(other, true))->Look(Wanted("a", "two"))) == State::Foreign);
  const auto made_anew = Fixture::Of("alice/m", "two");
  MUST_FAIL(f.Open(made_anew), Errc::Conflict);
  CHECK(MUST(MUST(f.Open(made_anew, false, true))->Look(Wanted("a", "two"))) == State::Absent);
}

TEST_CASE("AFolderInTheWayOfAFileIsToldAtOnce") {
  Fixture f;
  f.Write("a/b", "x");
  MUST_FAIL(MUST(f.Open(f.revision))->Look(Wanted("a", "one")), Errc::Invalid);
}

TEST_CASE("WhatIsNoFileIsForeignAndNeitherFollowedNorOpened") {
  Fixture f;
  for (const char* path : {"dangling", "loop", "folder", "pipe"}) f.Pull(path, "");
  f.Write("elsewhere/x", "x");
  const auto replace = [&](const char* path, const char* target) {
    MUST(f.fs.Remove(f.home.Join(path)));
    REQUIRE(::symlink(target, f.home.Join(path).c_str()) == 0);
  };
  replace("dangling", "elsewhere/nothing");
  replace("loop", "loop");
  replace("folder", "elsewhere");
  MUST(f.fs.Remove(f.home.Join("pipe")));
  REQUIRE(::mkfifo(f.home.Join("pipe").c_str(), 0600) == 0);
  const auto target = MUST(f.Open(f.revision));
  const std::atomic<bool> cancelled{false};
  WholeFiles whole(f.fs, cancelled);
  for (const char* path : {"dangling", "loop", "folder", "pipe"}) {
    INFO(path);
    CHECK(MUST(target->Look(Wanted(path, ""))) == State::Foreign);
    for (const auto& source : target->Sources({Wanted(path, "")})) CHECK(source.path != path);
    target->OfferWhole(whole);
    CHECK(MUST(whole.Find(Wanted(path, "").entry)) == WholeFiles::Outcome::NotFound);
    f.Place(*target, path, "new");  // as with --overwrite
    struct stat status {};
    REQUIRE(::lstat(f.home.Join(path).c_str(), &status) == 0);
    CHECK(S_ISREG(status.st_mode));
  }
  CHECK(MUST(f.fs.List(f.home.Join("elsewhere"))) == std::vector<std::string>{"x"});
}

TEST_CASE("ALinkToAFileCountsAsItsContent") {
  Fixture f;
  f.Write("elsewhere", "one");
  REQUIRE(::symlink("elsewhere", f.home.Join("a").c_str()) == 0);
  CHECK(f.Look("a", "one") == State::Present);
  CHECK(f.Look("a", "two") == State::Foreign);
}

TEST_CASE("AFolderIsOfTheSameRepositoryAtThePublisherAndAtAMirror") {
  Fixture f;
  const auto published = [](const std::string& uid, std::string_view key) {
    auto revision = Fixture::Of("alice/m", uid);
    revision.repository.published = federation::PublishedName{
        federation::NodeId(federation::HashLeaf(AsBytes("origin"))),
        federation::RepositoryKey::FromRaw(HashSha256(AsBytes(key)).bytes())};
    return revision;
  };
  f.revision = published("one", "m");
  f.Pull("a", "one");
  f.revision = published("of the mirror", "m");
  f.Pull("a", "two");
  f.revision = Fixture::Of("alice/m", "of the mirror");  // which does not say it now
  f.Pull("a", "three");
  MUST(f.Open(published("one", "m")));
  MUST_FAIL(f.Open(published("one", "another")), Errc::Conflict);
  MUST_FAIL(f.Open(Fixture::Of("alice/m", "one")), Errc::Conflict);
}

TEST_CASE("ADamagedRecordMakesNothingReplaceable") {
  Fixture f;
  f.Pull("a", "one");
  f.Write(".banyan/source.json", "{");
  CHECK(f.Look("a", "two") == State::Foreign);
  f.Pull("a", "one");
  CHECK(f.Look("a", "two") == State::Absent);
}

TEST_CASE("NoRevisionWritesWherePullsKeepTheirOwnFiles") {
  Fixture f;
  const auto target = MUST(f.Open(f.revision));
  for (const char* path : {".banyan/parts/x", ".banyan/lock", ".Banyan/index.json", ".banyan"}) {
    INFO(path);
    MUST_FAIL(target->Look(Wanted(path, "evil")), Errc::Invalid);
  }
  CHECK(MUST(target->Look(Wanted("sub/.banyan", "fine"))) == State::Absent);
}

TEST_CASE("WhatSomebodyWroteWhileAPullRanIsNotReplaced") {
  Fixture f;
  f.Pull("a", "one");
  const auto target = MUST(f.Open(f.revision));
  for (const char* path : {"a", "new"}) {
    INFO(path);
    REQUIRE(MUST(target->Look(Wanted(path, "two"))) == State::Absent);
    const auto part = MUST(target->PartPath(Wanted(path, "two")));
    MUST(WriteFileDurably(f.fs, part, AsBytes("two")));
    f.Write(path, "edited meanwhile");
    MUST_FAIL(target->Place(Wanted(path, "two"), part), Errc::Conflict);
    CHECK(AsText(MUST(ReadFile(f.fs, f.home.Join(path), 100))) == "edited meanwhile");
  }
  REQUIRE(MUST(target->Look(Wanted("late", "two"))) == State::Absent);
  const auto part = MUST(target->PartPath(Wanted("late", "two")));
  MUST(WriteFileDurably(f.fs, part, AsBytes("two")));
  REQUIRE(::symlink("nothing", f.home.Join("late").c_str()) == 0);
  MUST_FAIL(target->Place(Wanted("late", "two"), part), Errc::Conflict);
}
