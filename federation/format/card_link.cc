#include "federation/format/card_link.h"

#include "storage/base/json.h"

namespace banyan::federation {

Result<CardLink> CardLink::Parse(const Json& entry) {
  CardLink link;
  link.repository = TRY(TakeOptionalHash<RepositoryKey>(entry, "repo"));
  link.number = TRY(TakeCount(entry, "n"));
  link.previous = TRY(TakeOptionalHash<LogHash>(entry, "prev"));
  const bool is_first = link.number == 1;
  if (link.number > 0 && is_first == !link.repository && is_first == !link.previous) return link;
  return Error(Errc::Invalid, "card: repo, n and prev contradict each other");
}

}  // namespace banyan::federation
