#include "federation/format/card_entry.h"

#include "storage/base/json.h"

namespace banyan::federation {

Result<CardEntry> CardEntry::Parse(const Json& entry) {
  CardEntry out;
  out.link = TRY(CardLink::Parse(entry));
  if (FindMember(entry, "crit") == nullptr) out.card = TRY(Card::Parse(entry));
  return out;
}

}  // namespace banyan::federation
