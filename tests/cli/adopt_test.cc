// A pull copies what this machine has, wherever it is and whatever it is called there.
#include <filesystem>

#include "tests/cli/served_node.h"
#include "tests/support/sample_data.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

constexpr std::size_t kWeights = 300'000;

struct Fixture {
  ServedNode node;
  ProgramRunner alice;
  std::string source = alice.home.Join("src");
  std::string weights{AsText(SampleNoise(kWeights, 1))};
  std::string other{AsText(SampleNoise(kWeights, 2))};

  Fixture() {
    node.Login(alice, node.NewUser("alice"));
    alice.Write("src/model.bin", weights);
    alice.Write("src/config.json", "{\"small\": true}");
    Push("alice/m");
  }
  void Push(const std::string& repository) {
    alice.Output({"push", source, repository, "--create", "--delete"});
  }
  Json Pull(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "pull");
    return alice.OutputJson(std::move(arguments));
  }
  std::string Read(const std::string& name) {
    const auto bytes = MUST(ReadFile(DiskFileSystem(), alice.home.Join(name), 10'000'000));
    return std::string(AsText(bytes));
  }
};

// Nothing travelled, and what was found is what there is.
void CheckFound(const Json& report) {
  INFO(DumpJson(report));
  CHECK(report["fetched_bytes"] == 0);
  CHECK(report["present_bytes"].get<int>() + report["reused_bytes"].get<int>() ==
        report["bytes"].get<int>());
}

}  // namespace

TEST_CASE("AFolderIsFilledFromBanyansCache") {
  Fixture f;
  f.Pull({"alice/m"});
  const auto dest = f.alice.home.Join("dest");
  const auto dry = f.Pull({"alice/m", "--dest", dest, "--dry-run"});
  CHECK(dry["to_fetch_bytes"] == 0);
  CheckFound(f.Pull({"alice/m", "--dest", dest}));
  CHECK(f.Read("dest/model.bin") == f.weights);
  CHECK(f.Read("dest/config.json") == "{\"small\": true}");
}

TEST_CASE("TheCacheOfHuggingFaceClientsIsFilledFromBanyansAndBack") {
  Fixture f;
  f.Pull({"alice/m"});
  CheckFound(f.Pull({"alice/m", "--hf-cache"}));
  f.alice.variables["BANYAN_CACHE"] = f.alice.home.Join("another");
  CheckFound(f.Pull({"alice/m"}));
}

TEST_CASE("WhatWasRenamedIsCopiedFromItsOldName") {
  Fixture f;
  const auto dest = f.alice.home.Join("dest");
  f.Pull({"alice/m", "--dest", dest});
  MUST(DiskFileSystem().Rename(f.source + "/model.bin", f.source + "/weights.bin"));
  f.Push("alice/m");
  CheckFound(f.Pull({"alice/m", "--dest", dest}));
  CHECK(f.Read("dest/weights.bin") == f.weights);
  CHECK(f.Read("dest/model.bin") == f.weights);  // stays
}

TEST_CASE("TwoFilesThatChangeNamesAreBothCopied") {
  Fixture f;
  f.alice.Write("src/other.bin", f.other);
  f.Push("alice/m");
  const auto dest = f.alice.home.Join("dest");
  f.Pull({"alice/m", "--dest", dest});
  f.alice.Write("src/model.bin", f.other);
  f.alice.Write("src/other.bin", f.weights);
  f.alice.Write("src/twin.bin", f.weights);
  f.Push("alice/m");
  CheckFound(f.Pull({"alice/m", "--dest", dest}));
  CHECK(f.Read("dest/model.bin") == f.other);
  CHECK(f.Read("dest/other.bin") == f.weights);
  CHECK(f.Read("dest/twin.bin") == f.weights);
}

TEST_CASE("AnotherRepositoryOfTheCacheServesWholeFiles") {
  Fixture f;
  f.Pull({"alice/m"});
  f.Push("alice/copy");
  CheckFound(f.Pull({"alice/copy"}));
}

TEST_CASE("OfADamagedBlobOnlyWhatIsWholeIsTaken") {
  Fixture f;
  const auto place = f.Pull({"alice/m"})["place"].get<std::string>();
  std::string damaged = f.weights;
  damaged[1000] = static_cast<char>(damaged[1000] ^ 1);
  const auto blob = std::filesystem::canonical(place + "/model.bin").string();
  MUST(WriteFileDurably(DiskFileSystem(), blob, AsBytes(damaged)));
  const auto dest = f.alice.home.Join("dest");
  for (const bool dry : {true, false}) {
    std::vector<std::string> line{"alice/m", "--dest", dest};
    if (dry) line.push_back("--dry-run");
    const auto report = f.Pull(line);
    const auto& fetched = report[dry ? "to_fetch_bytes" : "fetched_bytes"];
    CHECK(fetched > 0);
    CHECK(fetched < kWeights);
  }
  CHECK(f.Read("dest/model.bin") == f.weights);
}

TEST_CASE("ADamagedBlobIsFetchedAgain") {
  Fixture f;
  const auto place = f.Pull({"alice/m"})["place"].get<std::string>();
  std::string damaged = f.weights;
  damaged[1000] = static_cast<char>(damaged[1000] ^ 1);
  const auto blob = std::filesystem::canonical(place + "/model.bin").string();
  SystemClock().SleepMs(20);  // another time of change than the pull's
  MUST(WriteFileDurably(DiskFileSystem(), blob, AsBytes(damaged)));
  const auto dry = f.Pull({"alice/m", "--dry-run"});
  CHECK(dry["to_fetch_bytes"] > 0);
  const auto report = f.Pull({"alice/m"});
  CHECK(report["fetched_bytes"] == dry["to_fetch_bytes"]);
  const auto healed = MUST(ReadFile(DiskFileSystem(), blob, 10'000'000));
  CHECK(AsText(healed) == f.weights);
  CheckFound(f.Pull({"alice/m"}));
}

namespace {

constexpr std::size_t kLarge = 4'000'000;
constexpr std::size_t kChange = 600'000;  // a few chunks

// alice/m with a large file, then a change in the middle of it.
struct Changing : Fixture {
  std::string large{AsText(SampleNoise(kLarge, 3))};

  Changing() {
    alice.Write("src/model.bin", large);
    Push("alice/m");
  }
  void Change(const std::string& name) {
    large[kLarge / 2] = static_cast<char>(large[kLarge / 2] ^ 1);
    MUST(DiskFileSystem().Remove(source + "/model.bin"));
    alice.Write("src/" + name, large);
    Push("alice/m");
  }
  // What it says before is what it does.
  void CheckTravelsAsItsChange(std::vector<std::string> line) {
    auto dry_line = line;
    dry_line.push_back("--dry-run");
    const auto dry = Pull(std::move(dry_line));
    const auto report = Pull(std::move(line));
    INFO(DumpJson(report));
    CHECK(report["fetched_bytes"] > 0);
    CHECK(report["fetched_bytes"] < kChange);
    CHECK(report["fetched_bytes"] == dry["to_fetch_bytes"]);
  }
};

}  // namespace

TEST_CASE("AFolderTakesChunksOfAnOlderRevisionFromTheCache") {
  Changing f;
  f.Pull({"alice/m"});
  f.Change("model.bin");
  f.CheckTravelsAsItsChange({"alice/m", "--dest", f.alice.home.Join("dest")});
  CHECK(f.Read("dest/model.bin") == f.large);
}

TEST_CASE("WhatWasRenamedAndChangedTravelsAsItsChange") {
  for (const char* name : {"weights.bin", "sub/model.bin"}) {
    INFO(name);
    Changing f;
    const auto dest = f.alice.home.Join("dest");
    f.Pull({"alice/m", "--dest", dest});
    f.Change(name);
    f.CheckTravelsAsItsChange({"alice/m", "--dest", dest});
    CHECK(f.Read("dest/" + std::string(name)) == f.large);
  }
}

TEST_CASE("WhatIsAdoptedIsCountedOnce") {
  Fixture f;
  f.alice.Write("usb/brought.dat", f.weights);
  const auto dest = f.alice.home.Join("dest");
  const auto text = f.alice.Output({"pull", "alice/m", "--dest", dest, "--include", "*.bin",
                                    "--adopt", f.alice.home.Join("usb")});
  INFO(text);
  CHECK(text.find("files:      1, 300 kB\n") != text.npos);
  CHECK(text.find("found here: 300 kB\n") != text.npos);
}
