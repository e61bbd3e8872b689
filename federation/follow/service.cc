#include "federation/follow/service.h"

#include <algorithm>

#include "federation/answers.h"
#include "federation/fetch_budget.h"

namespace banyan::federation {
namespace {

// Those that are to be in another state than they are, and that may be tried again by now: what
// failed of an older card says nothing of a newer one. A time that is yet to come is of before the
// clock was set back, and says nothing.
constexpr const char* kWaitingQuery =
    "SELECT card, written_ms FROM mirror JOIN repository_card ON repository_card.id = card "
    "WHERE waits = 1 AND (failures = 0 OR ?1 OR tried_ms > ?2 "
    "OR (written_ms > tried_ms AND written_ms <= ?2) "
    "OR tried_ms + (30000 << min(failures, 9)) <= ?2) ORDER BY tried_ms, card LIMIT 64";

constexpr std::int64_t kPatienceMs = 10'000;  // of a hint, while another peer is asked for the log

// The head is larger than what is held, or of a later epoch, and the origin was not stopped.
enum class News { Yes, No };
Result<News> LookForNews(storage::Connection& connection, std::int64_t origin,
                         const HeadClaim& claim) {
  if (!TRY(WhyStopped(connection, origin)).empty()) return News::No;
  const auto held = TRY(FindFollowedLog(connection, origin, claim.name.node));
  const std::pair ours(held.name.epoch, held.head.frontier.size());
  return ours < std::pair(claim.name.epoch, claim.state.size) ? News::Yes : News::No;
}

}  // namespace

Result<std::vector<Output>> Service::Step(std::int64_t now_ms, const Input& input) {
  set_back_ms_ += std::max<std::int64_t>(last_ms_ - now_ms, 0);
  last_ms_ = now_ms;
  TRY(Take(input, now_ms));
  TRY(GoOn(now_ms));
  TRY(EndContacts(now_ms));
  TRY(CosignNews(now_ms));
  auto lease = TRY(database_.Read());
  const auto peers = TRY(ListPeers(*lease));
  peers_ = peers.size();
  TRY(BeginHinted(*lease, peers, now_ms));
  BeginContacts(peers, now_ms);
  std::vector<Output> outputs;
  for (auto& [peer, contact] : contacts_) {
    for (auto& ask : contact->TakeAsks()) outputs.emplace_back(std::move(ask));
  }
  TRY(TellPeers(*lease, peers, now_ms, outputs));
  TRY(LookAtBudget(*lease, now_ms));
  TRY(BeginMirrors(*lease, peers, now_ms, outputs));
  return outputs;
}

Status Service::Take(const Input& input, std::int64_t now_ms) {
  if (const auto* hurry = std::get_if<Hurry>(&input)) {
    ignores_windows_ = hurry->ignores_windows;
    due_ms_.clear();
    tried_.clear();
    for (const auto& [peer, contact] : contacts_) again_.insert(peer);
    hurries_ = true;
  }
  if (const auto* read = std::get_if<PolicyRead>(&input)) policy_ = read->policy;
  if (const auto* seen = std::get_if<NeighboursSeen>(&input)) neighbours_ = seen->neighbours;
  if (const auto* may = std::get_if<MaySign>(&input)) {
    cosigner_ = may->cosigner;
    cosigned_.reset();
  }
  const auto* ended = std::get_if<MirrorEnded>(&input);
  if (ended != nullptr) mirroring_.erase(ended->card);
  if (ended != nullptr || std::holds_alternative<PolicyRead>(input)) {
    TRY(database_.Write(
        [&](storage::Connection& connection) { return ApplyPolicy(connection, policy_, now_ms); }));
  }
  if (const auto* came = std::get_if<PeerCame>(&input)) {
    due_ms_.erase(came->peer);
    hints_.Came(came->peer, Steady(now_ms));
    tried_.clear();
    hurries_ = true;
  }
  if (const auto* hinted = std::get_if<Hinted>(&input)) TRY(TakeHint(*hinted, now_ms));
  // A Hurry comes of a new rule to follow, too.
  if (std::holds_alternative<Hurry>(input) || std::holds_alternative<PolicyRead>(input) ||
      std::holds_alternative<NeighboursSeen>(input)) {
    TRY(ChoosePeers(now_ms));
  }
  if (const auto* answer = std::get_if<Answer>(&input)) {
    for (auto& [peer, contact] : contacts_) TRY(contact->Take(*answer, now_ms));
  }
  return Ok();
}

// Nothing is done about a hint that its sender cannot be asked about, or that is no news.
Status Service::TakeHint(const Hinted& hinted, std::int64_t now_ms) {
  auto lease = TRY(database_.Read());
  const auto peers = TRY(ListPeers(*lease));
  const auto peer =
      std::ranges::find_if(peers, [&](const auto& item) { return item.node == hinted.from; });
  if (peer == peers.end()) return Ok();
  if (hints_.Admit(peer->row, Steady(now_ms)) == HintBook::Verdict::Refuse) return Ok();
  auto claim = HeadClaim::Parse(hinted.note);
  if (!claim) return Ok();
  auto origin = TRY(FindFollowed(*lease, claim->name.node));
  if (!origin) return Ok();
  hints_.Shown(peer->row, *claim);
  std::erase_if(heard_, [&](const auto& heard) {
    return heard.peer == peer->row && heard.origin.row == origin->row;
  });
  heard_.push_back({peer->row, *std::move(origin), *std::move(claim), hinted.note, Steady(now_ms)});
  return Ok();
}

bool Service::Waits(const Heard& heard, std::int64_t now_ms) const {
  if (contacts_.contains(heard.peer) || contacts_.size() >= options_.contacts_at_once) return true;
  const auto reads_it = [&](const auto& item) {
    const auto* name = item.second->replays();
    return name != nullptr && name->node == heard.claim.name.node;
  };
  return Steady(now_ms) - heard.heard_ms < kPatienceMs && std::ranges::any_of(contacts_, reads_it);
}

Status Service::BeginHinted(storage::Connection& connection, const std::vector<Peer>& peers,
                            std::int64_t now_ms) {
  std::vector<Heard> waiting;
  for (auto& heard : std::exchange(heard_, {})) {
    const auto peer =
        std::ranges::find_if(peers, [&](const auto& item) { return item.row == heard.peer; });
    if (peer == peers.end()) continue;
    if (TRY(LookForNews(connection, heard.origin.row, heard.claim)) == News::No) continue;
    if (Waits(heard, now_ms)) {
      heard_.push_back(std::move(heard));
      continue;
    }
    auto contact = std::make_unique<Contact>(SharedByContacts(), *peer);
    TRY(contact->BeginHinted(heard.origin, heard.claim, std::move(heard.note), now_ms));
    contacts_.emplace(heard.peer, std::move(contact));
  }
  TRY(EndContacts(now_ms));
  return Ok();
}

// Of heads that grew here since the last step: those that answer and may not have them.
Status Service::TellPeers(storage::Connection& connection, const std::vector<Peer>& peers,
                          std::int64_t now_ms, std::vector<Output>& outputs) {
  if (!told_) told_ = TRY(FindJournalPlace(connection));
  const auto grown = TRY(ReadHeads(connection, *told_, now_ms));
  if (!grown) return Ok();
  told_ = grown->upto;
  for (const auto& head : grown->heads) {
    const auto claim = HeadClaim::Parse(head.note);
    if (!claim) continue;
    for (const auto& peer : peers) {
      const bool listens = peer.answered_ms && peer.failures == 0 &&
                           !peer.address.starts_with('/') && peer.node != claim->name.node;
      if (listens && hints_.IsToBeTold(peer.row, *claim))
        outputs.emplace_back(Hint{peer.row, head.note});
    }
  }
  return Ok();
}

// Before anybody is told of them. What this node signed and does not know any more, because an
// older copy of it was put back, its peers may: each is heard first, or was tried.
Status Service::CosignNews(std::int64_t now_ms) {
  if (!cosigner_ || !policy_.cosignatures.makes) return Ok();
  JournalPlace now;
  {
    auto lease = TRY(database_.Read());
    now = TRY(FindJournalPlace(*lease));
    if (cosigned_ == now) return Ok();
    const auto peers = TRY(ListPeers(*lease));
    has_heard_all_ = has_heard_all_ || std::ranges::all_of(peers, [&](const auto& peer) {
                       return answered_.contains(peer.row);
                     });
    if (!has_heard_all_) return Ok();
  }
  TRY(database_.Write([&](storage::Connection& connection) {
    return CosignHeads(connection, *cosigner_, now_ms);
  }));
  cosigned_ = now;
  return Ok();
}

// With chance in it, so that many followers do not ask at the same moment.
std::int64_t Service::PauseAfter(const Contact& contact) {
  std::uint8_t chance = 0;
  random_.Fill({&chance, 1});
  const auto failures = std::min<std::uint64_t>(contact.peer().failures, 20);
  const auto pause_ms = contact.has_failed()
                            ? std::min(options_.pause_ms << failures, options_.pause_max_ms)
                            : pace_.PauseMs(contact.peer().row, peers_);
  return pause_ms + pause_ms * chance / 1024;
}

Status Service::ChoosePeers(std::int64_t now_ms) {
  return database_.Write([&](storage::Connection& connection) {
    return ChooseLearnedPeers(connection, policy_.peers, neighbours_, now_ms);
  });
}

// Of those that wait for others, as long as one of them need not any more.
Status Service::GoOn(std::int64_t now_ms) {
  for (bool is_news = true; is_news;) {
    is_news = false;
    for (auto& [peer, contact] : contacts_) {
      if (!contact->waits()) continue;
      TRY(contact->GoOn(now_ms));
      is_news = is_news || !contact->waits();
    }
  }
  return Ok();
}

Status Service::EndContacts(std::int64_t now_ms) {
  bool is_news = false;
  std::erase_if(contacts_, [&](const auto& item) {
    const auto& contact = *item.second;
    if (!contact.is_done()) return false;
    is_news = is_news || contact.taken_entries() > 0 || contact.has_failed();
    for (const auto& head : contact.taken_heads()) pace_.Took(head, Steady(now_ms));
    if (contact.has_failed()) hints_.Failed(item.first, Steady(now_ms));
    if (!contact.has_failed() && !contact.is_hinted()) {
      pace_.Asked(item.first, hints_, Steady(now_ms));
    }
    const bool is_to_follow = again_.erase(item.first) > 0;
    if (contact.has_failed() || !contact.is_hinted()) {
      answered_.insert(item.first);
      if (!is_to_follow) due_ms_[item.first] = Steady(now_ms) + PauseAfter(contact);
    }
    own_shown_ = own_shown_ || contact.shows_more_of_own();
    return true;
  });
  return is_news ? ChoosePeers(now_ms) : Ok();
}

// Those that the operator named before those that were found, who waits longest before others.
std::vector<const Peer*> Service::ListDue(const std::vector<Peer>& peers,
                                          std::int64_t now_ms) const {
  using Rank = std::pair<bool, std::int64_t>;
  std::vector<std::pair<Rank, const Peer*>> ranked;
  for (const auto& peer : peers) {
    const auto found = due_ms_.find(peer.row);
    const std::int64_t due_ms = found == due_ms_.end() ? 0 : found->second;
    if (contacts_.contains(peer.row) || due_ms > Steady(now_ms)) continue;
    ranked.emplace_back(Rank(peer.found != Found::Named, due_ms), &peer);
  }
  std::ranges::stable_sort(ranked, {}, [](const auto& item) { return item.first; });
  std::vector<const Peer*> due;
  for (const auto& [rank, peer] : ranked) due.push_back(peer);
  return due;
}

void Service::BeginContacts(const std::vector<Peer>& peers, std::int64_t now_ms) {
  if (contacts_.size() >= options_.contacts_at_once) return;
  for (const auto* peer : ListDue(peers, now_ms)) {
    if (contacts_.size() >= options_.contacts_at_once) break;
    auto contact = std::make_unique<Contact>(SharedByContacts(), *peer);
    contact->Begin(hurries_ ? Contact::Quiet::Noted : Contact::Quiet::Seldom);
    contacts_.emplace(peer->row, std::move(contact));
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
  auto rows = connection.Query(kWaitingQuery, hurries_, now_ms);
  bool is_more = false;
  while (rows.Next()) {
    const auto card = rows.Int(0);
    const auto tried = tried_.find(card);
    const bool was_tried = tried != tried_.end() && tried->second >= rows.Int(1);
    if (mirroring_.contains(card) || (hurries_ && was_tried)) continue;
    if (mirroring_.size() >= options_.mirrors_at_once) {
      is_more = true;
      break;
    }
    if (hurries_) tried_[card] = std::max(now_ms, rows.Int(1));
    mirroring_.insert(card);
    outputs.emplace_back(MirrorTask{card, answering});
  }
  TRY(rows.status());
  // What is under way since before the Hurry may fail as it would not now.
  const bool is_awaited =
      std::ranges::any_of(mirroring_, [&](auto card) { return !tried_.contains(card); });
  hurries_ = hurries_ && (is_more || is_awaited || !contacts_.empty());
  return Ok();
}

}  // namespace banyan::federation
