#include "storage/history/received_history.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "storage/history/git_library.h"
#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

// A clone that real git works in, and what it would push.
struct Clone {
  TempDirectory directory;
  explicit Clone(HistoryFixture& f) {
    TempDirectory bare;
    ExportToGit(f, bare.path());
    test::Git(directory.path(), {"clone", "-q", "--no-hardlinks", bare.path(), "."});
  }
  Clone() { test::Git(directory.path(), {"init", "-q", "-b", "main", "."}); }

  void Write(const std::string& path, const std::string& text) {
    const std::string at = directory.Join(path);
    std::filesystem::create_directories(std::filesystem::path(at).parent_path());
    std::ofstream(at, std::ios::binary) << text;
  }
  void Commit(const std::string& message) {
    test::Git(directory.path(), {"-c", "filter.lfs.clean=cat", "add", "-A"});
    test::Git(directory.path(), {"commit", "-q", "--allow-empty", "-m", message});
  }
  GitOid Id(const std::string& revision) {
    return MUST(GitOid::Parse(test::Git(directory.path(), {"rev-parse", revision}).substr(0, 40)));
  }
  // "oid type" lines of the objects that a push of `revision` without `have` would send.
  std::vector<GitOid> NewObjects(const std::vector<std::string>& revisions) {
    std::vector<std::string> arguments = {"rev-list", "--objects", "--no-object-names"};
    arguments.insert(arguments.end(), revisions.begin(), revisions.end());
    std::istringstream lines(test::Git(directory.path(), arguments));
    std::vector<GitOid> oids;
    for (std::string line; std::getline(lines, line);) oids.push_back(MUST(GitOid::Parse(line)));
    return oids;
  }
  void Send(GitObjects& objects, const std::vector<GitOid>& oids) {
    for (const auto& oid : oids) {
      const auto type = test::Git(directory.path(), {"cat-file", "-t", oid.ToString()});
      const std::string name = type.substr(0, type.size() - 1);
      const auto data = test::Git(directory.path(), {"cat-file", name, oid.ToString()});
      const auto kind = name == "commit" ? GitObjectType::Commit
                        : name == "tree" ? GitObjectType::Tree
                        : name == "tag"  ? GitObjectType::Tag
                                         : GitObjectType::Blob;
      REQUIRE(MUST(objects.Write(kind, AsBytes(data))) == oid);
    }
  }
};

struct Push {
  std::vector<std::string> objects;  // for git rev-list
  std::vector<ReceivedRef> refs;
  ReceiveOptions options;
};

Status Receive(HistoryFixture& f, Clone& clone, const Push& push) {
  auto lease = MUST(f.database->Read());
  auto objects = MUST(GitObjects::Open(*lease, *f.store));
  clone.Send(*objects, clone.NewObjects(push.objects));
  auto change = TRY(VerifyReceived(*objects, f.repository, push.refs, push.options));
  MUST(f.store->Sync());
  return f.database->Write([&](Connection& c) -> Status {
    TRY(EnterChange(c, f.repository, change, f.Options()));
    return Ok();
  });
}

const std::string kMain = "refs/heads/main";

}  // namespace

TEST_CASE("PushedHistoryIsTheSameAsGits") {
  HistoryFixture f;
  const auto base = f.CommitText("a.txt", "1");
  Clone clone(f);
  clone.Write("b/c.txt", "new");
  clone.Commit("one");
  test::Git(clone.directory.path(), {"checkout", "-q", "-b", "side", base.ToString()});
  clone.Write("side.txt", "s");
  clone.Commit("two");
  test::Git(clone.directory.path(), {"checkout", "-q", "main"});
  test::Git(clone.directory.path(), {"merge", "-q", "--no-ff", "-m", "merge", "side"});
  test::Git(clone.directory.path(), {"tag", "-a", "-m", "tagged", "v1"});
  const auto tag = clone.Id("v1");
  const auto head = clone.Id("main");
  MUST(Receive(f, clone,
               {{"v1", "main", "^" + base.ToString()},
                {{kMain, base, head}, {"refs/tags/v1", {}, tag}},
                {}}));
  REQUIRE(f.Files() == "a.txt b/c.txt side.txt");
  REQUIRE(f.Resolve("main").ancestors == 4);
  REQUIRE(f.Resolve("v1").commit == head);
  REQUIRE(f.Resolve("main").bytes == 5);
  // The same manifest as if the files had been committed here.
  HistoryFixture other;
  other.Commit({AddInline{"a.txt", Text("1")}, AddInline{"b/c.txt", Text("new")},
                AddInline{"side.txt", Text("s")}});
  REQUIRE(other.Resolve("main").manifest == f.Resolve("main").manifest);
  TempDirectory bare;
  ExportToGit(f, bare.path());
  REQUIRE(test::Git(bare.path(), {"rev-parse", "main"}) == head.ToString() + "\n");
}

TEST_CASE("PushMayLeaveOutWhatTheRepositoryHas") {
  HistoryFixture f;
  f.Commit({AddInline{"d/one", Text("1")}, AddInline{"top", Text("t")}});
  f.Commit({DeleteFolder{"d"}});
  Clone clone(f);
  const auto base = clone.Id("main");
  // Brings back the folder of the first commit, without sending it.
  test::Git(clone.directory.path(), {"checkout", "-q", "main~1", "--", "d"});
  clone.Commit("revert");
  auto lease = MUST(f.database->Read());
  auto objects = MUST(GitObjects::Open(*lease, *f.store));
  const auto head = clone.Id("main");
  clone.Send(*objects, {head});
  auto change = MUST(VerifyReceived(*objects, f.repository, {{kMain, base, head}}));
  REQUIRE(change.revisions.size() == 1);
  REQUIRE(change.revisions[0].files == 2);
}

TEST_CASE("PushCannotNameObjectsOfOtherRepositories") {
  HistoryFixture f(true);
  f.Commit({AddInline{"secret/key", Text("private bytes")}, AddInline{"x", Text("x")}});
  Clone clone(f);
  f.repository = f.AddRepository("other", false);
  const auto head = clone.Id("main");
  const auto refuse = [&](const std::vector<GitOid>& sent) {
    auto lease = MUST(f.database->Read());
    auto objects = MUST(GitObjects::Open(*lease, *f.store));
    clone.Send(*objects, sent);
    MUST_FAIL(VerifyReceived(*objects, f.repository, {{kMain, {}, head}}), Errc::NotFound);
  };
  refuse({});
  refuse({head});
  refuse({head, clone.Id("main^{tree}")});
  refuse({head, clone.Id("main^{tree}"), clone.Id("main:secret")});
  refuse({head, clone.Id("main^{tree}"), clone.Id("main:secret"), clone.Id("main:x")});
  MUST(Receive(f, clone, {{"main"}, {{kMain, {}, head}}, {}}));
}

// Of ten entries each, which all name the next one: ten thousand files.
TEST_CASE("PushedTreesThatRepeatEachOtherMakeNoFilesWithoutEnd") {
  HistoryFixture f;
  Clone clone;
  for (int i = 0; i < 10; ++i) clone.Write(std::to_string(i), "1");
  clone.Commit("files");
  auto lease = MUST(f.database->Read());
  auto objects = MUST(GitObjects::Open(*lease, *f.store));
  clone.Send(*objects, clone.NewObjects({"main"}));
  GitOid tree = clone.Id("main^{tree}");
  for (int level = 0; level < 3; ++level) {
    std::vector<TreeEntry> entries;
    for (int i = 0; i < 10; ++i) entries.push_back({kModeFolder, std::to_string(i), tree});
    tree = MUST(objects->Write(GitObjectType::Tree, EncodeTree(entries)));
  }
  const auto text = test::Git(clone.directory.path(), {"cat-file", "commit", "main"});
  const auto bomb = "tree " + tree.ToString() + text.substr(text.find('\n'));
  const auto head = MUST(objects->Write(GitObjectType::Commit, AsBytes(bomb)));
  ReceiveOptions options;
  options.most_changes = 10'000;
  const std::vector<ReceivedRef> refs = {{kMain, {}, head}};
  MUST_FAIL(VerifyReceived(*objects, f.repository, refs, options), Errc::TooLarge);
  options.most_changes = 11'111;
  options.most_manifest_bytes = 1000;
  MUST_FAIL(VerifyReceived(*objects, f.repository, refs, options), Errc::TooLarge);
  options.most_manifest_bytes = 10'000'000;
  // Removing them is work, too.
  const auto empty = MUST(objects->Write(GitObjectType::Tree, Bytes()));
  const auto removes =
      "tree " + empty.ToString() + "\nparent " + head.ToString() + text.substr(text.find('\n'));
  const auto last = MUST(objects->Write(GitObjectType::Commit, AsBytes(removes)));
  options.most_changes = 20'000;
  const std::vector<ReceivedRef> to_last = {{kMain, {}, last}};
  MUST_FAIL(VerifyReceived(*objects, f.repository, to_last, options), Errc::TooLarge);
  REQUIRE(MUST(VerifyReceived(*objects, f.repository, refs, options)).revisions[0].files == 10'000);
}

TEST_CASE("VerifyingAPushEndsWhenItIsNotToGoOn") {
  HistoryFixture f;
  f.CommitText("old/a.txt", "1");
  Clone clone(f);
  for (int i = 0; i < 5; ++i) clone.Write("new/" + std::to_string(i), "1");
  clone.Commit("files");
  auto lease = MUST(f.database->Read());
  auto objects = MUST(GitObjects::Open(*lease, *f.store));
  clone.Send(*objects, clone.NewObjects({"main"}));
  const std::vector<ReceivedRef> refs = {{kMain, clone.Id("main~1"), clone.Id("main")}};
  int asked = 0;
  int most = 0;
  ReceiveOptions options;
  options.go_on = [&]() -> Status {
    return ++asked <= most ? Ok() : Status(Error(Errc::Cancelled, "stopped"));
  };
  // The commit, the folder and the root, five files.
  for (; most < 8; ++most) {
    asked = 0;
    MUST_FAIL(VerifyReceived(*objects, f.repository, refs, options), Errc::Cancelled);
    REQUIRE(asked == most + 1);
  }
  asked = 0;
  most = 1000;
  MUST(VerifyReceived(*objects, f.repository, refs, options));
  CHECK(asked >= 8);
}

TEST_CASE("PushedPointersNeedTheirFile") {
  HistoryFixture f;
  f.CommitText("a", "1");
  const Bytes content = Noise(1000, 5);
  const LfsPointer pointer{HashSha256(content), 1000};
  Clone clone(f);
  const auto base = clone.Id("main");
  clone.Write("w.bin", PointerText(pointer));
  clone.Write("copy.bin", PointerText(pointer));
  clone.Commit("weights");
  const Push push{{"main", "^" + base.ToString()}, {{kMain, base, clone.Id("main")}}, {}};
  MUST_FAIL(Receive(f, clone, push), Errc::NotFound);
  f.Upload(content, f.repository);
  MUST(Receive(f, clone, push));
  f.Read([&](History& history) {
    const auto entry = MUST(history.FindFile(f.Resolve("main"), "w.bin"));
    REQUIRE(entry->IsPointer());
    REQUIRE(entry->sha256 == pointer.sha256);
    REQUIRE(*MUST(history.ReadSmallFile(f.Resolve("main"), "w.bin", 2000)) == content);
  });
  TempDirectory bare;
  ExportToGit(f, bare.path());
  REQUIRE(test::Git(bare.path(), {"show", "main:w.bin"}) == PointerText(pointer));
}

TEST_CASE("MirrorsTakeHistoryAsItIs") {
  HistoryFixture f;
  Clone clone;
  clone.Write("Readme", "1");
  clone.Write("README", "2");
  const LfsPointer pointer{HashSha256(AsBytes("far away")), 8};
  clone.Write("w.bin", PointerText(pointer));
  clone.Commit("clash");
  const auto head = clone.Id("main");
  Push push{{"main"}, {{kMain, {}, head}}, {}};
  MUST_FAIL(Receive(f, clone, push), Errc::Invalid);
  push.options.mirrored = true;
  MUST_FAIL(Receive(f, clone, push), Errc::NotFound);  // the file is not here, nothing says more
  ManifestEntry far_away;
  far_away.size_bytes = 8;
  far_away.sha256 = pointer.sha256;
  far_away.hash = FileHash::FromRaw(pointer.sha256.bytes());
  far_away.chunk_count = 1;
  far_away.oid = PointerOid(pointer);
  push.options.absent_file = [&](const std::string& path, const TreeEntry&) {
    return Result<std::optional<ManifestEntry>>(path == "w.bin" ? std::optional(far_away)
                                                                : std::nullopt);
  };
  MUST(Receive(f, clone, push));
  REQUIRE(f.Files() == "README Readme w.bin");
  f.Read([&](History& history) {
    const auto main = f.Resolve("main");
    REQUIRE(MUST(history.FindFile(main, "w.bin"))->IsPointer());
    REQUIRE_FALSE(MUST(history.ReadSmallFile(main, "w.bin", 100)).has_value());
  });
  TempDirectory bare;
  ExportToGit(f, bare.path());
  REQUIRE(test::Git(bare.path(), {"rev-parse", "main"}) == head.ToString() + "\n");
}

TEST_CASE("PushRefusesWhatTheRulesForbid") {
  HistoryFixture f;
  const auto try_file = [&](const std::string& path, const std::string& content) {
    Clone clone;
    clone.Write(path, content);
    clone.Commit("c");
    return Receive(f, clone, {{"main"}, {{kMain, {}, clone.Id("main")}}, {}});
  };
  MUST_FAIL(try_file("back\\slash", "x"), Errc::Invalid);
  const auto large = try_file("big.txt", std::string(kMaxGitBlobBytes + 1, 'x'));
  MUST_FAIL(large, Errc::TooLarge);
  REQUIRE(large.error().message().find("git lfs migrate import --everything") != std::string::npos);
  // A tag of a tree, a missing parent, an unknown tip.
  Clone clone;
  clone.Write("a", "1");
  clone.Commit("one");
  clone.Commit("two");
  test::Git(clone.directory.path(), {"tag", "-a", "-m", "m", "odd", "main^{tree}"});
  const auto head = clone.Id("main");
  MUST_FAIL(Receive(f, clone, {{"odd"}, {{"refs/tags/odd", {}, clone.Id("odd")}}, {}}),
            Errc::Invalid);
  MUST_FAIL(Receive(f, clone, {{"main", "^main~1"}, {{kMain, {}, head}}, {}}), Errc::NotFound);
  MUST_FAIL(Receive(f, clone, {{"main"}, {{kMain, {}, GitOid()}}, {}}), Errc::NotFound);
  MUST_FAIL(Receive(f, clone, {{"main"}, {{kMain, head, head}}, {}}), Errc::Conflict);
  MUST(Receive(f, clone, {{"main"}, {{kMain, {}, head}}, {}}));
  MUST(Receive(f, clone, {{"main"}, {{kMain, head, std::nullopt}}, {}}));
}

TEST_CASE("ANewNameMayNotClashWithOneThatWasThere") {
  HistoryFixture f;
  Clone clone;
  clone.Write("docs/Readme", "1");
  clone.Commit("one");
  const auto head = clone.Id("main");
  MUST(Receive(f, clone, {{"main"}, {{kMain, {}, head}}, {}}));
  clone.Write("docs/README", "2");
  clone.Commit("two");
  const auto clash =
      Receive(f, clone, {{"main", "^main~1"}, {{kMain, head, clone.Id("main")}}, {}});
  MUST_FAIL(clash, Errc::Invalid);
  REQUIRE(clash.error().message().find("docs/README only by case") != std::string::npos);
}

TEST_CASE("UnneededObjectsAreDropped") {
  HistoryFixture f;
  Clone clone;
  clone.Write("a", "1");
  clone.Commit("one");
  auto lease = MUST(f.database->Read());
  auto objects = MUST(GitObjects::Open(*lease, *f.store));
  clone.Send(*objects, clone.NewObjects({"main"}));
  MUST(objects->Write(GitObjectType::Blob, Text("ballast")));
  const auto change = MUST(VerifyReceived(*objects, f.repository, {{kMain, {}, clone.Id("main")}}));
  REQUIRE(change.objects.object_count() == 3);
}

TEST_CASE("CommitsDescendOrDiverge") {
  HistoryFixture f;
  const auto first = f.CommitText("a", "1");
  const auto second = f.CommitText("a", "2");
  f.Read([&](History& history) {
    REQUIRE(MUST(CompareCommits(history.objects(), first, second)) == Descent::Descends);
    REQUIRE(MUST(CompareCommits(history.objects(), first, first)) == Descent::Descends);
    REQUIRE(MUST(CompareCommits(history.objects(), second, first)) == Descent::Diverges);
  });
}
