#pragma once
// A node that publishes, and one that mirrors it.

#include "federation/mirror/repository_mirror.h"
#include "tests/federation/log_fixture.h"
#include "tests/federation/mirror/store_peer.h"

namespace banyan::federation::testing {

// What a pushed commit does to a path; no text: removes it.
struct PushedFile {
  std::string path;
  std::optional<std::string> text;
  std::uint32_t mode = storage::kModeFile;
};

// Publishes the repository "Lab/name".
struct Publisher : LogFixture {
  Publisher() { Rename("Lab"); }

  void Rename(const std::string& name) {
    MUST(database->Write([&](storage::Connection& c) {
      return c.Execute("UPDATE namespace SET name = ?, folded = ? WHERE kind = 0", name,
                       storage::FoldName(name));
    }));
  }
  // Commits to a branch as a push does, which may be made anew from `parents`.
  GitOid Push(const std::string& branch, const std::vector<PushedFile>& files,
              std::optional<std::vector<GitOid>> parents = std::nullopt);
  GitOid CommitFile(const std::string& path, ByteView content) {
    return Commit({storage::AddUploaded{path, Upload(content, repository), true}});
  }
  void Tag(const std::string& name, const std::string& revision, const std::string& message) {
    MUST(storage::CreateTag(*database, *store, repository,
                            {name, revision, message, {"Ada", "ada@example.org"}, now_ms},
                            Options()));
  }
};

// What log replay leaves of a card that is to be mirrored; its row.
std::int64_t TakeCard(storage::Database& database, Publisher& publisher, const CardRow& card);

// Mirrors what others publish.
struct Follower : tests::HistoryFixture {
  FakeClock clock;
  FakeRandom random{9};
  std::atomic<bool> cancelled{false};

  MirrorParts Parts() { return {clock, random, *database, local(), cancelled, {}, {}, 2}; }
  // Its latest card, as log replay leaves it; the row of the card.
  std::int64_t Follow(Publisher& publisher) { return Take(publisher, publisher.LastCard()); }
  std::int64_t Take(Publisher& publisher, const CardRow& card) {
    return TakeCard(*database, publisher, card);
  }

  MirrorReport Run(std::int64_t card, std::vector<PeerSource*> peers) {
    return RepositoryMirror(Parts()).Run(card, peers);
  }
  // The repository that became of a card; its history is what the base class reads then.
  storage::Repository Mirrored(std::int64_t card);
  std::string Problem(std::int64_t card);
  std::int64_t Count(const std::string& sql);
};

// Follows, mirrors from the publisher itself, and requires success.
MirrorReport Mirror(Follower& follower, Publisher& publisher, PeerSource& peer);
// The mirror has the same refs, commits, trees, tags and manifests, and the files of all heads.
void RequireSame(Publisher& publisher, Follower& follower, std::int64_t card);

}  // namespace banyan::federation::testing
