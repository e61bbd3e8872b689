#include "federation/follow/service.h"

#include <algorithm>

#include "federation/answers.h"
#include "federation/fetch_budget.h"

namespace banyan::federation {
namespace {

// Those whose card is another than what is served here, and that may be tried again by now.
constexpr const char* kWaiting =
    "SELECT mirror.card FROM mirror JOIN repository_card ON repository_card.id = mirror.card "
    "WHERE repository_card.meta IS NOT NULL AND mirror.leaf IS NOT repository_card.leaf "
    "AND repository_card.status IN (0, 1) "  // live, yanked: the others have no content
    "AND mirror.passed_over = 0 "
    "AND (mirror.failures = 0 OR ?1 "
    "     OR mirror.tried_ms + (30000 << min(mirror.failures, 9)) <= ?2) "
    "ORDER BY mirror.tried_ms, mirror.card LIMIT 64";

}  // namespace

Result<std::vector<Output>> Service::Step(std::int64_t now_ms, const Input& input) {
  TRY(Take(input, now_ms));
  TRY(EndContacts(now_ms));
  auto lease = TRY(database_.Read());
  const auto peers = TRY(ListPeers(*lease));
  BeginContacts(peers, now_ms);
  std::vector<Output> outputs;
  for (auto& [peer, contact] : contacts_) {
    for (auto& ask : contact->TakeAsks()) outputs.emplace_back(std::move(ask));
  }
  TRY(LookAtBudget(*lease, now_ms));
  TRY(BeginMirrors(*lease, peers, now_ms, outputs));
  return outputs;
}

Status Service::Take(const Input& input, std::int64_t now_ms) {
  if (const auto* hurry = std::get_if<Hurry>(&input)) {
    ignores_windows_ = hurry->ignores_windows;
    due_ms_.clear();
    tried_.clear();
    hurries_ = true;
  }
  if (const auto* read = std::get_if<PolicyRead>(&input)) policy_ = read->policy;
  if (const auto* seen = std::get_if<NeighboursSeen>(&input)) neighbours_ = seen->neighbours;
  const auto* ended = std::get_if<MirrorEnded>(&input);
  if (ended != nullptr) mirroring_.erase(ended->card);
  if (ended != nullptr || std::holds_alternative<PolicyRead>(input)) {
    TRY(database_.Write(
        [&](storage::Connection& connection) { return ApplyPolicy(connection, policy_, now_ms); }));
  }
  if (std::holds_alternative<PolicyRead>(input) || std::holds_alternative<NeighboursSeen>(input)) {
    TRY(ChoosePeers(now_ms));
  }
  if (const auto* answer = std::get_if<Answer>(&input)) {
    for (auto& [peer, contact] : contacts_) TRY(contact->Take(*answer, now_ms));
  }
  return Ok();
}

// With chance in it, so that many followers do not ask at the same moment.
std::int64_t Service::PauseAfter(const Contact& contact) {
  std::uint8_t chance = 0;
  random_.Fill({&chance, 1});
  std::int64_t pause_ms = options_.pause_ms;
  if (contact.has_failed()) {
    const auto failures = std::min<std::uint64_t>(contact.peer().failures, 20);
    pause_ms = std::min(pause_ms << failures, options_.pause_max_ms);
  }
  return pause_ms + pause_ms * chance / 1024;
}

Status Service::ChoosePeers(std::int64_t now_ms) {
  return database_.Write([&](storage::Connection& connection) {
    return ChooseLearnedPeers(connection, policy_.peers, neighbours_, now_ms);
  });
}

Status Service::EndContacts(std::int64_t now_ms) {
  bool is_news = false;
  std::erase_if(contacts_, [&](const auto& item) {
    const auto& contact = *item.second;
    if (!contact.is_done()) return false;
    is_news = is_news || contact.taken_entries() > 0 || contact.has_failed();
    due_ms_[item.first] = now_ms + PauseAfter(contact);
    return true;
  });
  return is_news ? ChoosePeers(now_ms) : Ok();
}

void Service::BeginContacts(const std::vector<Peer>& peers, std::int64_t now_ms) {
  for (const auto& peer : peers) {
    if (contacts_.size() >= options_.contacts_at_once) break;
    const auto row = peer.row;
    const auto due = due_ms_.find(row);
    if (contacts_.contains(row) || (due != due_ms_.end() && due->second > now_ms)) continue;
    auto contact = std::make_unique<Contact>(database_, policy_, peer, next_ask_);
    contact->Begin();
    contacts_.emplace(row, std::move(contact));
  }
}

Status Service::LookAtBudget(storage::Connection& connection, std::int64_t now_ms) {
  const auto state = TRY(ReadFetchState(connection, policy_.limits, now_ms));
  ignores_windows_ = ignores_windows_ && (hurries_ || !mirroring_.empty());
  may_fetch_ = state.has_budget && (state.is_open || ignores_windows_);
  return Ok();
}

Status Service::BeginMirrors(storage::Connection& connection, const std::vector<Peer>& peers,
                             std::int64_t now_ms, std::vector<Output>& outputs) {
  if (mirroring_.size() >= options_.mirrors_at_once) return Ok();
  std::vector<std::int64_t> answering;
  for (const auto& peer : peers) {
    if (peer.answered_ms && peer.failures == 0) answering.push_back(peer.row);
  }
  if (answering.empty() || !may_fetch_) {
    hurries_ = hurries_ && !contacts_.empty();
    return Ok();
  }
  auto rows = connection.Query(kWaiting, hurries_, now_ms);
  bool is_more = false;
  while (rows.Next()) {
    const auto card = rows.Int(0);
    if (mirroring_.contains(card) || (hurries_ && !tried_.insert(card).second)) continue;
    if (mirroring_.size() >= options_.mirrors_at_once) {
      tried_.erase(card);
      is_more = true;
      break;
    }
    mirroring_.insert(card);
    outputs.emplace_back(MirrorTask{card, answering});
  }
  TRY(rows.status());
  hurries_ = hurries_ && (is_more || !contacts_.empty());
  return Ok();
}

}  // namespace banyan::federation
