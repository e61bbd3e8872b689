#include "federation/bundle/archive_peer.h"
#include "federation/bundle/bundle_export.h"
#include "federation/follow/followed_log.h"
#include "federation/format/canonical_json.h"
#include "federation/format/entry_bundle.h"
#include "federation/head_rows.h"
#include "federation/origin_rows.h"
#include "federation/own/next_epoch.h"
#include "federation/transfer/folder_peer.h"
#include "tests/federation/mirror/mirror_pair.h"
#include "tests/support/memory_file_system.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;

namespace {

struct Carried : MirrorPair {
  MemoryFileSystem disk;
  std::atomic<bool> cancelled{false};

  // The publisher's log is public up to here.
  void Publish() {
    publisher.WriteCards();
    const auto files = MUST(
        LogFiles::Open(*publisher.database, disk, publisher.clock, publisher.origin, {"/log", ""}));
    MUST(files->Publish());
  }
  ExportRequest All() { return {publisher.origin.node, {}, {}, {}}; }
  // What the first epoch said in so many entries is known.
  ExportRequest Since(std::uint64_t size) {
    auto request = All();
    request.head = KnownHead{{publisher.origin.node, 0}, size, {}};
    return request;
  }
  // Entries that say nothing of repositories.
  void Pad(std::size_t count) {
    MUST(publisher.database->Write([&](storage::Connection& c) -> Status {
      for (std::size_t i = 0; i < count; ++i) {
        TRY(AppendEntry(c, publisher.origin.log, AsBytes("{\"t\":\"advisory\",\"v\":1}")));
      }
      return Ok();
    }));
  }
  LogHash RootAt(std::uint64_t size) {
    auto lease = MUST(publisher.database->Read());
    return MUST(HashEntries(*lease, publisher.origin.log, 0, size));
  }
  Result<ExportReport> Export(BundleSink& sink, const ExportRequest& request) {
    return ExportBundle(*publisher.database, publisher.local(), request, sink, cancelled);
  }
  ExportReport ExportFolder(const std::string& folder, const ExportRequest& request) {
    return MUST(Export(*MakeFolderSink(disk, folder), request));
  }
  ExportReport ExportFolder(const std::string& folder) { return ExportFolder(folder, All()); }
};

}  // namespace

TEST_CASE("ABundleIsAPeer") {
  Carried f;
  f.publisher.CommitFile("weights.bin", Noise(3'000'000, 1));
  f.publisher.CommitText("LICENSE", "Do as you like.");
  f.publisher.Tag("v1", "main", "first");
  f.Publish();
  std::unique_ptr<PeerSource> peer;
  SECTION("as a folder") {
    f.ExportFolder("/stick");
    peer = std::make_unique<FolderPeer>(f.disk, "/stick");
  }
  SECTION("as an archive in parts") {
    MUST(f.Export(*MakeArchiveSink(f.disk, "/b.banyan", 1u << 20), f.All()));
    peer = MUST(ArchivePeer::Open(f.disk, "/b.banyan"));
  }
  const auto note = MUST(ReadBundleNote(*peer));
  CHECK(note.origins == std::vector<NodeId>{f.publisher.origin.node});
  CHECK(note.cards.size() == 1);
  const auto card = f.follower.Follow(f.publisher);
  const auto report = f.follower.Run(card, {peer.get()});
  CHECK(MUST(report.outcome) == MirrorOutcome::Mirrored);
  CHECK(report.lies.empty());
  RequireSame(f.publisher, f.follower, card);
}

TEST_CASE("ABundleSinceAnotherHasOnlyWhatIsNew") {
  Carried f;
  f.publisher.CommitFile("old.bin", Noise(2'000'000, 1));
  f.Publish();
  CHECK(f.ExportFolder("/first").bytes > 2'000'000);
  FolderPeer first(f.disk, "/first");
  const auto card = f.follower.Follow(f.publisher);
  REQUIRE(f.follower.Run(card, {&first}).outcome.has_value());
  f.publisher.CommitFile("new.bin", Noise(500'000, 2));
  f.Publish();
  auto request = f.All();
  request.since = MUST(ReadBundleNote(first));
  const auto report = f.ExportFolder("/second", request);
  CHECK(report.files == 2);  // with .gitattributes
  CHECK(report.bytes < 600'000);
  FolderPeer second(f.disk, "/second");
  f.follower.Follow(f.publisher);
  CHECK(MUST(f.follower.Run(card, {&second}).outcome) == MirrorOutcome::Mirrored);
  RequireSame(f.publisher, f.follower, card);
  // Into the folder of the first, all that it has not.
  const auto again = f.ExportFolder("/first");
  CHECK(again.files == 3);
  CHECK(again.new_files == 2);  // with .gitattributes
  CHECK(again.new_bytes > 500'000);
  CHECK(again.new_bytes < 600'000);
  CHECK(f.ExportFolder("/first").new_files == 0);
  CHECK(f.ExportFolder("/first").new_bytes == 0);
}

TEST_CASE("ABundleSinceAHeadHasOnlyWhatCameAfter") {
  Carried f;
  f.publisher.CommitFile("old.bin", Noise(2'000'000, 1));
  f.publisher.WriteCards();
  f.Pad(300);
  f.Publish();
  const auto size = f.publisher.Entries().size();
  f.ExportFolder("/first");
  FolderPeer first(f.disk, "/first");
  CHECK(MUST(ReadBundleNote(first)).since.empty());
  const auto card = f.follower.Follow(f.publisher);
  REQUIRE(f.follower.Run(card, {&first}).outcome.has_value());
  const auto nothing = f.ExportFolder("/nothing", f.Since(size));  // no card is later
  CHECK(nothing.files == 0);
  CHECK(nothing.objects == 0);

  f.publisher.CommitFile("new.bin", Noise(500'000, 2));
  f.Publish();
  auto request = f.Since(size);
  request.head->root = f.RootAt(size);
  const auto report = f.ExportFolder("/second", request);
  CHECK(report.files == 2);  // with .gitattributes
  CHECK(report.bytes < 600'000);
  FolderPeer second(f.disk, "/second");
  const auto note = MUST(ReadBundleNote(second));
  CHECK(note.since == std::vector{BundleNote::Begin{f.publisher.origin.node, 0, size}});
  CHECK(note.cards.size() == 1);
  const auto base = LogName{f.publisher.origin.node, 0}.Path();
  const auto width = std::to_string(f.publisher.Entries().size() % kTileWidth);
  for (const std::string kind : {"tile/entries/", "tile/0/"}) {
    INFO(kind);
    MUST_FAIL(second.Get(base + kind + "000", 1u << 20), Errc::NotFound);
    CHECK(second.Get(base + kind + "001.p/" + width, 1u << 20).has_value());
  }
  CHECK(second.Get(base + "tile/1/000.p/1", 1u << 20).has_value());  // proofs begin with it
  f.follower.Follow(f.publisher);
  CHECK(MUST(f.follower.Run(card, {&second}).outcome) == MirrorOutcome::Mirrored);
  RequireSame(f.publisher, f.follower, card);
}

TEST_CASE("AHeadPresumesTheContentOfWhatIsSelectedOnly") {
  Carried f;
  const auto big = Noise(500'000, 1);
  f.publisher.CommitFile("big.bin", big);
  f.publisher.repository = f.publisher.AddRepository("other", false);
  f.publisher.CommitText("a.txt", "one");
  f.Publish();
  auto request = f.Since(f.publisher.Entries().size());
  f.publisher.CommitFile("big.bin", big);
  f.Publish();
  CHECK(f.ExportFolder("/all", request).files == 0);  // all of the first is there as well
  request.patterns = {"models/owner/other"};
  CHECK(f.ExportFolder("/some", request).files == 2);  // with .gitattributes
  f.publisher.CommitFile("new.bin", Noise(1'000, 2));
  request.head->size = f.publisher.Entries().size();
  f.Publish();
  CHECK(f.ExportFolder("/later", request).files == 2);  // its own is: .gitattributes changed
}

TEST_CASE("AHeadPresumesNothingOfWhatWasNotForEverybody") {
  Carried f;
  f.publisher.CommitFile("big.bin", Noise(500'000, 1));
  MUST(f.publisher.Execute("UPDATE repository SET gated = 1"));
  f.Publish();
  const auto request = f.Since(f.publisher.Entries().size());
  MUST(f.publisher.Execute("UPDATE repository SET gated = 0"));
  f.Publish();
  CHECK(f.ExportFolder("/opened", request).files == 2);  // with .gitattributes
}

TEST_CASE("AnExportSinceAHeadOfAnotherHistoryIsRefused") {
  Carried f;
  f.publisher.CommitText("a.txt", "one");
  f.Publish();
  const auto refuses = [&](const ExportRequest& request) {
    MUST_FAIL(f.Export(*MakeFolderSink(f.disk, "/none"), request), Errc::Invalid);
  };
  auto request = f.Since(f.publisher.Entries().size() + 1);
  refuses(request);
  request = f.Since(1);
  request.head->root = f.RootAt(2);
  refuses(request);
  request = f.Since(1);
  request.head->log.epoch = 1;
  refuses(request);
  request.head->log = {NodeId(LogHash()), 0};
  refuses(request);
}

TEST_CASE("ABundleNoteReadsAsItWasWritten") {
  const NodeId node{LogHash()};
  const BundleNote note{{node}, {{node, 0, 7}}, {{node, 1, 900}}};
  CHECK(MUST(BundleNote::Parse(note.ToString())) == note);
  const BundleNote whole{{node}, {}, {}};
  CHECK(whole.ToString().find("since") == std::string::npos);
  CHECK(MUST(BundleNote::Parse(whole.ToString())) == whole);
  for (const auto* since : {"7", "[7]", "[{\"origin\":\"x\",\"epoch\":0,\"size\":1}]"}) {
    INFO(since);
    MUST_FAIL(BundleNote::Parse("{\"version\":0,\"origins\":[],\"cards\":[],\"since\":" +
                                std::string(since) + "}"),
              Errc::Invalid);
  }
}

TEST_CASE("ABundleCarriesAllEpochsOfALog") {
  Carried f;
  f.publisher.CommitText("a.txt", "one");
  f.Publish();
  auto& origin = f.publisher.origin;
  const auto size = f.publisher.Entries().size();
  const NextEpoch next{{KeysOf(2).public_keys(), KeysOf(3).public_keys().Commitment(), {}},
                       size,
                       OpenReason::Rotation};
  MUST(OpenNextEpoch(*f.publisher.database, origin, next, f.publisher.clock.NowMs()));
  const OwnOrigin later{origin.node, {origin.log.origin, 1}, KeysOf(2)};
  const auto files =
      MUST(LogFiles::Open(*f.publisher.database, f.disk, f.publisher.clock, later, {"/log1", ""}));
  MUST(files->Publish());
  f.ExportFolder("/stick");
  FolderPeer peer(f.disk, "/stick");
  const auto bytes = MUST(peer.Get("/fed/" + origin.node.ToString() + "/epochs", 10'000));
  const auto epochs = MUST(EpochsPage::Parse(AsText(bytes))).epochs;
  REQUIRE(epochs.size() == 2);
  auto lease = MUST(f.publisher.database->Read());
  const auto first = MUST(StatedKeys(*lease, origin.log));
  CHECK(MUST(VerifyHead({origin.node, 0}, first, epochs[0].note)).size == size);
  const auto path = LogName{origin.node, 1}.Path() + "tile/entries/000.p/1";
  const auto opening = MUST(ReadEntryBundle(MUST(peer.Get(path, 10'000)), 1)).front();
  CHECK(MUST(Opening::Parse(MUST(ParseCanonical(opening)))).previous.state.size == size);
  auto request = f.All();
  request.head = KnownHead{{origin.node, 1}, 1, {}};
  CHECK(f.ExportFolder("/later", request).files == 0);
  FolderPeer later_peer(f.disk, "/later");
  CHECK(MUST(ReadBundleNote(later_peer)).since ==
        std::vector<BundleNote::Begin>{{origin.node, 0, size}, {origin.node, 1, 1}});
}

TEST_CASE("ABundleHasWhatItsPatternsSelect") {
  Carried f;
  f.publisher.CommitText("a.txt", "one");
  f.Publish();
  auto request = f.All();
  request.patterns = {"datasets/*/*", "models/LAB/n*"};
  CHECK(f.ExportFolder("/stick", request).repositories == 1);
  request.patterns = {"models/lab/other"};
  MUST_FAIL(f.Export(*MakeFolderSink(f.disk, "/none"), request), Errc::Invalid);
}

TEST_CASE("WhatWasTakenDownIsInTheLogOfABundleOnly") {
  Carried f;
  f.publisher.CommitFile("weights.bin", Noise(1'000'000, 1));
  f.Publish();
  MUST(f.publisher.Execute("UPDATE repository SET status = 3, reason = 6, answer = 2"));
  f.Publish();
  const auto report = f.ExportFolder("/stick");
  CHECK(report.repositories == 0);
  CHECK(report.files == 0);
  FolderPeer peer(f.disk, "/stick");
  const auto entries = f.publisher.Entries();
  const auto path = LogName{f.publisher.origin.node, 0}.Path() + "tile/entries/000.p/" +
                    std::to_string(entries.size());
  const auto bundle = MUST(peer.Get(path, 1u << 20));
  CHECK(AsText(bundle).find("\"status\":\"removed\"") != std::string_view::npos);
}

TEST_CASE("AnExportThatBreaksOffIsNoBundle") {
  Carried f;
  f.publisher.CommitText("a.txt", "one");
  f.Publish();
  f.cancelled = true;
  MUST_FAIL(f.Export(*MakeFolderSink(f.disk, "/stick"), f.All()), Errc::Cancelled);
  FolderPeer peer(f.disk, "/stick");
  MUST_FAIL(ReadBundleNote(peer), Errc::Invalid);
  f.cancelled = false;
  f.ExportFolder("/stick");
  CHECK(MUST(ReadBundleNote(peer)).cards.size() == 1);
}
