#pragma once
// What a Service knows beside its catalog, as text: two that are equal in it, on equal catalogs, do
// the same from now on.
//
// Left out is what only says when something is due, once so much time has passed that all of it is:
// pauses between rounds, their chance, hints that a peer has left. Whoever compares lets an hour
// and a minute pass before each input, which is more than all of these.

#include <functional>
#include <string>

#include "federation/follow/service.h"

namespace banyan::federation {

class ServiceMemory {
 public:
  // How a place in a journal is called: numbers there are times.
  using PlaceName = std::function<std::string(const JournalPlace&)>;

  // Epoch and size of each log.
  using HeldHeads = std::map<NodeId, std::pair<std::uint64_t, std::uint64_t>>;

  // `now` is where the node's own journal is. Fails the test while more is going on than
  // contacts whose first question is not answered yet.
  static std::string ToText(const Service& service, const JournalPlace& now, const HeldHeads& held,
                            const PlaceName& place_name);

 private:
  static std::string OfHints(const HintBook& hints, const HeldHeads& held);
  static std::string OfNames(const NamePauses& names);
  static std::string OfContact(const Contact& contact, const PlaceName& place_name);
};

// A signed head without what depends on when it was signed: its text, and whose signatures it has.
std::string NoteName(const std::string& note);

}  // namespace banyan::federation
