#include "federation/follow/contact.h"

#include <algorithm>

#include "federation/answers.h"
#include "federation/cosignatures.h"
#include "federation/head_rows.h"
#include "federation/known_keys.h"
#include "federation/origin_rows.h"
#include "federation/own_origin.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kAsksAtOnce = 32;  // so that they go on while a step is taken
constexpr std::size_t kMaxInfoBytes = 64u << 10;
constexpr std::int64_t kNoteAnswerMs = 600'000;

}  // namespace

void Contact::AskFile(std::string path, std::size_t max_bytes) {
  const auto id = next_ask_++;
  asked_[id] = {path, {}};
  asks_.push_back({id, peer_.row, std::move(path), max_bytes, {}});
}

std::vector<Ask> Contact::TakeAsks() { return std::exchange(asks_, {}); }

Status Contact::Fail(const std::string& problem) {
  phase_ = Phase::Done;
  has_failed_ = true;
  readers_.EndAll(peer_.row);
  asks_.clear();
  asked_.clear();
  return database_.Write(
      [&](storage::Connection& connection) { return PeerFailed(connection, peer_.row, problem); });
}

void Contact::Begin(Quiet quiet) {
  quiet_ = quiet;
  upto_ = peer_.heads;
  if (peer_.node) return AskHeads();
  AskFile("/fed/info", kMaxInfoBytes);
}

Status Contact::BeginHinted(const FollowedOrigin& origin, const HeadClaim& claim, std::string note,
                            std::int64_t now_ms) {
  is_hinted_ = true;
  upto_ = peer_.heads;
  phase_ = Phase::Replays;
  TRY(AddHead(origin, claim, std::move(note)));
  return NextReplay(now_ms);
}

void Contact::AskHeads() {
  phase_ = Phase::Heads;
  AskFile("/fed/heads" + (upto_.journal.empty() ? "" : "?since=" + upto_.ToString()),
          kMaxHeadsBytes);
}

Status Contact::Take(const Answer& answer, std::int64_t now_ms) {
  const auto found = asked_.find(answer.id);
  if (found == asked_.end()) return Ok();  // of a round that ended
  const auto asked = std::move(found->second);
  asked_.erase(found);
  if (answer.error) return Fail(answer.error->message());
  readers_.Answered(peer_.row);
  return Dispatch(asked, answer, now_ms);
}

Status Contact::GoOn(std::int64_t now_ms) {
  waits_ = false;
  return phase_ == Phase::Replays ? NextReplay(now_ms) : NextMetas(now_ms);
}

Status Contact::Dispatch(const Asked& asked, const Answer& answer, std::int64_t now_ms) {
  switch (phase_) {
    case Phase::Info: return TakeInfo(answer, now_ms);
    case Phase::Heads: return TakeHeads(answer, now_ms);
    case Phase::Replays:
      TRY(replay_->Take(asked.path, answer.body, now_ms));
      return AfterReplay(now_ms);
    case Phase::Epochs: return TakeEpochs(answer, now_ms);
    case Phase::Metas: return TakeMetas(asked, answer, now_ms);
    case Phase::Done: break;
  }
  return Ok();
}

Status Contact::TakeInfo(const Answer& answer, std::int64_t now_ms) {
  const auto info = ParseJson(AsText(answer.body));
  const auto text = info ? FindString(*info, "node") : std::nullopt;
  const auto node = NodeId::Parse(text.value_or(""));
  if (!node) return Fail("it does not answer as a node of this federation does");
  if (FindInt(*info, "version") != 0) return Fail("it speaks another version of the protocol");
  if (peer_.expected && *peer_.expected != *node) {
    return Fail("another node answers there than " + peer_.expected->ToString());
  }
  std::optional<NodeId> own;
  {
    auto lease = TRY(database_.Read());
    own = TRY(FindOwnNode(*lease));
  }
  if (own == *node) return Fail(std::string(kIsItself));
  peer_.node = *node;
  TRY(TakeIntroduction(*info));
  if (waiting_page_) return TakePage(*std::exchange(waiting_page_, std::nullopt), now_ms);
  AskHeads();
  return Ok();
}

// One that proves nothing is as none: the peer's cosignatures are then those of a stranger.
Status Contact::TakeIntroduction(const Json& info) {
  const auto text = FindString(info, "introduction");
  return text ? KeepIntroduction(database_, *peer_.node, *text) : Ok();
}

// No: it cosigned one of these heads, by a key that is not known here.
Result<Contact::Introduced> Contact::LookIntroduced(const HeadsPage& page) const {
  const auto name = MirrorKeyName(*peer_.node);
  auto lease = TRY(database_.Read());
  const auto key = TRY(FindMirrorKey(*lease, *peer_.node));
  for (const auto& head : page.heads) {
    if (head.note.find(name) == head.note.npos) continue;
    const auto note = SignedNote::Parse(head.note);
    if (!note) continue;
    for (const auto& signature : note->signatures) {
      if (signature.name == name && (!key || signature.key_id != key->id())) return Introduced::No;
    }
  }
  return Introduced::Yes;
}

Status Contact::TakeHeads(const Answer& answer, std::int64_t now_ms) {
  phase_ = Phase::Replays;
  is_more_ = false;
  if (answer.body.empty()) return NextReplay(now_ms);  // nothing changed
  auto page = HeadsPage::Parse(AsText(answer.body));
  if (!page) return Fail(page.error().message());
  if (!was_asked_for_key_ && TRY(LookIntroduced(*page)) == Introduced::No) {
    phase_ = Phase::Info;
    was_asked_for_key_ = true;
    waiting_page_ = *std::move(page);
    AskFile("/fed/info", kMaxInfoBytes);
    return Ok();
  }
  return TakePage(*std::move(page), now_ms);
}

Status Contact::TakePage(HeadsPage page, std::int64_t now_ms) {
  phase_ = Phase::Replays;
  const bool leads_on = page.upto.journal != upto_.journal || page.upto.sequence > upto_.sequence;
  upto_ = page.upto;
  ++pages_;
  is_more_ = page.heads.size() == kMaxHeadsAtOnce && leads_on && pages_ < kPagesOfRound;
  TRY(LookAtOwn(page.heads, now_ms));
  std::vector<FollowedOrigin> followed;
  {
    auto lease = TRY(database_.Read());
    followed = TRY(ListFollowed(*lease));
  }
  const auto origin_of = [&](const HeadClaim& claim) {
    return std::ranges::find(followed, claim.name.node, &FollowedOrigin::node);
  };
  std::vector<std::optional<HeadClaim>> claims;
  for (const auto& head : page.heads) {
    auto claim = HeadClaim::Parse(head.note);
    const bool is_followed = claim && origin_of(*claim) != followed.end();
    claims.push_back(is_followed ? std::optional(*std::move(claim)) : std::nullopt);
  }
  for (const auto i : shown_.Choose(claims)) {
    TRY(AddHead(*origin_of(*claims[i]), *claims[i], std::move(page.heads[i].note)));
  }
  return NextReplay(now_ms);
}

Status Contact::AddHead(const FollowedOrigin& origin, const HeadClaim& claim, std::string note) {
  hints_.Shown(peer_.row, claim);
  TRY(RememberOwn(database_, {origin.row, claim.name.epoch}, note));
  heads_.push_back({origin, claim.name, std::move(note), {}, false});
  const auto is_same = [&](const auto& item) { return item.row == origin.row; };
  if (std::ranges::none_of(met_, is_same)) met_.push_back(origin);
  return Ok();
}

Status Contact::TakeCosigned(const Head& head, std::int64_t now_ms) {
  return TakeCosignatures(database_, {head.origin.row, head.name.epoch}, head.note,
                          policy_.cosignatures.keeps, now_ms);
}

// What they claim is looked at by whoever may sign (own/ask_first.h). Of each epoch the largest
// head counts for who cosigned it.
Status Contact::LookAtOwn(const std::vector<ShownHead>& heads, std::int64_t now_ms) {
  struct Largest {
    std::uint64_t size = 0;
    const std::string* note = nullptr;
  };
  std::map<std::uint64_t, Largest> largest;  // by epoch
  std::int64_t row = 0;
  {
    auto lease = TRY(database_.Read());
    const auto own = TRY(FindOwnNode(*lease));
    if (!own) return Ok();
    row = TRY(FindOrigin(*lease, *own))->row;
    const auto held = TRY(FindFollowedLog(*lease, row, *own));
    const auto ours = held.head.state();
    for (const auto& shown : heads) {
      const auto claim = HeadClaim::Parse(shown.note);
      if (!claim || claim->name.node != *own) continue;
      auto& most = largest[claim->name.epoch];
      if (most.note == nullptr || most.size < claim->state.size) {
        most = {claim->state.size, &shown.note};
      }
      if (claim->name.epoch < held.name.epoch) continue;
      const auto& theirs = claim->state;
      const bool is_more = claim->name.epoch > held.name.epoch || theirs.size > ours.size ||
                           (theirs.size == ours.size && theirs.root != ours.root);
      shows_more_of_own_ = shows_more_of_own_ || is_more;
    }
  }
  for (const auto& [epoch, head] : largest) {
    TRY(TakeCosignatures(database_, {row, epoch}, *head.note, policy_.cosignatures.keeps, now_ms));
  }
  return Ok();
}

// The first head of a log that no other peer is asked for comes to the front.
ReaderBook::Turn Contact::ChooseHead(std::int64_t now_ms) {
  for (auto head = heads_.begin(); head != heads_.end(); ++head) {
    const ReaderBook::Part log(head->origin.row, ReaderBook::What::Log);
    if (readers_.Begin(log, peer_.row, Steady(now_ms)) == ReaderBook::Turn::Waits) continue;
    std::rotate(heads_.begin(), head, head + 1);
    return ReaderBook::Turn::Yes;
  }
  return ReaderBook::Turn::Waits;
}

void Contact::DropHead() {
  readers_.End({heads_.front().origin.row, ReaderBook::What::Log}, peer_.row);
  heads_.pop_front();
}

Status Contact::NextReplay(std::int64_t now_ms) {
  phase_ = Phase::Replays;
  replay_.reset();
  for (; !heads_.empty(); DropHead()) {
    waits_ = ChooseHead(now_ms) == ReaderBook::Turn::Waits;
    if (waits_) return Ok();
    const auto& head = heads_.front();
    FollowedLog held{{}, head.name, {}, {}, {}};
    {
      auto lease = TRY(database_.Read());
      held = TRY(FindFollowedLog(*lease, head.origin.row, head.origin.node));
    }
    if (head.name.epoch < held.name.epoch) continue;
    if (head.name.epoch > held.name.epoch && !head.is_chain) {
      AskEpochs();
      return Ok();
    }
    // A stopped origin goes on with its next epoch, if at all.
    if (!held.stopped.empty() && !head.is_chain) continue;
    TRY(BeginReplay(head, std::move(held), now_ms));
    if (phase_ == Phase::Done) return Ok();
    if (!replay_) continue;
    if (replay_->end() == LogReplay::End::Running) {
      AskReplayed();
      return Ok();
    }
    if (replay_->end() == LogReplay::End::PeerWrong) return Fail(replay_->reason());
    TRY(TakeCosigned(head, now_ms));
  }
  if (is_more_) {
    AskHeads();
    return Ok();
  }
  return BeginMetas(now_ms);
}

// None begins for a head that does not go on from what is held.
Status Contact::BeginReplay(const Head& head, FollowedLog held, std::int64_t now_ms) {
  replay_.reset();
  std::optional<ClosedEpoch> before;
  if (head.name.epoch != held.name.epoch) {
    if (head.name.epoch != held.name.epoch + 1 || head.closing.empty()) return Ok();
    FollowedLog next{{held.log.origin, head.name.epoch}, head.name, {}, {}, held.stopped};
    auto closed = [&]() -> Result<ClosedEpoch> {
      auto lease = TRY(database_.Read());
      return CloseEpoch(*lease, std::move(held), head.closing);
    }();
    if (!closed && closed.error().code() != Errc::Invalid) return closed.error();
    if (!closed && !next.stopped.empty()) return Ok();  // its own fault, and known
    if (!closed) return Fail("log " + head.name.node.Short() + ": " + closed.error().message());
    before = *std::move(closed);
    held = std::move(next);
  }
  replay_ = std::make_unique<LogReplay>(database_, std::move(held), head.note, std::move(before));
  return replay_->Start(now_ms);
}

// Of the origin whose head is next.
void Contact::AskEpochs() {
  phase_ = Phase::Epochs;
  later_ = std::move(heads_.front());
  heads_.pop_front();
  AskFile("/fed/" + later_->name.node.ToString() + "/epochs", kMaxEpochsBytes);
}

// Those from the one that is held on take the place of the head that led here.
Status Contact::TakeEpochs(const Answer& answer, std::int64_t now_ms) {
  const auto page = EpochsPage::Parse(AsText(answer.body));
  if (!page) return Fail(page.error().message());
  const auto held = later_->origin.row;
  std::deque<Head> chain;
  std::string closing;
  for (const auto& [epoch, note] : page->epochs) {
    chain.push_back({later_->origin, {later_->name.node, epoch}, note, closing, true});
    closing = note;
  }
  std::erase_if(heads_, [&](const Head& head) { return head.origin.row == held; });
  heads_.insert(heads_.begin(), chain.begin(), chain.end());
  return NextReplay(now_ms);
}

void Contact::AskReplayed() {
  const auto room = kAsksAtOnce - std::min(kAsksAtOnce, asked_.size());
  for (auto& wanted : replay_->TakeWanted(room)) AskFile(std::move(wanted.path), wanted.max_bytes);
}

Status Contact::AfterReplay(std::int64_t now_ms) {
  switch (replay_->end()) {
    case LogReplay::End::Running: AskReplayed(); return Ok();
    case LogReplay::End::PeerWrong:
      return Fail("log " + replay_->name().node.Short() + ": " + replay_->reason());
    default: break;
  }
  taken_entries_ += replay_->taken_entries();
  if (replay_->end() == LogReplay::End::Taken) {
    const auto claim = HeadClaim::Parse(heads_.front().note);
    if (claim) taken_heads_.push_back(*claim);
  }
  if (replay_->taken_entries() > 0) {  // before anything is asked for that it names
    TRY(database_.Write(
        [&](storage::Connection& connection) { return ApplyPolicy(connection, policy_, now_ms); }));
  }
  asked_.clear();
  if (replay_->end() != LogReplay::End::Overtaken) {
    TRY(TakeCosigned(heads_.front(), now_ms));
    DropHead();
  }
  return NextReplay(now_ms);
}

Status Contact::BeginMetas(std::int64_t now_ms) {
  phase_ = Phase::Metas;
  for (const auto& origin : met_) names_.Add(origin);
  if (!is_hinted_ && name_pauses_.IsDue(peer_.row, Steady(now_ms))) {
    auto lease = TRY(database_.Read());
    for (const auto& origin : TRY(ListFollowed(*lease))) names_.Add(origin);
  }
  return NextMetas(now_ms);
}

Status Contact::NextMetas(std::int64_t now_ms) {
  std::vector<Sha256> ids;
  {
    auto lease = TRY(database_.Read());
    const auto turn_of = [&](std::int64_t origin) {
      const ReaderBook::Part names(origin, ReaderBook::What::Names);
      return readers_.Begin(names, peer_.row, Steady(now_ms));
    };
    ids = TRY(names_.Next(*lease, turn_of, full_));
  }
  waits_ = names_.waits();
  if (waits_) return Ok();
  if (ids.empty()) return Finish(now_ms);
  AskObjects(std::move(ids));
  return Ok();
}

void Contact::AskObjects(std::vector<Sha256> ids) {
  const auto id = next_ask_++;
  asked_[id] = {"", ids};
  asks_.push_back({id, peer_.row, "", 0, std::move(ids)});
}

Status Contact::TakeMetas(const Asked& asked, const Answer& answer, std::int64_t now_ms) {
  const auto checked = NameAsks::Check(asked.objects, answer.objects);
  if (!checked) return Fail(checked.error().message());
  TRY(database_.Write([&](storage::Connection& connection) {
    return names_.Take(connection, asked.objects, answer.objects);
  }));
  const auto got = answer.objects.size();
  if (got > 0 && got < asked.objects.size()) {  // the rest of them
    AskObjects({asked.objects.begin() + static_cast<std::ptrdiff_t>(got), asked.objects.end()});
    return Ok();
  }
  return NextMetas(now_ms);
}

Status Contact::Finish(std::int64_t now_ms) {
  phase_ = Phase::Done;
  readers_.EndAll(peer_.row);
  if (names_.lacks()) {
    name_pauses_.Lacks(peer_.row, Steady(now_ms));
  } else if (!names_.origins().empty()) {
    name_pauses_.Got(peer_.row);
  }
  const bool is_noted = quiet_ == Quiet::Noted || upto_ != peer_.heads || !met_.empty() ||
                        names_.taken() > 0 || peer_.failures > 0 || !peer_.answered_ms ||
                        now_ms < *peer_.answered_ms ||  // the clock was set back
                        now_ms - *peer_.answered_ms >= kNoteAnswerMs;
  if (!is_noted) return Ok();
  const bool is_unchanged = !is_hinted_ && upto_ == peer_.heads;
  return database_.Write([&](storage::Connection& connection) -> Status {
    if (is_unchanged) TRY(SawAgain(connection, peer_.address, now_ms));
    for (const auto& origin : met_) TRY(NoteShown(connection, origin.row, peer_.address));
    for (const auto& origin : names_.origins()) TRY(SelectCards(connection, origin));
    if (!names_.origins().empty()) TRY(ApplyPolicy(connection, policy_, now_ms));
    return PeerAnswered(connection, peer_, *peer_.node, upto_, now_ms);
  });
}

}  // namespace banyan::federation
