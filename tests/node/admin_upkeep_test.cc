// gc, scrub, backup, stats and doctor, as an operator asks for them.
#include <filesystem>

#include "node/data_directory.h"
#include "node/own_log.h"
#include "storage/content/backup.h"
#include "storage/content/pack_store.h"
#include "tests/node/admin_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

using Fixture = AdminNode;

struct Finding {
  std::string verdict;
  std::string text;
};

Finding Found(const Json& report, const std::string& what) {
  for (const auto& finding : report["findings"]) {
    if (finding["what"] == what) return {finding["verdict"], finding["text"]};
  }
  FAIL("the doctor does not speak of " << what);
  return {};
}

}  // namespace

TEST_CASE("AdminCollectionSaysAndFreesTheSame") {
  Fixture f;
  f.Create(f.alice, "m");
  f.CommitLfs(f.alice, "alice/m", "a.bin", RandomText(2u << 20, 1));
  MUST(f.node().data().content().core().packs->SealIdle());
  f.Call("DELETE", "/api/repos/delete", {{"name", "m"}}, f.alice);
  CHECK(f.Result("gc")["freed_bytes"] == 0);  // the grace
  const Json now = {{"grace_ms", 0}, {"history_grace_ms", 0}};
  auto dry = now;
  dry["dry_run"] = true;
  auto forecast = f.Result("gc", dry);
  CHECK(forecast["freed_bytes"] > (2 << 20));
  CHECK(f.Number("SELECT count(*) FROM file") > 0);
  const auto done = f.Result("gc", now);
  forecast["dry_run"] = false;
  CHECK(done == forecast);
  CHECK(f.Number("SELECT count(*) FROM file") == 0);
  CHECK(f.Result("gc", now)["freed_bytes"] == 0);
  CHECK(f.Failure("gc", {{"grace_ms", -1}}) == "Invalid");
  CHECK(f.Failure("gc", {{"dry_run", "true"}}) == "Invalid");
}

TEST_CASE("AdminScrubNamesWhatIsDamaged") {
  Fixture f;
  f.Create(f.alice, "m");
  const auto content = RandomText(1u << 20, 2);
  f.CommitLfs(f.alice, "alice/m", "a.bin", content);
  auto& packs = *f.node().data().content().core().packs;
  MUST(packs.SealIdle());
  auto report = f.Result("scrub");
  CHECK(report["complete"] == true);
  CHECK(report["damaged"].empty());
  CHECK(report["stored_bytes"] > (1 << 20));
  const auto path = storage::PathsOf(packs.directory(), packs.SealedIds().back()).sealed;
  auto file = MUST(DiskFileSystem().Open(path, OpenMode::ReadWrite));
  Bytes byte(1);
  MUST(file->ReadAt(600'000, byte));
  byte[0] ^= 1;
  MUST(file->WriteAt(600'000, byte));
  report = f.Result("scrub");
  CHECK(report["damaged"].size() == 1);
  const auto damaged = report["damaged_files"];
  REQUIRE(damaged.size() == 1);
  CHECK(damaged[0]["repositories"] == Json{"models/alice/m"});
  CHECK(damaged[0]["sha256"] == HashSha256(AsBytes(content)).ToString());
  CHECK(f.Failure("scrub", {{"bytes_per_second", "fast"}}) == "Invalid");
}

TEST_CASE("ALongOperationRunsAloneAndCanBeEnded") {
  Fixture f;
  // Collection waits for this lock.
  std::unique_ptr<MutexLock> hold(new MutexLock(f.node().data().content().core().upkeep_mutex));
  const auto started = f.Ask("gc");
  CHECK(started.status == 202);
  CHECK(f.Ask("scrub").status == 409);
  CHECK(f.Get(kAdmin + "task", f.operator_token()).Parsed()["state"] == "running");
  const auto ended = f.Send({"DELETE", kAdmin + "task", f.operator_token(), {}, {}});
  CHECK(ended.status == 200);
  CHECK(ended.Parsed()["name"] == "gc");
  hold.reset();
  CHECK(f.AwaitTask()["state"] == "done");
  CHECK(f.Result("scrub")["complete"] == true);  // the next one is not ended
}

TEST_CASE("SectionsOfAFileThatWasStoredAnewAreTheNewOnes") {
  Fixture f;
  const auto content = RandomText(2u << 20, 5);
  std::string before;
  for (const char* name : {"first", "second"}) {
    f.Create(f.alice, name);
    f.CommitLfs(f.alice, std::string("alice/") + name, "a.bin", content);
    MUST(f.node().data().content().core().packs->SealIdle());
    auto lease = MUST(f.node().data().database().Read());
    auto rows = lease->Query("SELECT hash FROM file WHERE size = ?", content.size());
    REQUIRE(rows.Next());
    const auto path = "/fed/f/" + rows.DigestAt<FileHash>(0).ToString() + "/data/0";
    const auto data = f.Get(path);
    REQUIRE(data.status == 200);
    CHECK((before.empty() || before == data.body));
    before = data.body;
    if (std::string(name) == "second") break;
    f.Call("DELETE", "/api/repos/delete", {{"name", name}}, f.alice);
    CHECK(f.Result("gc", {{"grace_ms", 0}, {"history_grace_ms", 0}})["packs_removed"] == 1);
    CHECK(f.Get(path).status == 404);
  }
}

TEST_CASE("ABackupServesTheSameContent") {
  Fixture f;
  f.Create(f.alice, "m");
  const auto content = RandomText(1u << 20, 3);
  f.CommitLfs(f.alice, "alice/m", "a.bin", content);
  TempDirectory place;
  const auto target = place.Join("backup");
  CHECK(f.Failure("backup", Json::object()) == "Invalid");
  CHECK(f.Failure("backup", {{"target", "relative"}}) == "Invalid");
  const auto& data = f.directory();
  CHECK(f.Failure("backup", {{"target", data}}) == "Invalid");
  CHECK(f.Failure("backup", {{"target", data + "/packs/../b"}}) == "Invalid");
  const auto first = f.Result("backup", {{"target", target}});
  CHECK(first["bytes_copied"] > (1 << 20));
  MUST(f.node().data().content().core().packs->SealIdle());
  f.Result("backup", {{"target", target}});
  const auto commit = f.CommitLfs(f.alice, "alice/m", "b.bin", "later");
  const auto last = f.Result("backup", {{"target", target}});
  CHECK(last["packs_kept"] == 1);
  MUST(storage::Restore(DiskFileSystem(), target, place.Join("restored")));

  TestNode restored([&](Config& config) { config.data = place.Join("restored"); });
  CHECK(restored.Get("/alice/m/resolve/main/a.bin").body == content);
  CHECK(restored.Get("/alice/m/resolve/" + commit + "/b.bin").body == "later");
  CHECK(restored.Get("/api/whoami-v2", f.alice).Parsed()["name"] == "alice");
  restored.Commit(f.alice, "alice/m", {{"c.txt", "after"}});
  CHECK(restored.Get("/alice/m/resolve/main/c.txt").body == "after");
  CHECK(f.Get("/alice/m/resolve/main/c.txt").status == 404);
}

TEST_CASE("StatsCountWhatThereIs") {
  Fixture f;
  f.Create(f.alice, "m");
  f.Create(f.alice, "d", {{"type", "dataset"}, {"private", true}});
  f.CommitLfs(f.alice, "alice/m", "a.bin", RandomText(1u << 20, 4));
  const auto stats = f.Done("stats");
  CHECK(stats["users"] == 3);
  CHECK(stats["organisations"] == 0);
  CHECK(stats["models"] == 1);
  CHECK(stats["datasets"] == 1);
  CHECK(stats["private_repositories"] == 1);
  CHECK(stats["revisions"] == 3);
  CHECK(stats["stored_bytes"] > (1 << 20));
  CHECK(stats["charged_bytes"] > (1 << 20));
  CHECK(stats["free_bytes"] > 0);
}

TEST_CASE("TheDoctorSaysWhatIsWrong") {
  Fixture f;
  f.Create(f.alice, "m");
  f.CommitLfs(f.alice, "alice/m", "a.bin", RandomText(1u << 20, 5));
  auto& packs = *f.node().data().content().core().packs;
  MUST(packs.SealIdle());
  auto report = f.Result("doctor");
  INFO(DumpJson(report));
  CHECK(Found(report, "packs").verdict == "good");
  CHECK(Found(report, "catalog").verdict == "good");
  CHECK(Found(report, "operators").verdict == "good");
  CHECK(Found(report, "admin.token").verdict == "look");
  MUST(packs.Remove(packs.SealedIds().back()));
  report = f.Result("doctor");
  CHECK(report["healthy"] == false);
  CHECK(Found(report, "packs").verdict == "bad");
}

TEST_CASE("TheDoctorLooksAtTheLog") {
  Fixture f;
  f.Create(f.alice, "m");
  MUST(f.node().own_log().Update());
  const auto size = f.node().own_log().Look()->files->published().size;
  REQUIRE(size >= 2);
  auto found = Found(f.Result("doctor"), "log");
  CHECK(found.verdict == "good");
  CHECK(found.text.starts_with(std::to_string(size) + " signed entries"));
  const auto tile = f.directory() + "/log/0/tile/0/000.p/" + std::to_string(size);
  MUST(DiskFileSystem().Remove(tile));
  found = Found(f.Result("doctor"), "log");
  CHECK(found.verdict == "bad");
  CHECK(found.text.find(tile) != std::string::npos);
  f.Restart();
  MUST(f.node().own_log().Update());
  CHECK(Found(f.Result("doctor"), "log").verdict == "good");  // made anew, as it said
}

TEST_CASE("TheDoctorThatCannotReadTheLogDoesNotTakeItForWrong") {
  Fixture f;
  f.Create(f.alice, "m");
  MUST(f.node().own_log().Update());
  const auto size = f.node().own_log().Look()->files->published().size;
  const auto tile = f.directory() + "/log/0/tile/0/000.p/" + std::to_string(size);
  MUST(DiskFileSystem().Remove(tile));
  std::filesystem::create_symlink(tile, tile);  // which nobody can open
  const auto found = Found(f.Result("doctor"), "log");
  CHECK(found.verdict == "bad");
  CHECK(found.text.starts_with("it could not be read: "));
  CHECK(found.text.find("backup") == std::string::npos);
}

TEST_CASE("TheDoctorSeesACatalogThatTheLogDoesNotLeadTo") {
  Fixture f;
  f.Create(f.alice, "m");
  MUST(f.node().own_log().Update());
  MUST(f.database().Write([](storage::Connection& c) {
    return c.Execute("UPDATE log_entry SET entry = x'7b7d' WHERE position = 1");
  }));
  auto report = f.Result("doctor");
  CHECK(report["healthy"] == false);
  CHECK(Found(report, "log").text.find("do not lead to the root") != std::string::npos);
  CHECK(Found(report, "log").text.find("restore a backup") != std::string::npos);
  f.Restart();
  MUST(f.node().own_log().Update());
  CHECK(Found(f.Result("doctor"), "log").text.starts_with("it is stopped: "));
}

TEST_CASE("TheNodeReReadsByItselfWhatItStores") {
  Fixture f([](Config& config) { config.storage_scrub_rate = {100u << 20}; });
  const auto finding = [&] {
    const auto report = f.Result("doctor");
    for (const auto& item : report["findings"]) {
      if (item["what"] == "scrub") return item;
    }
    return Json();
  };
  CHECK(finding()["verdict"] == "look");
  CHECK(f.Get("/metrics").body.find("banyan_scrub_end_timestamp_seconds 0\n") != std::string::npos);
  f.Create(f.alice, "m");
  f.CommitLfs(f.alice, "alice/m", "a.bin", RandomText(1u << 20, 6));
  while (f.Number("SELECT ended_ms IS NULL FROM scrub_pass") == 1) {
    f.clock().Advance(1000);
    SystemClock().SleepMs(2);
  }
  const auto now = finding();
  INFO(DumpJson(now));
  CHECK(now["verdict"] == "good");
  CHECK(now["text"].get<std::string>().find(", none damaged") != std::string::npos);
  const auto metrics = f.Get("/metrics").body;
  CHECK(metrics.find("banyan_scrub_end_timestamp_seconds 0\n") == std::string::npos);
  CHECK(metrics.find("banyan_scrub_damaged_chunks 0\n") != std::string::npos);
  CHECK(metrics.find("banyan_scrubbed_bytes_total 0\n") == std::string::npos);
}
