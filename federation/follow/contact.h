#pragma once
// One round with one peer: which heads changed there, the logs among them that are followed here,
// and the names of what they publish.
//
//   who are you (once) ─▶ heads since ─▶ replay of each followed log, and what the policy answers
//                                │ ▲         (its epochs one after the other)
//                                ▼ │
//             its epochs, of a log that is at a later one than is held
//                                    ─▶ meta objects ─▶ selection
//
// or a hinted round, which begins with the head that the peer sent of itself and reads no journal.
//
// What was learnt is in the catalog as it comes; the place in the peer's journal moves only when
// all logs were. A round reads a bounded number of pages of heads: the rest is for the next one.

#include <deque>
#include <memory>

#include "federation/follow/exchange.h"
#include "federation/follow/follows.h"
#include "federation/follow/hint_book.h"
#include "federation/follow/log_replay.h"
#include "federation/follow/name_asks.h"
#include "federation/follow/peers.h"
#include "federation/follow/reader_book.h"
#include "federation/follow/round_heads.h"
#include "federation/policy.h"

namespace banyan::federation {

class Contact {
 public:
  // What all rounds have a part in; outlives them.
  struct Shared {
    storage::Database& database;
    const Policy& policy;
    HintBook& hints;
    ReaderBook& readers;
    NamePauses& names;
    FullOrigins& full;
    std::uint64_t& next_ask;          // ids of asks are taken from it
    const std::int64_t& set_back_ms;  // how far the clock was set back so far: pauses go on
  };
  Contact(const Shared& shared, Peer peer)
      : database_(shared.database),
        policy_(shared.policy),
        hints_(shared.hints),
        readers_(shared.readers),
        name_pauses_(shared.names),
        full_(shared.full),
        next_ask_(shared.next_ask),
        set_back_ms_(shared.set_back_ms),
        peer_(std::move(peer)) {}

  // Errors are the catalog's own; what goes wrong with the peer ends the round and is noted with
  // the peer. Whether it is noted of every round, or every ten minutes, that it answered and had
  // nothing new.
  enum class Quiet { Noted, Seldom };
  void Begin(Quiet quiet);
  Status BeginHinted(const FollowedOrigin& origin, const HeadClaim& claim, std::string note,
                     std::int64_t now_ms);
  Status Take(const Answer& answer, std::int64_t now_ms);
  // What to ask now.
  std::vector<Ask> TakeAsks();
  // All that is left to read is being read from other peers: GoOn looks again.
  bool waits() const { return waits_; }
  Status GoOn(std::int64_t now_ms);

  bool is_done() const { return phase_ == Phase::Done; }
  bool has_failed() const { return has_failed_; }
  bool is_hinted() const { return is_hinted_; }
  // Its entries are being read; nullptr: none are.
  const LogName* replays() const {
    return phase_ == Phase::Replays && replay_ ? &replay_->name() : nullptr;
  }
  // The peer claims a head of the own log that is further than what is here.
  bool shows_more_of_own() const { return shows_more_of_own_; }
  const Peer& peer() const { return peer_; }
  std::uint64_t taken_entries() const { return taken_entries_; }
  // Heads that are held here since.
  const std::vector<HeadClaim>& taken_heads() const { return taken_heads_; }

 private:
  friend class ServiceMemory;
  enum class Phase { Info, Heads, Replays, Epochs, Metas, Done };
  struct Asked {
    std::string path;
    std::vector<Sha256> objects;
  };
  // One that the peer shows.
  struct Head {
    FollowedOrigin origin;
    LogName name;
    std::string note;
    std::string closing;    // what the peer says that the epoch before was closed with
    bool is_chain = false;  // of the list of all epochs
  };
  void AskFile(std::string path, std::size_t max_bytes);
  void AskHeads();
  void AskReplayed();
  Status Dispatch(const Asked& asked, const Answer& answer, std::int64_t now_ms);
  Status TakeInfo(const Answer& answer, std::int64_t now_ms);
  enum class Introduced { No, Yes };
  Result<Introduced> LookIntroduced(const HeadsPage& page) const;
  Status TakeIntroduction(const Json& info);
  Status TakeHeads(const Answer& answer, std::int64_t now_ms);
  Status TakePage(HeadsPage page, std::int64_t now_ms);
  Status AddHead(const FollowedOrigin& origin, const HeadClaim& claim, std::string note);
  Status LookAtOwn(const std::vector<ShownHead>& heads, std::int64_t now_ms);
  Status TakeCosigned(const Head& head, std::int64_t now_ms);
  ReaderBook::Turn ChooseHead(std::int64_t now_ms);
  void DropHead();
  Status NextReplay(std::int64_t now_ms);
  Status BeginReplay(const Head& head, FollowedLog held, std::int64_t now_ms);
  void AskEpochs();
  Status TakeEpochs(const Answer& answer, std::int64_t now_ms);
  Status AfterReplay(std::int64_t now_ms);
  Status BeginMetas(std::int64_t now_ms);
  Status NextMetas(std::int64_t now_ms);
  Status TakeMetas(const Asked& asked, const Answer& answer, std::int64_t now_ms);
  void AskObjects(std::vector<Sha256> ids);
  Status Finish(std::int64_t now_ms);
  // That of pauses and turns, which is never less than before.
  std::int64_t Steady(std::int64_t now_ms) const { return now_ms + set_back_ms_; }
  Status Fail(const std::string& problem);

  storage::Database& database_;
  const Policy& policy_;
  HintBook& hints_;
  ReaderBook& readers_;
  NamePauses& name_pauses_;
  FullOrigins& full_;
  std::uint64_t& next_ask_;
  const std::int64_t& set_back_ms_;
  Peer peer_;
  Phase phase_ = Phase::Info;
  Quiet quiet_ = Quiet::Seldom;
  bool is_hinted_ = false;
  bool has_failed_ = false;
  bool shows_more_of_own_ = false;
  bool waits_ = false;
  std::vector<Ask> asks_;
  std::map<std::uint64_t, Asked> asked_;
  JournalPlace upto_;
  std::size_t pages_ = 0;
  bool is_more_ = false;  // after the last page
  RoundHeads shown_;
  std::optional<HeadsPage> waiting_page_;  // for the key by which the peer cosigned it
  bool was_asked_for_key_ = false;
  std::deque<Head> heads_;     // to be replayed; the first one is, or all wait
  std::optional<Head> later_;  // whose epochs are asked for
  std::unique_ptr<LogReplay> replay_;
  std::vector<FollowedOrigin> met_;  // origins whose heads the page had
  NameAsks names_;
  std::uint64_t taken_entries_ = 0;
  std::vector<HeadClaim> taken_heads_;
};

}  // namespace banyan::federation
