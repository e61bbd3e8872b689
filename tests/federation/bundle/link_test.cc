// A disk that somebody prepared with links (attacks 9 and 20): an export overwrites nothing that is
// the node's own, and an import reads nothing of it.
#include <filesystem>

#include "federation/bundle/archive_peer.h"
#include "federation/bundle/bundle_sink.h"
#include "federation/transfer/folder_peer.h"
#include "storage/base/shared_disk.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::federation;
using Lasting = BundleSink::Lasting;

namespace {

struct Stick {
  TempDirectory own;  // the node's directory
  TempDirectory medium;
  FileSystem& disk = DiskFileSystem();

  Stick() { MUST(WriteFileDurably(disk, own.Join("info"), AsBytes("secret"))); }
  void RequireOwnAsBefore() {
    CHECK(MUST(disk.List(own.path())) == std::vector<std::string>{"info"});
    CHECK(AsText(MUST(ReadFile(disk, own.Join("info"), 100))) == "secret");
    CHECK(MUST(disk.Stat(own.Join("info"))).is_private);
  }

  void Link(const std::string& to, const std::string& name) {
    MUST(disk.CreateDirectories(ParentDirectory(medium.Join(name))));
    std::filesystem::create_symlink(to, medium.Join(name));
  }
  std::unique_ptr<BundleSink> Folder() {
    return MakeFolderSink(SharedDiskFileSystem(), medium.path());
  }
  std::unique_ptr<BundleSink> Archive(std::uint64_t part_bytes = 1u << 20) {
    return MakeArchiveSink(SharedDiskFileSystem(), medium.Join("b.banyan"), part_bytes);
  }
};

Status PutData(BundleSink& sink) {
  return sink.PutPieces("/fed/f/x/data/0", 1500, [](const BundleSink::Piece& put) -> Status {
    return put(Bytes(1500, 'a'));
  });
}

template <typename R>
void RequireRefused(const R& result, const std::string& link) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code() == Errc::Invalid);
  CHECK(result.error().message().find(link + " is a symbolic link") != std::string::npos);
}

}  // namespace

TEST_CASE("Attack9AFolderWithLinksLeadsNoExportElsewhere") {
  Stick stick;
  const auto sink = stick.Folder();
  SECTION("where a small file is written first") {
    stick.Link(stick.own.Join("info"), "fed/info.tmp");
    RequireRefused(sink->Put("/fed/info", AsBytes("x"), Lasting::No),
                   stick.medium.Join("fed/info.tmp"));
  }
  SECTION("where a large file is written first") {
    stick.Link(stick.own.Join("info"), "fed/f/x/data/0.part");
    RequireRefused(PutData(*sink), stick.medium.Join("fed/f/x/data/0.part"));
  }
  SECTION("for a directory") {
    stick.Link(stick.own.path(), "fed");
    RequireRefused(sink->Put("/fed/info", AsBytes("x"), Lasting::No), stick.medium.Join("fed"));
    RequireRefused(PutData(*sink), stick.medium.Join("fed"));
  }
  SECTION("for a file that lasts, and is as long as it should be") {
    stick.Link(stick.own.Join("info"), "fed/info");
    MUST(sink->Put("/fed/info", AsBytes("public"), Lasting::Yes));
    CHECK(AsText(MUST(ReadFile(stick.disk, stick.medium.Join("fed/info"), 100))) == "public");
    CHECK_FALSE(std::filesystem::is_symlink(stick.medium.Join("fed/info")));
  }
  stick.RequireOwnAsBefore();
}

TEST_CASE("Attack9LinksBesideAnArchiveLeadNoExportElsewhere") {
  Stick stick;
  SECTION("for the first part") {
    stick.Link(stick.own.Join("info"), "b.banyan.part");
    RequireRefused(PutData(*stick.Archive()), stick.medium.Join("b.banyan.part"));
  }
  SECTION("for a further part") {
    stick.Link(stick.own.Join("info"), "b.2.banyan.part");
    const auto sink = stick.Archive(3000);
    MUST(PutData(*sink));
    RequireRefused(PutData(*sink), stick.medium.Join("b.2.banyan.part"));
  }
  SECTION("for names that are replaced or removed") {
    stick.Link(stick.own.Join("info"), "b.banyan");
    stick.Link(stick.own.Join("info"), "b.2.banyan");
    stick.Link(stick.own.Join("none"), "b.3.banyan");
    const auto sink = stick.Archive();
    MUST(PutData(*sink));
    MUST(sink->Finish());
    CHECK(MUST(stick.disk.List(stick.medium.path())) == std::vector<std::string>{"b.banyan"});
    MUST(ArchivePeer::Open(stick.disk, stick.medium.Join("b.banyan")));
  }
  stick.RequireOwnAsBefore();
}

TEST_CASE("Attack20AFolderWithLinksShowsNothingThatIsElsewhere") {
  Stick stick;
  FolderPeer peer(stick.disk, stick.medium.path());
  const auto none = [](ByteView) { return Ok(); };
  SECTION("by a file") {
    stick.Link(stick.own.Join("info"), "fed/info");
    const auto link = stick.medium.Join("fed/info");
    RequireRefused(peer.Get("/fed/info", 100), link);
    RequireRefused(peer.Read("/fed/info", 0, kWholeBody, none), link);
  }
  SECTION("by a directory") {
    stick.Link(stick.own.path(), "fed");
    const auto link = stick.medium.Join("fed");
    RequireRefused(peer.Get("/fed/info?since=x,1", 100), link);
    RequireRefused(peer.Read("/fed/info", 0, kWholeBody, none), link);
  }
  SECTION("by an object") {
    const auto id = HashSha256(AsBytes("secret"));
    stick.Link(stick.own.Join("info"), "fed/o/" + id.ToString());
    RequireRefused(peer.GetObjects(std::vector{id}), stick.medium.Join("fed/o/" + id.ToString()));
  }
  stick.RequireOwnAsBefore();
}

TEST_CASE("Attack20AnArchiveThatIsALinkIsNotRead") {
  Stick stick;
  const auto path = stick.medium.Join("b.banyan");
  SECTION("the first part") {
    stick.Link(stick.own.Join("info"), "b.banyan");
    RequireRefused(ArchivePeer::Open(stick.disk, path), path);
  }
  SECTION("a further part") {
    const auto sink = stick.Archive();
    MUST(PutData(*sink));
    MUST(sink->Finish());
    stick.Link(stick.own.Join("info"), "b.2.banyan");
    RequireRefused(ArchivePeer::Open(stick.disk, path), stick.medium.Join("b.2.banyan"));
  }
  stick.RequireOwnAsBefore();
}
