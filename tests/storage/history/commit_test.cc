#include "storage/history/commit.h"

#include <thread>

#include "tests/support/history_fixture.h"
#include "tests/support/safetensors_bytes.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

TEST_CASE("CommitsMakeTheHistoryThatGitWouldMake") {
  HistoryFixture f;
  f.CommitFirst();
  f.CommitText("README.md", "# Hello\n");
  f.Commit({AddInline{"src/a.py", Text("print(1)\n")}, AddInline{"src/deep/b.py", Text("b\n")},
            AddInline{"src-x.txt", Text("between src and src/ in git's order\n")},
            AddInline{"data/weights.bin", Text("not really binary")}});
  f.Commit({DeleteFile{"src/deep/b.py"}, AddInline{"ünï/cødé 图像.txt", Text("unicode")}});
  const auto head = f.Commit({DeleteFolder{"src/"}, CopyFile{"copy.bin", "data/weights.bin", ""}});
  TempDirectory bare;
  ExportToGit(f, bare.path());
  REQUIRE(test::Git(bare.path(), {"rev-parse", "main"}) == head.ToString() + "\n");
  REQUIRE(test::Git(bare.path(), {"rev-list", "--count", "main"}) == "5\n");
  REQUIRE(test::Git(bare.path(),
                    {"-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "main"}) ==
          ".gitattributes\nREADME.md\ncopy.bin\ndata/weights.bin\nsrc-x.txt\n"
          "ünï/cødé 图像.txt\n");
  // The same files added by git itself give the same tree.
  TempDirectory work;
  test::Git(work.path(), {"clone", "-q", bare.path(), "."});
  const auto tree = test::Git(work.path(), {"rev-parse", "main^{tree}"});
  test::Git(work.path(), {"rm", "-rq", "--cached", "."});
  test::Git(work.path(), {"-c", "filter.lfs.clean=cat", "add", "-A"});
  REQUIRE(test::Git(work.path(), {"write-tree"}) == tree);
  REQUIRE(test::Git(bare.path(), {"log", "-1", "--format=%an|%ae|%at|%s|%b", "main"}) ==
          "Ada|ada@example.org|" + std::to_string(f.now_ms / 1000) +
              "|A change|With a reason.\n\n");
}

TEST_CASE("LfsFilesAreCanonicalPointersInGit") {
  HistoryFixture f;
  f.CommitFirst();
  const Bytes weights = SafetensorsOf(Noise(300000, 1));
  const auto file = f.Upload(weights, f.repository);
  f.Commit({AddUploaded{"model.safetensors", file}});
  TempDirectory bare;
  ExportToGit(f, bare.path());
  REQUIRE(test::Git(bare.path(), {"show", "main:model.safetensors"}) ==
          PointerText({file.sha256, weights.size()}));
  f.Read([&](History& history) {
    const auto entry = MUST(history.FindFile(f.Resolve("main"), "model.safetensors"));
    REQUIRE(entry->IsPointer());
    REQUIRE(entry->size_bytes == weights.size());
    REQUIRE(entry->sha256 == file.sha256);
    REQUIRE(entry->hash == file.hash);
    const auto content =
        MUST(history.ReadSmallFile(f.Resolve("main"), "model.safetensors", 1u << 20));
    REQUIRE(*content == weights);
  });
  REQUIRE(f.ReadText(".gitattributes").find("model.safetensors") == std::string::npos);
}

TEST_CASE("FormOfInlineFilesFollowsTheRules") {
  HistoryFixture f;
  f.CommitFirst();
  f.Commit({AddInline{"a.bin", Text("tracked")},
            AddInline{"blob.dat", Text(std::string("a\0b", 3))}, AddInline{"empty.bin", {}},
            AddInline{"plain.txt", Text("text")},
            AddInline{"big file [1].txt", Bytes(kMaxGitBlobBytes, 'x')}});
  f.Read([&](History& history) {
    const auto main = f.Resolve("main");
    const auto is_pointer = [&](const std::string& path) {
      return MUST(history.FindFile(main, path))->IsPointer();
    };
    REQUIRE(is_pointer("a.bin"));
    REQUIRE(is_pointer("blob.dat"));
    REQUIRE_FALSE(is_pointer("empty.bin"));
    REQUIRE_FALSE(is_pointer("plain.txt"));
    REQUIRE_FALSE(is_pointer("big file [1].txt"));
  });
  const auto attributes = f.ReadText(".gitattributes");
  REQUIRE(attributes == DefaultAttributes(RepositoryKind::Model) + TrackingLine("blob.dat"));
  // Attributes that come in the same commit count for its files.
  f.Commit({AddInline{"sub/.gitattributes", Text("*.json filter=lfs\n")},
            AddInline{"sub/x.json", Text("{}")}, AddInline{"x.json", Text("{}")}});
  f.Read([&](History& history) {
    const auto main = f.Resolve("main");
    REQUIRE(MUST(history.FindFile(main, "sub/x.json"))->IsPointer());
    REQUIRE_FALSE(MUST(history.FindFile(main, "x.json"))->IsPointer());
  });
  MUST_FAIL(f.TryCommit({AddInline{"c.txt", Bytes(kMaxGitBlobBytes + 1, 'x')}}), Errc::TooLarge);
}

TEST_CASE("UploadedFilesMayFollowTheRulesToo") {
  HistoryFixture f;
  f.CommitFirst();
  const auto text = f.Upload(Text("just text"), f.repository);
  const auto noise = f.Upload(Noise(5000, 3), f.repository);
  f.Commit({AddUploaded{"t.txt", text, false}, AddUploaded{"n.txt", noise, false},
            AddUploaded{"forced.txt", text, true}});
  f.Read([&](History& history) {
    const auto main = f.Resolve("main");
    REQUIRE_FALSE(MUST(history.FindFile(main, "t.txt"))->IsPointer());
    REQUIRE(MUST(history.FindFile(main, "n.txt"))->IsPointer());
    REQUIRE(MUST(history.FindFile(main, "forced.txt"))->IsPointer());
  });
  REQUIRE(f.ReadText(".gitattributes") == DefaultAttributes(RepositoryKind::Model) +
                                              TrackingLine("forced.txt") + TrackingLine("n.txt"));
}

TEST_CASE("KnowingAHashOfAPrivateFileGrantsNothing") {
  HistoryFixture f(true);
  const auto secret = f.Upload(Noise(1000, 7), f.repository);
  f.Commit({AddUploaded{"secret.bin", secret}});
  const auto other = f.AddRepository("other", false);
  CommitRequest request = f.Request({AddUploaded{"stolen.bin", secret}});
  request.repository = other;
  MUST_FAIL(Commit(*f.database, *f.store, request, f.Options()), Errc::NotFound);
  request.operations = {
      AddInline{"stolen.bin", Text(PointerText({secret.sha256, secret.size_bytes}))}};
  MUST_FAIL(Commit(*f.database, *f.store, request, f.Options()), Errc::NotFound);
  // Who brings the bytes may have them.
  request.operations = {AddInline{"mine.bin", Noise(1000, 7)}};
  MUST(Commit(*f.database, *f.store, request, f.Options()));
  // Now the file is public, and anybody may name it.
  const auto third = f.AddRepository("third", true);
  request.repository = third;
  request.operations = {AddUploaded{"named.bin", secret}};
  MUST(Commit(*f.database, *f.store, request, f.Options()));
  MUST(f.database->Read());
}

TEST_CASE("PointerTextSentInlineStandsForItsFile") {
  HistoryFixture f;
  const auto file = f.Upload(Noise(2000, 9), f.repository);
  f.Commit({AddInline{"w.bin", Text(PointerText({file.sha256, file.size_bytes}))}});
  f.Read([&](History& history) {
    const auto entry = MUST(history.FindFile(f.Resolve("main"), "w.bin"));
    REQUIRE(entry->IsPointer());
    REQUIRE(entry->size_bytes == 2000);
  });
  MUST_FAIL(f.TryCommit({AddInline{"x.bin", Text(PointerText({file.sha256, 1999}))}}),
            Errc::NotFound);
  MUST_FAIL(f.TryCommit({AddInline{"x.bin", Text(PointerText({Sha256(), 5}))}}), Errc::NotFound);
}

TEST_CASE("PathsAreCheckedAsAWhole") {
  HistoryFixture f;
  f.Commit({AddInline{"a/b.txt", Text("1")}, AddInline{"File", Text("2")}});
  const auto refuse = [&](std::vector<CommitOperation> operations, Errc code) {
    MUST_FAIL(f.TryCommit(std::move(operations)), code);
  };
  refuse({AddInline{"../x", Text("1")}}, Errc::Invalid);
  refuse({AddInline{".git/config", Text("1")}}, Errc::Invalid);
  refuse({AddInline{"a//x", Text("1")}}, Errc::Invalid);
  refuse({AddInline{"a", Text("1")}}, Errc::Invalid);       // a folder
  refuse({AddInline{"File/x", Text("1")}}, Errc::Invalid);  // below a file
  refuse({AddInline{"file", Text("1")}}, Errc::Invalid);    // case
  refuse({AddInline{"A/x", Text("1")}}, Errc::Invalid);     // case of a folder
  refuse({AddInline{"x1", Text("1")}, AddInline{"X1", Text("1")}}, Errc::Invalid);
  refuse({AddInline{"caf\u00e9", Text("1")}, AddInline{"cafe\u0301", Text("1")}}, Errc::Invalid);
  refuse({DeleteFile{"nothing"}}, Errc::NotFound);
  refuse({DeleteFile{"a"}}, Errc::NotFound);
  refuse({DeleteFolder{"File"}}, Errc::NotFound);
  refuse({CopyFile{"y", "nothing", ""}}, Errc::NotFound);
  const auto missing = f.TryCommit({DeleteFile{"nothing"}});
  REQUIRE(missing.error().message().find("A file with this name doesn't exist") !=
          std::string::npos);
  // Making room in the same commit is fine.
  f.Commit({DeleteFolder{"a"}, AddInline{"a", Text("now a file")}});
  f.Commit({DeleteFile{"a"}, AddInline{"a/c", Text("a folder again")}});
  f.Commit({DeleteFile{"File"}, AddInline{"file", Text("lower case now")}});
  f.Commit({DeleteFile{"a/c"}, AddInline{"a", Text("its folder vanished")}});
  REQUIRE(f.Files() == "a file");
  TempDirectory bare;
  ExportToGit(f, bare.path());
}

TEST_CASE("OperationsApplyInOrder") {
  HistoryFixture f;
  f.Commit({AddInline{"x", Text("1")}, AddInline{"x", Text("2")}, AddInline{"d/y", Text("y")}});
  REQUIRE(f.ReadText("x") == "2");
  f.Commit({AddInline{"z", Text("z")}, DeleteFile{"z"}, AddInline{"d/q", Text("q")},
            DeleteFolder{"d"}, AddInline{"d/new", Text("n")}});
  REQUIRE(f.Files() == "d/new x");
  f.Read([&](History& history) {
    const auto main = f.Resolve("main");
    REQUIRE(main.files == 2);
    REQUIRE(main.bytes == 2);
    REQUIRE(MUST(history.FindFile(main, "d/y")) == std::nullopt);
  });
}

TEST_CASE("CommitThatChangesNothingGivesTheParent") {
  HistoryFixture f;
  const auto head = f.CommitText("a", "1");
  const auto same = MUST(f.TryCommit({AddInline{"a", Text("1")}}));
  REQUIRE_FALSE(same.changed);
  REQUIRE(same.commit == head);
  REQUIRE_FALSE(MUST(f.TryCommit({})).changed);
  REQUIRE(f.Resolve("main").ancestors == 1);
}

TEST_CASE("EmptyingARepositoryLeavesTheEmptyTree") {
  HistoryFixture f;
  f.CommitText("a/b", "1");
  f.Commit({DeleteFolder{"a"}});
  REQUIRE(f.Files().empty());
  REQUIRE(f.Resolve("main").bytes == 0);
  TempDirectory bare;
  ExportToGit(f, bare.path());
  f.CommitText("again", "1");
  REQUIRE(f.Files() == "again");
}

TEST_CASE("ExpectedParentIsComparedAndConflictsSayWhereTheBranchIs") {
  HistoryFixture f;
  const auto first = f.CommitText("a", "1");
  const auto second = f.CommitText("a", "2");
  auto request = f.Request({AddInline{"b", Text("1")}});
  request.expected_parent = first;
  const auto stale = Commit(*f.database, *f.store, request, f.Options());
  MUST_FAIL(stale, Errc::Conflict);
  REQUIRE(stale.error().message().find(second.ToString()) != std::string::npos);
  request.expected_parent = second;
  MUST(Commit(*f.database, *f.store, request, f.Options()));
}

TEST_CASE("OfTwoCommitsOnOneParentOneWins") {
  HistoryFixture f;
  const auto base = f.CommitText("a", "0");
  constexpr int kThreads = 4;
  std::vector<CommitRequest> requests;
  for (int i = 0; i < kThreads; ++i) {
    requests.push_back(f.Request({AddInline{"a", Text("by " + std::to_string(i))}}));
    requests.back().expected_parent = base;
  }
  std::vector<Errc> outcomes(kThreads, Errc::Io);
  std::vector<char> won(kThreads, 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const auto result = Commit(*f.database, *f.store, requests[i], f.Options());
      won[i] = result.has_value();
      if (!result) outcomes[i] = result.error().code();
    });
  }
  for (auto& thread : threads) thread.join();
  int winners = 0;
  for (std::size_t i = 0; i < kThreads; ++i) {
    winners += won[i];
    if (won[i] == 0) REQUIRE(outcomes[i] == Errc::Conflict);
  }
  REQUIRE(winners == 1);
  REQUIRE(f.Resolve("main").ancestors == 2);
}

TEST_CASE("CommitsWithoutAnExpectedParentAllArrive") {
  HistoryFixture f;
  f.CommitText("a", "0");
  constexpr int kThreads = 4;
  std::vector<CommitRequest> requests;
  for (int i = 0; i < kThreads; ++i) {
    requests.push_back(f.Request({AddInline{"f" + std::to_string(i), Text("x")}}));
  }
  std::vector<std::thread> threads;
  std::vector<std::string> errors(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const auto result = Commit(*f.database, *f.store, requests[i], f.Options());
      if (!result) errors[i] = result.error().message();
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& error : errors) REQUIRE(error.empty());
  REQUIRE(f.Files() == "a f0 f1 f2 f3");
  REQUIRE(f.Resolve("main").ancestors == 5);
}

TEST_CASE("CommitNeedsABranchAndAGoodAuthor") {
  HistoryFixture f;
  f.CommitText("a", "0");
  const auto refuse = [&](const std::function<void(CommitRequest&)>& spoil, Errc code) {
    auto request = f.Request({AddInline{"b", Text("1")}});
    spoil(request);
    MUST_FAIL(Commit(*f.database, *f.store, request, f.Options()), code);
  };
  refuse([](CommitRequest& r) { r.branch = "other"; }, Errc::NotFound);
  refuse([](CommitRequest& r) { r.branch = "refs/tags/v1"; }, Errc::Invalid);
  refuse([](CommitRequest& r) { r.author.name = "a\nparent 0"; }, Errc::Invalid);
  refuse([](CommitRequest& r) { r.author.email = "a> 0"; }, Errc::Invalid);
  refuse([](CommitRequest& r) { r.author.name = ""; }, Errc::Invalid);
  refuse([](CommitRequest& r) { r.message = std::string("a\0b", 3); }, Errc::Invalid);
  refuse([](CommitRequest& r) { r.time_ms = -1; }, Errc::Invalid);
  refuse([](CommitRequest& r) { r.repository = 999; }, Errc::NotFound);
  refuse([](CommitRequest& r) { r.operations.resize(kMaxOperations + 1); }, Errc::Invalid);
}

TEST_CASE("HookSeesTheChangeAndMayUndoIt") {
  HistoryFixture f;
  const auto first = f.CommitText("a", "0");
  auto options = f.Options();
  int calls = 0;
  options.entered = [&](Connection& c, const EnteredChange& entered) -> Status {
    ++calls;
    REQUIRE(entered.head_moved);
    REQUIRE(entered.refs.size() == 1);
    REQUIRE(entered.head->files == 2);
    REQUIRE(MUST(FindRef(c, f.repository, "refs/heads/main"))->commit == entered.head->commit);
    return Error(Errc::Denied, "no");
  };
  const auto request = f.Request({AddInline{"b", Text("1")}});
  MUST_FAIL(Commit(*f.database, *f.store, request, options), Errc::Denied);
  REQUIRE(calls == 1);
  REQUIRE(f.Resolve("main").commit == first);
}

TEST_CASE("QuotaStopsACommitAsAWhole") {
  HistoryFixture f;
  f.CommitText("a", "0");
  auto options = f.Options();
  options.quota.default_bytes = 100;
  const auto request = f.Request({AddInline{"b", Bytes(200, 'x')}});
  MUST_FAIL(Commit(*f.database, *f.store, request, options), Errc::TooLarge);
  REQUIRE(f.Files() == "a");
  options.quota.default_bytes = 1000;
  MUST(Commit(*f.database, *f.store, request, options));
}

TEST_CASE("RepositoryRowFollowsTheDefaultBranch") {
  HistoryFixture f;
  const auto head = f.Commit({AddInline{"a", Text("123")}, AddInline{"b", Text("4")}});
  auto lease = MUST(f.database->Read());
  auto rows = lease->Query(
      "SELECT head, head_bytes, head_files, stored_bytes, updated_ms FROM "
      "repository WHERE id = ?",
      f.repository);
  REQUIRE(rows.Next());
  REQUIRE(rows.DigestAt<GitOid>(0) == head);
  REQUIRE(rows.Int(1) == 4);
  REQUIRE(rows.Int(2) == 2);
  REQUIRE(rows.Int(3) == 4);
  REQUIRE(rows.Int(4) == f.now_ms);
}

TEST_CASE("FirstCommitMayBringFiles") {
  HistoryFixture f;
  FirstCommit first;
  first.kind = RepositoryKind::Dataset;
  first.author = {"Ada", ""};
  first.files = {{"README.md", Text("---\n---\n")}, {"img.png", Text("x")}};
  auto change = MUST(PrepareFirstCommit(*f.database, *f.store, first));
  MUST(f.database->Write([&](Connection& c) -> Status {
    TRY(EnterChange(c, f.repository, change, f.Options()));
    return Ok();
  }));
  REQUIRE(f.Files() == ".gitattributes README.md img.png");
  // A second first commit is a conflict.
  auto again = MUST(PrepareFirstCommit(*f.database, *f.store, first));
  MUST_FAIL(f.database->Write([&](Connection& c) -> Status {
    TRY(EnterChange(c, f.repository, again, f.Options()));
    return Ok();
  }),
            Errc::Conflict);
}

TEST_CASE("AFileWrittenJustNowIsCommittedByItsPin") {
  HistoryFixture f;
  f.CommitFirst();
  const auto small = MUST(f.store->PutBytes(Text("just text\n")));
  const auto binary = MUST(f.store->PutBytes(Noise(300000, 2)));
  REQUIRE(small.content.row == 0);
  f.Commit(
      {AddUploaded{"a.txt", small.content, false}, AddUploaded{"b.dat", binary.content, false}});
  REQUIRE(f.ReadText("a.txt") == "just text\n");
  f.Read([&](History& history) {
    REQUIRE_FALSE(MUST(history.FindFile(f.Resolve("main"), "a.txt"))->IsPointer());
    REQUIRE(MUST(history.FindFile(f.Resolve("main"), "b.dat"))->IsPointer());
  });
}
