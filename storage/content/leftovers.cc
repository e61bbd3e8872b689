#include "storage/content/leftovers.h"

#include <algorithm>
#include <span>
#include <vector>

#include "storage/base/logging.h"
#include "storage/content/loose_places.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kRunsAtOnce = 1'000;  // in one transaction, for which others wait

Status Hold(ContentCore& core, const SessionOwner& owner, std::span<const Term> runs) {
  std::vector<std::vector<std::uint32_t>> sizes_bytes;
  for (const Term& run : runs) sizes_bytes.push_back(TRY(core.packs->RawSizesOf(run)));
  return core.database.Write([&](Connection& connection) -> Status {
    const auto session = TRY(LeftoverSession(connection, owner));
    if (!session) return Ok();
    for (std::size_t i = 0; i < runs.size(); ++i) {
      TRY(HoldPlaces(connection, *session, runs[i], sizes_bytes[i]));
    }
    return Ok();
  });
}

}  // namespace

Status HoldLeftovers(ContentCore& core, const SessionOwner& owner, const Recipe& chunks) {
  if (chunks.terms.empty()) return Ok();
  const auto files = TRY(RepositoryPlaces::Read(core.database, owner.repository));
  const auto runs = JoinNeighbours(TRY(FindLoose(*core.packs, *files, chunks)).terms);
  for (std::span<const Term> left(runs); !left.empty();) {
    const auto next = left.first(std::min(left.size(), kRunsAtOnce));
    TRY(Hold(core, owner, next));
    left = left.subspan(next.size());
  }
  return Ok();
}

PinnedUpload::~PinnedUpload() {
  if (is_kept_) return;
  const Status held = HoldLeftovers(core_, owner_, recipe());
  if (!held) log::Warning("storage", "leftovers not counted error=\"{}\"", held.error().message());
}

}  // namespace banyan::storage
