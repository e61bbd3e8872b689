#include "tests/simulation/service_memory.h"

#include "federation/format/note.h"
#include "tests/support/must.h"

namespace banyan::federation {

std::string NoteName(const std::string& note) {
  const auto parsed = SignedNote::Parse(note);
  if (!parsed) return note;
  std::set<std::string> signers;
  for (const auto& signature : parsed->signatures) {
    signers.insert(signature.name + "+" + std::to_string(signature.key_id));
  }
  std::string text = parsed->text;
  for (const auto& signer : signers) text += signer + "\n";
  return text;
}

// Whom to tell of heads that are yet to come: what was told, or shown, of no more than is held says
// nothing of these.
std::string ServiceMemory::OfHints(const HintBook& hints, const HeldHeads& held) {
  std::string text;
  for (const auto* places : {&hints.shown_, &hints.told_}) {
    text += places == &hints.shown_ ? "shown:" : "told:";
    for (const auto& [whose, place] : *places) {
      const auto found = held.find(whose.second);
      if (found != held.end() && place <= found->second) continue;
      text += " " + std::to_string(whose.first) + "/" + whose.second.Short() + "=" +
              std::to_string(place.first) + "+" + std::to_string(place.second);
    }
    text += "\n";
  }
  return text;
}

std::string ServiceMemory::OfNames(const NamePauses& names) {
  std::string text = "not asked for names:";
  for (const auto& [peer, pause] : names.pauses_) {
    if (!pause.due_ms) text += " " + std::to_string(peer);
  }
  return text + "\n";
}

std::string ServiceMemory::OfContact(const Contact& contact, const PlaceName& place_name) {
  using Phase = Contact::Phase;
  REQUIRE((contact.phase_ == Phase::Info || contact.phase_ == Phase::Heads));
  REQUIRE(contact.asked_.size() == 1);
  REQUIRE((contact.asks_.empty() && contact.met_.empty() && !contact.was_asked_for_key_));
  const auto& peer = contact.peer();
  return "asking " + std::to_string(peer.row) + " from " + place_name(contact.upto_) +
         (contact.phase_ == Phase::Info ? " who" : "") +
         (peer.answered_ms ? "" : " never answered") + (peer.failures > 0 ? " failed" : "") + "\n";
}

std::string ServiceMemory::ToText(const Service& service, const JournalPlace& now,
                                  const HeldHeads& held, const PlaceName& place_name) {
  REQUIRE((service.mirroring_.empty() && service.again_.empty() && service.tried_.empty()));
  REQUIRE(service.readers_.readers_.empty());
  REQUIRE((service.neighbours_.empty() && service.may_fetch_ && !service.ignores_windows_));
  REQUIRE(service.told_ == now);
  std::string text = OfHints(service.hints_, held) + OfNames(service.names_) + "answered:";
  for (const auto peer : service.answered_) {
    if (!service.has_heard_all_) text += " " + std::to_string(peer);
  }
  text += std::string(service.has_heard_all_ ? " all" : "") + (service.own_shown_ ? " own" : "") +
          (service.hurries_ ? " hurries" : "") + (service.cosigner_ ? " cosigns" : "") +
          (service.cosigned_ == now ? " cosigned" : "") + "\n";
  for (const auto& [peer, contact] : service.contacts_) text += OfContact(*contact, place_name);
  for (const auto& heard : service.heard_) {
    text += "heard " + std::to_string(heard.peer) + " " + NoteName(heard.note);
  }
  return text;
}

}  // namespace banyan::federation
