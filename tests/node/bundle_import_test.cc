// Row 20 of the design's table of attacks: a disk that lies, or brings too much.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "federation/bundle/bundle_note.h"
#include "federation/bundle/tar_header.h"
#include "node/head_metadata.h"
#include "node/own_log.h"
#include "tests/node/admin_node.h"
#include "tests/node/signing_node.h"

using namespace banyan;
using namespace banyan::node;
namespace files = std::filesystem;

namespace {

constexpr std::size_t kFileBytes = 700'000;

void WithoutUrl(Config& config) { config.public_url = ""; }

// A node that publishes a model of two files, and one that gets it on a disk.
struct Carried {
  AdminNode origin{WithoutUrl};
  AdminNode importer{WithoutUrl};
  TempDirectory medium;
  const std::string first = RandomText(kFileBytes, 1);
  const std::string second = RandomText(kFileBytes, 2);

  Carried() {
    origin.Create(origin.alice, "model");
    origin.Commit(origin.alice, "alice/model", {{"a.txt", first}, {"b.txt", second}});
    MUST(DescribeHeads(origin.node().data().database(), origin.node().data().content()));
    MUST(origin.node().own_log().Update());
  }
  std::string Export(const std::string& name) {
    const auto target = medium.Join(name);
    const auto report =
        origin.Result("bundle/export", {{"target", target}, {"part_bytes", 1u << 20}});
    CHECK(report["repositories"] == 1);
    return target;
  }
  // What went wrong.
  std::string Refused(const std::string& source, const std::string& code) {
    const auto state = importer.Long("bundle/import", {{"source", source}, {"follow", true}});
    INFO(DumpJson(state));
    REQUIRE(state["state"] == "failed");
    CHECK(state["code"] == code);
    CHECK(importer.Done("peers/list").empty());
    return state["error"];
  }
  void Take(const std::string& source) {
    importer.Result("bundle/import", {{"source", source}, {"follow", true}});
    const auto id = origin.Get("/fed/info").Parsed()["node"].get<std::string>();
    const auto path = "/" + id.substr(0, 16) + "_alice/model/resolve/main/";
    CHECK(importer.Get(path + "a.txt").body == first);
    CHECK(importer.Get(path + "b.txt").body == second);
  }
  void RequireNothingServed() {
    CHECK(importer.Number("SELECT count(*) FROM ref") == 0);
    CHECK(importer.Number("SELECT count(*) FROM revision") == 0);
    CHECK(importer.Number("SELECT count(*) FROM repository_file WHERE committed = 1") == 0);
    CHECK(importer.Number("SELECT count(*) FROM file WHERE public_references > 0") == 0);
  }
  std::int64_t EntriesOfOthers() {
    return importer.Number(
        "SELECT count(*) FROM log_entry WHERE origin IN (SELECT id FROM origin WHERE own = 0)");
  }
};

std::string ReadText(const std::string& path) {
  return std::string(AsText(MUST(ReadFile(DiskFileSystem(), path, 1u << 30))));
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void Flip(const std::string& path, std::size_t at) {
  auto text = ReadText(path);
  REQUIRE(at < text.size());
  text[at] = static_cast<char>(text[at] ^ 1);
  WriteText(path, text);
}

// All files below the folder whose whole path ends so, in byte order.
std::vector<std::string> Find(const std::string& folder, const std::string& ending) {
  std::vector<std::string> found;
  for (const auto& entry : files::recursive_directory_iterator(folder)) {
    const auto path = entry.path().string();
    if (entry.is_regular_file() && path.ends_with(ending)) found.push_back(path);
  }
  std::sort(found.begin(), found.end());
  REQUIRE_FALSE(found.empty());
  return found;
}

void Swap(const std::vector<std::string>& paths) {
  REQUIRE(paths.size() >= 2);
  const auto first = ReadText(paths[0]);
  WriteText(paths[0], ReadText(paths[1]));
  WriteText(paths[1], first);
}

// Of the large files of the model.
std::vector<std::string> FindLarge(const std::string& folder, const std::string& ending) {
  std::vector<std::string> large;
  for (const auto& data : Find(folder, "/data/0")) {
    if (files::file_size(data) < kFileBytes / 2) continue;
    const auto file = data.substr(0, data.size() - std::string("/data/0").size());
    large.push_back(file + ending);
  }
  REQUIRE(large.size() == 2);
  return large;
}

}  // namespace

TEST_CASE("Attack20AFolderWhoseContentLiesGivesNothing") {
  Carried c;
  const auto folder = c.Export("hub");
  const auto bad = c.medium.Join("bad");
  files::copy(folder, bad, files::copy_options::recursive);
  SECTION("trees with a wrong bit") {
    for (const auto& path : Find(bad + "/fed/o", "")) {
      if (!ReadText(path).starts_with("{")) Flip(path, files::file_size(path) - 1);
    }
  }
  SECTION("trees without an end") {
    for (const auto& path : Find(bad + "/fed/o", "")) {
      if (!ReadText(path).starts_with("{")) files::resize_file(path, 3u << 20);
    }
  }
  SECTION("no names") {
    for (const auto& path : Find(bad + "/fed/o", "")) {
      if (ReadText(path).starts_with("{")) files::remove(path);
    }
  }
  SECTION("chunks of another file") { Swap(FindLarge(bad, "/data/0")); }
  SECTION("a list of another file's chunks") { Swap(FindLarge(bad, "/section/0")); }
  SECTION("a chunk with a wrong bit") { Flip(FindLarge(bad, "/data/0")[1], kFileBytes / 2); }
  SECTION("a chunk that claims to be larger than any") {
    auto text = ReadText(FindLarge(bad, "/data/0")[0]);
    text.replace(13, 3, "\xff\xff\xff");  // of the first one, decoded
    WriteText(FindLarge(bad, "/data/0")[0], text);
  }
  SECTION("content that is cut off") {
    files::resize_file(FindLarge(bad, "/data/0")[1], kFileBytes / 2);
  }
  SECTION("content that its note says is there, and is not") { files::remove_all(bad + "/fed/f"); }
  const auto why = c.Refused(bad, "Corrupt");
  INFO(why);
  CHECK(why.find("not all was taken: ") == 0);
  c.RequireNothingServed();
  c.Take(folder);
}

TEST_CASE("Attack20NamesThatLieAreNotTaken") {
  Carried c;
  const auto folder = c.Export("hub");
  const auto bad = c.medium.Join("bad");
  files::copy(folder, bad, files::copy_options::recursive);
  const auto objects = Find(bad + "/fed/o", "");
  SECTION("with a wrong bit") {
    for (const auto& path : objects) Flip(path, files::file_size(path) / 2);
  }
  SECTION("under each other's names") {
    for (std::size_t i = 0; i + 1 < objects.size(); ++i) Swap({objects[i], objects[i + 1]});
  }
  SECTION("without an end") {
    for (const auto& path : objects) files::resize_file(path, 3u << 20);
  }
  CHECK(c.Refused(bad, "Corrupt").find(bad) == 0);
  c.RequireNothingServed();
  c.Take(folder);
}

TEST_CASE("Attack20AFolderWhoseLogLiesIsNotBelieved") {
  Carried c;
  const auto folder = c.Export("hub");
  const auto bad = c.medium.Join("bad");
  files::copy(folder, bad, files::copy_options::recursive);
  const auto id = c.origin.Get("/fed/info").Parsed()["node"].get<std::string>();
  const auto bundles = bad + "/fed/" + id + "/0/tile/entries";
  SECTION("an entry with a wrong bit") {
    for (const auto& path : Find(bundles, "")) Flip(path, files::file_size(path) / 2);
  }
  SECTION("a bundle of entries without an end") {
    for (const auto& path : Find(bundles, "")) files::resize_file(path, 8u << 20);
  }
  SECTION("a head with a wrong bit") {
    Flip(bad + "/fed/heads", ReadText(bad + "/fed/heads").size() - 9);
  }
  SECTION("heads that are none") { WriteText(bad + "/fed/heads", "heads\n"); }
  SECTION("no heads") { files::remove(bad + "/fed/heads"); }
  c.Refused(bad, "Corrupt");
  CHECK(c.EntriesOfOthers() == 0);
  c.RequireNothingServed();
  c.Take(folder);
}

TEST_CASE("Attack20AWrongNoteBringsNothing") {
  Carried c;
  const auto folder = c.Export("hub");
  const auto path = folder + "/fed/bundle";
  const auto good = ReadText(path);
  SECTION("none at all") {
    files::remove(path);
    c.Refused(folder, "Invalid");
  }
  SECTION("no note") {
    WriteText(path, good.substr(0, good.size() / 2));
    c.Refused(folder, "Invalid");
  }
  SECTION("without an end") {
    files::resize_file(path, federation::kMaxBundleNoteBytes + 1);
    c.Refused(folder, "TooLarge");
  }
  SECTION("of another node, which is followed then") {
    auto note = MUST(federation::BundleNote::Parse(good));
    note.origins = {SigningNode(9).node()};
    WriteText(path, note.ToString());
    c.importer.Result("bundle/import", {{"source", folder}, {"follow", true}});
  }
  CHECK(c.EntriesOfOthers() == 0);
  c.RequireNothingServed();
  WriteText(path, good);
  c.Take(folder);
}

TEST_CASE("Attack20AnArchiveThatLiesGivesNothing") {
  Carried c;
  const auto archive = c.Export("hub.banyan");
  const auto last = c.medium.Join("hub.2.banyan");
  const auto good = ReadText(archive);
  const auto good_last = ReadText(last);
  SECTION("a part that is cut off") {
    files::resize_file(last, good_last.size() / 2);
    CHECK(c.Refused(archive, "Invalid").find("cut off") != std::string::npos);
  }
  SECTION("a file that claims to be longer than the archive") {
    auto text = good;
    const auto file = MUST(federation::ParseTarHeader(AsBytes(text).first(512)));
    const auto longer = federation::RenderTarHeader({file->name, 7ull << 30});
    text.replace(0, longer.size(), AsText(longer));
    WriteText(archive, text);
    CHECK(c.Refused(archive, "Invalid").find("cut off") != std::string::npos);
  }
  SECTION("a part that is missing") {  // with the note at its end
    files::remove(last);
    c.Refused(archive, "Invalid");
  }
  SECTION("a part of another archive") {
    WriteText(last, good);
    c.Refused(archive, "Invalid");
  }
  SECTION("content with a wrong bit") {
    Flip(last, good_last.size() / 2);
    c.Refused(archive, "Corrupt");
  }
  c.RequireNothingServed();
  WriteText(archive, good);
  WriteText(last, good_last);
  c.Take(archive);
}

TEST_CASE("Attack20AnImportAsksForRoomBeforeItKeepsAnything") {
  Carried c;
  std::string source;
  SECTION("from a folder") { source = c.Export("hub"); }
  SECTION("from an archive") { source = c.Export("hub.banyan"); }
  const auto policy = [&](const std::string& text) {
    MUST(
        WriteFileDurably(DiskFileSystem(), c.importer.directory() + "/policy.toml", AsBytes(text)));
  };
  policy("[mirror]\nheld = \"1 MB\"\n");
  const auto why = c.Refused(source, "Corrupt");
  CHECK(why.find("mirror.held allows: raise it") != std::string::npos);
  c.RequireNothingServed();
  CHECK(c.importer.Number("SELECT count(*) FROM file") == 0);
  CHECK(c.importer.Number("SELECT count(*) FROM upload_session") == 0);
  policy("[mirror]\nheld = \"2 MB\"\n");
  c.Take(source);
}
