// resolve and raw, as downloads use them.
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

const std::string kBinary("\0\1\2binary", 9);

struct Fixture {
  TestNode node;
  std::string alice = node.NewUser("alice");
  std::string commit;

  Fixture() {
    node.Create(alice, "m");
    node.Commit(alice, "alice/m",
                {{"config.json", "{\"a\":1}"},
                 {"empty.txt", ""},
                 {"page.html", "<script>alert(1)</script>"},
                 {"pic.svg", "<svg/>"},
                 {"a b#%\u00e9.txt", "odd name"},
                 {"dir/inner.txt", "inner"}});
    commit = node.CommitLfs(alice, "alice/m", "w.bin", kBinary);
  }
  Reply Get(const std::string& path, std::vector<HeaderList::Field> headers = {}) {
    return node.Send({"GET", "/alice/m/resolve/main/" + path, "", std::move(headers), {}});
  }
};

}  // namespace

TEST_CASE("ResolveGivesARegularFileWithWhatClientsNeed") {
  Fixture fixture;
  const auto head = fixture.node.Head("/alice/m/resolve/main/config.json");
  CHECK(head.status == 200);
  CHECK(head.Header("X-Repo-Commit") == fixture.commit);
  CHECK(head.Header("ETag").size() == 42);  // git's id, quoted
  CHECK(head.Header("Content-Length") == "7");
  CHECK(head.Header("Accept-Ranges") == "bytes");
  CHECK(head.Header("X-Linked-Etag") == "(none)");
  CHECK(head.Header("X-Xet-Hash") == "(none)");
  CHECK(head.Header("Content-Disposition") ==
        "inline; filename=\"config.json\"; filename*=UTF-8''config.json");
  CHECK(fixture.Get("config.json").body == "{\"a\":1}");
}

TEST_CASE("ResolveGivesAnLfsFileItsContentAndDigest") {
  Fixture fixture;
  const std::string digest = "\"" + HashSha256(AsBytes(kBinary)).ToString() + "\"";
  const auto head = fixture.node.Head("/alice/m/resolve/main/w.bin");
  CHECK(head.Header("ETag") == digest);
  CHECK(head.Header("X-Linked-Etag") == digest);
  CHECK(head.Header("X-Linked-Size") == "9");
  CHECK(head.Header("Content-Type") == "application/octet-stream");
  CHECK(fixture.Get("w.bin").body == kBinary);
  CHECK(fixture.Get("w.bin", {{"If-None-Match", digest}}).status == 304);
}

TEST_CASE("ResolveServesRanges") {
  Fixture fixture;
  const auto first = fixture.Get("w.bin", {{"Range", "bytes=0-0"}});
  CHECK(first.status == 206);
  CHECK(first.Header("Content-Range") == "bytes 0-0/9");
  CHECK(first.body == kBinary.substr(0, 1));
  CHECK(fixture.Get("w.bin", {{"Range", "bytes=3-5"}}).body == "bin");
  CHECK(fixture.Get("w.bin", {{"Range", "bytes=8-"}}).body == "y");
  const auto beyond = fixture.Get("w.bin", {{"Range", "bytes=9-"}});
  CHECK(beyond.status == 416);
  CHECK(beyond.Header("Content-Range") == "bytes */9");
}

TEST_CASE("AnEmptyFileAnswersASizeProbe") {
  Fixture fixture;
  const auto probe = fixture.Get("empty.txt", {{"Range", "bytes=0-0"}});
  CHECK(probe.status == 200);
  CHECK(probe.Header("Content-Range") == "bytes */0");
  CHECK(fixture.Get("empty.txt").Header("Content-Length") == "0");
}

TEST_CASE("AMissingFileIsRememberedByItsCommit") {
  Fixture fixture;
  for (const char* path : {"none.txt", "dir", "dir/none", "config.json/x", "CONFIG.JSON"}) {
    INFO(path);
    const auto reply = fixture.Get(path);
    CHECK(reply.status == 404);
    CHECK(reply.Header("X-Error-Code") == "EntryNotFound");
    CHECK(reply.Header("X-Repo-Commit") == fixture.commit);
  }
}

TEST_CASE("AMissingRevisionIsToldApart") {
  Fixture fixture;
  for (const char* rev : {"none", "0123456789012345678901234567890123456789", "refs%2Fpr%2F1"}) {
    INFO(rev);
    const auto reply = fixture.node.Get("/alice/m/resolve/" + std::string(rev) + "/config.json");
    CHECK(reply.status == 404);
    CHECK(reply.Header("X-Error-Code") == "RevisionNotFound");
    CHECK(reply.Header("X-Repo-Commit") == "(none)");
  }
}

TEST_CASE("RevisionsAreNamesAndCommits") {
  Fixture fixture;
  for (const std::string& rev : {std::string("main"), std::string("HEAD"), fixture.commit,
                                 fixture.commit.substr(0, 8), std::string("refs%2Fheads%2Fmain")}) {
    INFO(rev);
    CHECK(fixture.node.Get("/alice/m/resolve/" + rev + "/dir/inner.txt").body == "inner");
  }
}

TEST_CASE("PathsMayHoldAnyCharacter") {
  Fixture fixture;
  const auto reply = fixture.Get("a%20b%23%25%C3%A9.txt");
  CHECK(reply.body == "odd name");
  CHECK(reply.Header("Content-Disposition") ==
        "inline; filename=\"a b#%??.txt\"; filename*=UTF-8''a%20b%23%25%C3%A9.txt");
  CHECK(fixture.Get("dir%2Finner.txt").body == "inner");
  CHECK(fixture.Get("dir/../config.json").status == 400);
  CHECK(fixture.Get("dir%2F..%2Fconfig.json").status >= 400);
}

TEST_CASE("ABrowserRunsNothingThatWasUploaded") {
  Fixture fixture;
  for (const char* path : {"page.html", "pic.svg", "config.json", "w.bin"}) {
    INFO(path);
    const auto reply = fixture.Get(path);
    CHECK(reply.Header("Content-Security-Policy") == "sandbox; default-src 'none'");
    CHECK(reply.Header("X-Content-Type-Options") == "nosniff");
  }
  CHECK(fixture.Get("page.html").Header("Content-Type") == "text/plain; charset=utf-8");
  CHECK(fixture.Get("pic.svg").Header("Content-Type") == "text/plain; charset=utf-8");
  CHECK(fixture.Get("page.html?download=true")
            .Header("Content-Disposition")
            .starts_with("attachment; "));
}

TEST_CASE("RawGivesAnLfsFileAsItsPointer") {
  Fixture fixture;
  const auto raw = fixture.node.Get("/alice/m/raw/main/w.bin");
  CHECK(raw.body == "version https://git-lfs.github.com/spec/v1\noid sha256:" +
                        HashSha256(AsBytes(kBinary)).ToString() + "\nsize 9\n");
  CHECK(fixture.node.Get("/alice/m/raw/main/config.json").body == "{\"a\":1}");
  CHECK(fixture.node.Head("/alice/m/raw/main/config.json").status == 200);
  CHECK(fixture.node.Head("/alice/m/raw/main/none").Header("X-Error-Code") == "EntryNotFound");
}

TEST_CASE("CachesKeepWhatACommitNamesAndOnlyThat") {
  Fixture fixture;
  const auto cached = [&](const std::string& rev) {
    return fixture.node.Get("/alice/m/resolve/" + rev + "/config.json").Header("Cache-Control");
  };
  CHECK(cached("main") == "public, no-cache");
  CHECK(cached(fixture.commit) == "public, max-age=3600");
  fixture.node.Create(fixture.alice, "secret", {{"private", true}});
  fixture.node.Commit(fixture.alice, "alice/secret", {{"a", "b"}});
  CHECK(fixture.node.Get("/alice/secret/resolve/main/a", fixture.alice).Header("Cache-Control") ==
        "private, no-cache");
}

TEST_CASE("DownloadsCountOncePerClientAndWhile") {
  Fixture fixture;
  const auto downloads = [&] {
    return fixture.node.Get("/api/models/alice/m").Parsed()["downloads"].get<int>();
  };
  fixture.node.Head("/alice/m/resolve/main/config.json");
  fixture.Get("config.json");
  fixture.Get("w.bin");
  fixture.Get("none");
  fixture.node.Restart();
  CHECK(downloads() == 1);
  fixture.Get("config.json");
  fixture.node.clock().Advance(301'000);
  fixture.Get("config.json");
  fixture.node.Restart();
  CHECK(downloads() == 3);
}
