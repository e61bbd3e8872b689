#include "tests/simulation/mirror_watch.h"

#include "storage/history/history.h"
#include "tests/simulation/repositories.h"
#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

using namespace federation;

struct Served {
  std::int64_t repository = 0;
  LogHash leaf;
};

std::vector<Served> List(SimNode& node, const char* sql) {
  std::vector<Served> list;
  auto lease = MUST(node.database().Read());
  auto rows = lease->Query(sql);
  while (rows.Next()) list.push_back({rows.Int(0), rows.DigestAt<LogHash>(1)});
  MUST(Status(rows.status()));
  return list;
}

// Read from the content store and hashed anew. Of a repository that nobody has pushed to: nothing.
Sha256 FileOf(SimNode& node, std::int64_t repository) {
  auto lease = MUST(node.database().Read());
  const auto history = MUST(storage::History::Open(*lease, *node.store(), repository));
  const auto resolved = history->Resolve("main");
  if (!resolved && resolved.error().code() == Errc::NotFound) return Sha256();
  const auto revision = MUST(Result(resolved)).revision;
  const auto bytes = MUST(history->ReadSmallFile(revision, kFileName, kMaxFileBytes));
  REQUIRE(bytes.has_value());
  return HashSha256(*bytes);
}

}  // namespace

void NotePublished(SimNode& node, PublishedFiles& published) {
  for (const auto& [repository, leaf] :
       List(node,
            "SELECT repository, leaf FROM repository_card JOIN origin ON origin.id = origin "
            "WHERE own = 1 AND repository IS NOT NULL")) {
    published.emplace(leaf, FileOf(node, repository));
  }
}

void LookAtMirrors(SimNode& node, const PublishedFiles& published) {
  for (const auto& [repository, leaf] :
       List(node,
            "SELECT repository_card.repository, mirror.leaf FROM mirror JOIN repository_card ON "
            "repository_card.id = card WHERE mirror.leaf IS NOT NULL")) {
    INFO(node.name() << " serves repository " << repository);
    const auto stated = published.find(leaf);
    REQUIRE(stated != published.end());
    REQUIRE(FileOf(node, repository) == stated->second);
  }
}

bool HasMirrored(SimNode& node, const NodeId& origin) {
  auto lease = MUST(node.database().Read());
  auto rows = lease->Query(
      "SELECT count(*) FROM repository_card JOIN origin ON origin.id = origin LEFT JOIN mirror ON "
      "card = repository_card.id WHERE origin.node = ? AND status = 0 AND "
      "mirror.leaf IS NOT repository_card.leaf",
      origin.genesis());
  REQUIRE(rows.Next());
  return rows.Int(0) == 0;
}

}  // namespace banyan::simulation
