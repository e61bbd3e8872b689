#include "storage/history/manifest.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

ManifestEntry Entry(std::uint64_t size, std::string_view seed) {
  ManifestEntry entry;
  entry.size_bytes = size;
  entry.sha256 = HashSha256(AsBytes(seed));
  entry.hash = FileHash::FromRaw(entry.sha256.bytes());
  entry.chunk_count = 1;
  entry.oid = GitOid::FromRaw(entry.sha256.bytes().first(20));
  return entry;
}

}  // namespace

TEST_CASE("ManifestEntriesRoundTripInTheirOnlyForm") {
  auto entry = Entry(300, "x");
  entry.mode = kModeExecutable;
  const auto value = EncodeManifestEntry(entry);
  REQUIRE(ToHex(AsBytes(value)).substr(0, 10) == "ed8302ac02");
  REQUIRE(MUST(ParseManifestEntry(value)) == entry);
  for (std::size_t cut = 0; cut < value.size(); ++cut) {
    MUST_FAIL(ParseManifestEntry(value.substr(0, cut)), Errc::Corrupt);
  }
  MUST_FAIL(ParseManifestEntry(value + "x"), Errc::Corrupt);
  auto bad = entry;
  bad.mode = kModeFolder;
  MUST_FAIL(ParseManifestEntry(EncodeManifestEntry(bad)), Errc::Corrupt);
  bad = entry;
  bad.mode = kModeSubmodule;
  MUST_FAIL(ParseManifestEntry(EncodeManifestEntry(bad)), Errc::Corrupt);
  bad = entry;
  bad.chunk_count = 17;  // 300 bytes may have 16
  MUST_FAIL(ParseManifestEntry(EncodeManifestEntry(bad)), Errc::Corrupt);
  bad.size_bytes = std::uint64_t{1} << 43;
  bad.chunk_count = bad.size_bytes;
  MUST_FAIL(ParseManifestEntry(EncodeManifestEntry(bad)), Errc::Corrupt);
  bad = entry;
  bad.chunk_count = 0;
  MUST_FAIL(ParseManifestEntry(EncodeManifestEntry(bad)), Errc::Corrupt);
  bad.chunk_count = 301;
  MUST_FAIL(ParseManifestEntry(EncodeManifestEntry(bad)), Errc::Corrupt);
}

TEST_CASE("EmptyFilesAndSubmodulesAreWellFormed") {
  ManifestEntry empty;
  empty.sha256 = HashSha256({});
  REQUIRE(MUST(ParseManifestEntry(EncodeManifestEntry(empty))) == empty);
  REQUIRE_FALSE(empty.IsPointer());
  ManifestEntry submodule;
  submodule.mode = kModeSubmodule;
  submodule.oid = Entry(1, "m").oid;
  REQUIRE(MUST(ParseManifestEntry(EncodeManifestEntry(submodule))).IsSubmodule());
}

TEST_CASE("PointersAreToldByTheirGitId") {
  auto entry = Entry(300, "x");
  REQUIRE_FALSE(entry.IsPointer());
  entry.oid = PointerOid({entry.sha256, 300});
  REQUIRE(entry.IsPointer());
  entry.size_bytes = 301;
  REQUIRE_FALSE(entry.IsPointer());
}

TEST_CASE("ManifestsUpdateWalkAndCount") {
  MemoryNodes nodes;
  const Sha256 empty = MUST(EmptyTree(nodes));
  ManifestEntry submodule;
  submodule.mode = kModeSubmodule;
  const auto one = MUST(UpdateManifest(
      nodes, CountedManifest{empty, {}},
      {{"a", Entry(1, "1")}, {"d/x", Entry(10, "2")}, {"d-e", Entry(100, "3")}, {"m", submodule}}));
  REQUIRE(one.totals == ManifestTotals{111, 3});
  const auto two = MUST(UpdateManifest(
      nodes, one,
      {{"a", std::nullopt}, {"d/x", Entry(20, "5")}, {"d/y", Entry(1000, "4")}, {"n", {}}}));
  REQUIRE(two.totals == ManifestTotals{1120, 3});
  const auto undone = MUST(UpdateManifest(
      nodes, two, {{"a", Entry(1, "1")}, {"d/x", Entry(10, "2")}, {"d/y", std::nullopt}}));
  REQUIRE(undone.root == one.root);
  REQUIRE(undone.totals == one.totals);
  const Sha256 first = one.root;
  const Sha256 second =
      MUST(UpdateManifest(nodes, first, {{"a", std::nullopt}, {"d/y", Entry(1000, "4")}}));
  std::string walked;
  MUST(WalkManifest(nodes, second, "d", [&](const std::string& path, const ManifestEntry&) {
    walked += path + " ";
    return Ok();
  }));
  REQUIRE(walked == "d/x d/y ");
  REQUIRE(MUST(FindInManifest(nodes, second, "d/y"))->size_bytes == 1000);
  REQUIRE_FALSE(MUST(FindInManifest(nodes, second, "a")).has_value());
  std::string differences;
  MUST(DiffManifests(nodes, first, second,
                     [&](const std::string& path, const std::optional<ManifestEntry>& before,
                         const std::optional<ManifestEntry>& after) {
                       differences += path + (before ? "-" : "") + (after ? "+" : "") + " ";
                       return Ok();
                     }));
  REQUIRE(differences == "a- d/y+ ");
}
