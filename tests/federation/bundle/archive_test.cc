#include <fstream>

#include "federation/bundle/archive_peer.h"
#include "federation/bundle/bundle_sink.h"
#include "federation/bundle/tar_header.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::federation;
using Lasting = BundleSink::Lasting;

namespace {

Bytes Text(const std::string& text) { return Bytes(text.begin(), text.end()); }

Status Fill(BundleSink& sink) {
  TRY(sink.Put("/fed/info", Text("info"), Lasting::No));
  TRY(sink.Put("/fed/empty", {}, Lasting::Yes));
  TRY(sink.PutPieces("/fed/f/x/data/0", 1500, [](const BundleSink::Piece& put) -> Status {
    TRY(put(Bytes(1000, 'a')));
    return put(Bytes(500, 'b'));
  }));
  return sink.Finish();
}

std::string ReadPart(PeerSource& peer, const std::string& path, std::uint64_t offset,
                     std::uint64_t size) {
  std::string read;
  MUST(peer.Read(path, offset, size, [&](ByteView piece) {
    read += AsText(piece);
    return Ok();
  }));
  return read;
}

Bytes ReadAll(FileSystem& fs, const std::string& path) {
  return MUST(ReadFile(fs, path, 1u << 20));
}

// With the checksum that it should have.
Bytes WithType(Bytes header, char type) {
  header[156] = static_cast<std::uint8_t>(type);
  std::fill_n(header.begin() + 148, 8, std::uint8_t{' '});
  unsigned sum = 0;
  for (const auto byte : header) sum += byte;
  for (std::size_t i = 153; i >= 148; --i, sum >>= 3) {
    header[i] = static_cast<std::uint8_t>('0' + (sum & 7));
  }
  return header;
}

}  // namespace

TEST_CASE("AnArchiveGivesBackWhatWentIn") {
  MemoryFileSystem fs;
  MUST(Fill(*MakeArchiveSink(fs, "/b.banyan", 1u << 20)));
  const auto peer = MUST(ArchivePeer::Open(fs, "/b.banyan"));
  CHECK(AsText(MUST(peer->Get("/fed/info?since=x,1", 100))) == "info");
  CHECK(MUST(peer->Get("/fed/empty", 100)).empty());
  CHECK(ReadPart(*peer, "/fed/f/x/data/0", 998, 4) == "aabb");
  CHECK(ReadPart(*peer, "/fed/f/x/data/0", 1498, kWholeBody) == "bb");
  CHECK(ReadPart(*peer, "/fed/f/x/data/0", 1501, 4).empty());
  MUST_FAIL(peer->Get("/fed/info", 3), Errc::TooLarge);
  MUST_FAIL(peer->Get("/fed/none", 3), Errc::NotFound);
}

TEST_CASE("AnArchiveEndsAPartBeforeItIsTooLarge") {
  MemoryFileSystem fs;
  const auto sink = MakeArchiveSink(fs, "/b.banyan", 3000);
  MUST(Fill(*sink));
  CHECK(ReadAll(fs, "/b.banyan").size() <= 3000);
  CHECK(ReadAll(fs, "/b.2.banyan").size() > 3000);  // one file alone is larger, and said to be
  CHECK(sink->parts() == 2);
  CHECK(sink->largest_part_bytes() == ReadAll(fs, "/b.2.banyan").size());
  const auto peer = MUST(ArchivePeer::Open(fs, "/b.banyan"));
  CHECK(AsText(MUST(peer->Get("/fed/info", 100))) == "info");
  CHECK(ReadPart(*peer, "/fed/f/x/data/0", 0, kWholeBody).size() == 1500);
  MUST(Fill(*MakeArchiveSink(fs, "/b.banyan", 1u << 20)));  // parts of the longer one are gone
  MUST_FAIL(fs.Stat("/b.2.banyan"), Errc::NotFound);
}

TEST_CASE("AnArchiveIsReplacedWhenItsHeirIsWhole") {
  MemoryFileSystem fs;
  MUST(Fill(*MakeArchiveSink(fs, "/b.banyan", 1u << 20)));
  const Bytes before = ReadAll(fs, "/b.banyan");
  const auto sink = MakeArchiveSink(fs, "/b.banyan", 3000);
  MUST(sink->Put("/fed/info", Text("other"), Lasting::No));
  MUST(sink->Put("/fed/o/x", Bytes(2500, 'x'), Lasting::Yes));
  CHECK(ReadAll(fs, "/b.banyan") == before);
  MUST(sink->Finish());
  CHECK(ReadAll(fs, "/b.banyan") != before);
}

TEST_CASE("TarReadsWhatWasWritten") {
  TempDirectory directory;
  MUST(Fill(*MakeArchiveSink(DiskFileSystem(), directory.Join("b.banyan"), 1u << 20)));
  const auto list = directory.Join("list");
  REQUIRE(std::system(("tar -tf " + directory.Join("b.banyan") + " >" + list).c_str()) == 0);
  std::ifstream file(list);
  const std::string names((std::istreambuf_iterator<char>(file)), {});
  CHECK(names == "fed/info\nfed/empty\nfed/f/x/data/0\n");
}

TEST_CASE("ABrokenArchiveIsRefused") {
  MemoryFileSystem fs;
  MUST(Fill(*MakeArchiveSink(fs, "/b.banyan", 1u << 20)));
  Bytes bytes = ReadAll(fs, "/b.banyan");
  SECTION("cut off in a file") { bytes.resize(1600); }
  SECTION("cut off between files") { bytes.resize(bytes.size() - 1024); }
  SECTION("with a name that does not fit its checksum") { bytes[0] ^= 1; }
  SECTION("with a size that does not") { bytes[126] = '7'; }
  SECTION("which is something else") { bytes = Text("PK\x03\x04 not an archive of ours"); }
  SECTION("with a file twice") { bytes.insert(bytes.begin(), bytes.begin(), bytes.begin() + 1024); }
  MUST(WriteFileDurably(fs, "/b.banyan", bytes));
  MUST_FAIL(ArchivePeer::Open(fs, "/b.banyan"), Errc::Invalid);
}

TEST_CASE("OnlyRegularFilesAreTaken") {
  const Bytes header = RenderTarHeader({"fed/info", 4});
  REQUIRE(MUST(ParseTarHeader(header)) == TarFile{"fed/info", 4});
  for (const char type : {'1', '2', '5', 'x', 'g'}) {
    MUST_FAIL(ParseTarHeader(WithType(header, type)), Errc::Invalid);
  }
  CHECK(MUST(ParseTarHeader(WithType(header, '0'))).has_value());
  CHECK_FALSE(MUST(ParseTarHeader(Bytes(kTarBlockBytes))));
}

TEST_CASE("AFolderKeepsWhatItHas") {
  MemoryFileSystem fs;
  MUST(Fill(*MakeFolderSink(fs, "/stick")));
  CHECK(AsText(ReadAll(fs, "/stick/fed/info")) == "info");
  const auto sink = MakeFolderSink(fs, "/stick");
  MUST(sink->Put("/fed/info", Text("newer"), Lasting::No));
  MUST(sink->PutPieces("/fed/f/x/data/0", 1500, [](const BundleSink::Piece&) -> Status {
    FAIL("it is there");
    return Ok();
  }));
  CHECK(AsText(ReadAll(fs, "/stick/fed/info")) == "newer");
  MUST(WriteFileDurably(fs, "/stick/fed/f/x/data/0", {}));  // damaged
  MUST(Fill(*MakeFolderSink(fs, "/stick")));
  CHECK(ReadAll(fs, "/stick/fed/f/x/data/0").size() == 1500);
}
