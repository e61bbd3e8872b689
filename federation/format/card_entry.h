#pragma once
// An entry of type "card" of any version: what links it to the cards before, and the card itself
// when this program understands it (PROTOCOL.md section 4). A value.

#include "federation/format/card.h"
#include "federation/format/card_link.h"

namespace banyan::federation {

struct CardEntry {
  CardLink link;
  std::optional<Card> card;  // none: it needs a newer program

  // Invalid as in CardLink::Parse and Card::Parse.
  static Result<CardEntry> Parse(const Json& entry);
};

}  // namespace banyan::federation
