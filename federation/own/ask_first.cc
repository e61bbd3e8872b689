#include "federation/own/ask_first.h"

#include <algorithm>

#include "federation/follow/log_rollback.h"
#include "federation/format/canonical_json.h"
#include "federation/origin_rows.h"
#include "federation/own/common_size.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using Kind = PeerView::Kind;

constexpr std::size_t kAsksAtOnce = 8;

// Until it ends, one file after the other.
Result<LogReplay::End> RunReplay(LogReplay& replay, PeerSource& peer, std::int64_t now_ms) {
  TRY(replay.Start(now_ms));
  while (replay.end() == LogReplay::End::Running) {
    for (const auto& wanted : replay.TakeWanted(kAsksAtOnce)) {
      const auto bytes = TRY(peer.Get(wanted.path, wanted.max_bytes));
      TRY(replay.Take(wanted.path, bytes, now_ms));
    }
  }
  return replay.end();
}

class Comparison {
 public:
  Comparison(storage::Database& database, const OwnOrigin& origin, PeerSource& peer,
             std::int64_t now_ms)
      : database_(database), origin_(origin), peer_(peer), now_ms_(now_ms), log_(origin.log) {}

  Result<PeerView> Run(const EpochsPage& page) {
    const EpochHead* before = nullptr;
    for (const auto& shown : page.epochs) {
      if (shown.epoch == log_.epoch) {
        TRY(CompareEpoch(shown.note));
        if (IsGood() && &shown == &page.epochs.back()) TRY(LookWhetherBehind(shown.note));
      } else if (before != nullptr && shown.epoch == log_.epoch + 1 && IsGood()) {
        TRY(TakeNextEpoch(before->note, shown));
      } else if (view_.kind == Kind::Forked && shown.epoch == log_.epoch + 1) {
        TRY(LookAtOpening(shown));
      } else if (shown.epoch < log_.epoch) {
        view_.kind = Kind::Agrees;  // it has yet to hear of the later ones
      }
      before = &shown;
    }
    return view_;
  }

 private:
  bool IsGood() const { return view_.kind == Kind::Agrees || view_.kind == Kind::Longer; }

  // What is here, all of it.
  Result<FollowedLog> ReadOwn() const {
    auto lease = TRY(database_.Read());
    const auto keys = TRY(StatedKeys(*lease, log_));
    FollowedLog own{log_, {origin_.node, log_.epoch}, keys, {}, {}};
    own.is_own = true;
    own.head.frontier = TRY(ReadFrontier(*lease, log_, TRY(CountEntries(*lease, log_))));
    if (const auto head = TRY(FindHead(*lease, log_))) own.head.note = head->note;
    return own;
  }

  // What is here begins with it. Most often it is the head that was signed last.
  enum class Holding { Known, News };
  Result<Holding> Look(const LogState& shown) const {
    auto lease = TRY(database_.Read());
    const auto head = TRY(FindHead(*lease, log_));
    if (head && head->state() == shown) return Holding::Known;
    if (shown.size > TRY(CountEntries(*lease, log_))) return Holding::News;
    const auto root = TRY(ReadFrontier(*lease, log_, shown.size)).Root();
    return root == shown.root ? Holding::Known : Holding::News;
  }

  // Rows that were not signed are not yet said.
  Status TakeBackUnsigned() {
    return database_.Write([&](Connection& connection) -> Status {
      const auto head = TRY(FindHead(connection, log_));
      const auto size = std::max<std::uint64_t>(head ? head->frontier.size() : 0, 1);
      return RollBackLog(connection, log_, size, now_ms_);
    });
  }

  Result<LogState> Verify(const std::string& note) const {
    auto lease = TRY(database_.Read());
    return VerifyHead({origin_.node, log_.epoch}, TRY(StatedKeys(*lease, log_)), note);
  }

  // The head of the epoch that is here.
  Status CompareEpoch(const std::string& note) {
    const auto shown = Verify(note);
    if (!shown && shown.error().code() == Errc::Invalid) return Refuse(shown.error().message());
    if (!shown) return shown.error();
    view_.kind = Kind::Agrees;
    if (TRY(Look(*shown)) == Holding::Known) return Ok();
    TRY(TakeBackUnsigned());
    const auto own = TRY(ReadOwn());
    LogReplay replay(database_, own, note);
    switch (TRY(RunReplay(replay, peer_, now_ms_))) {
      case LogReplay::End::Taken:
        view_.kind = Kind::Longer;
        view_.taken += replay.taken_entries();
        return Ok();
      case LogReplay::End::OriginWrong: return Error(Errc::Corrupt, replay.reason());
      case LogReplay::End::UpToDate:
      case LogReplay::End::Overtaken:
        return Error(Errc::Conflict, "the own log has grown while a peer was asked");
      default: return SearchFork(own, *shown, replay.reason());
    }
  }

  // It is one when the peer's entries are those that were signed. Else they are yet to be seen: the
  // head is signed, so they are somewhere.
  Status SearchFork(const FollowedLog& own, const LogState& shown, const std::string& reason) {
    const auto common = FindCommonSize(database_, own, shown, peer_);
    if (!common && common.error().code() == Errc::Invalid) {
      return Error(Errc::Unavailable, "it shows a signed head of this log, and " + reason);
    }
    view_.common = TRY(Result<std::uint64_t>(common));
    view_.kind = Kind::Forked;
    return Ok();
  }

  // It has yet to hear of what was signed here last, or wants no more of it.
  Status LookWhetherBehind(const std::string& note) {
    const auto held = TRY(Verify(note));
    auto lease = TRY(database_.Read());
    const auto head = TRY(FindHead(*lease, log_));
    if (head && held.size < head->frontier.size()) view_.behind = held.size;
    return Ok();
  }

  // Another copy repaired the log from a history that is not this one: a second repair would be a
  // second opening of the same epoch.
  Status LookAtOpening(const EpochHead& shown) {
    if (TRY(CheckOpening(shown)) == Opened::Yes) view_.common = 0;
    return Ok();
  }

  // Whether somebody with this node's keys opened that epoch. Who shows it and not its opening has
  // shown nothing.
  enum class Opened { No, Yes };
  Result<Opened> CheckOpening(const EpochHead& shown) {
    const LogName name{origin_.node, shown.epoch};
    const auto claim = ReadClaim(name, shown.note);
    if (!claim || claim->size == 0) return Opened::No;
    const Tile bundle{Tile::kEntries, 0, TileWidth(Tile::kEntries, 0, claim->size)};
    const auto bytes = peer_.Get(name.Path() + bundle.Path(), kMaxBundleBytes);
    if (!bytes) return Opened::No;
    const auto entries = ReadEntryBundle(*bytes, bundle.width);
    if (!entries) return Opened::No;
    const auto entry = ParseCanonical(entries->front());
    const auto opening = entry ? Opening::Parse(*entry) : Result<Opening>(entry.error());
    if (!opening) return Opened::No;
    auto lease = TRY(database_.Read());
    const auto stated = TRY(StatedKeys(*lease, log_));
    const bool is_real = opening->RequireAuthority(stated, *entry).has_value() &&
                         VerifyHead(name, opening->keys, shown.note).has_value();
    return is_real ? Opened::Yes : Opened::No;
  }

  // Another copy of this node opened it, or this one before it was put back.
  Status TakeNextEpoch(const std::string& closing, const EpochHead& shown) {
    if (TRY(CheckOpening(shown)) == Opened::No) {
      return Refuse("it shows a later epoch that nobody has opened");
    }
    auto own = TRY(ReadOwn());
    auto closed = [&]() -> Result<ClosedEpoch> {
      auto lease = TRY(database_.Read());
      return CloseEpoch(*lease, std::move(own), closing);
    }();
    if (!closed && closed.error().code() != Errc::Invalid) return closed.error();
    if (!closed) return Refuse(closed.error().message());
    const LogId log{log_.origin, shown.epoch};
    FollowedLog next{log, {origin_.node, log.epoch}, {}, {}, {}};
    next.is_own = true;
    LogReplay replay(database_, std::move(next), shown.note, *std::move(closed));
    const auto end = TRY(RunReplay(replay, peer_, now_ms_));
    if (end == LogReplay::End::OriginWrong) return Error(Errc::Corrupt, replay.reason());
    if (end != LogReplay::End::Taken) return Refuse(replay.reason());
    view_.taken += replay.taken_entries();
    view_.kind = Kind::Longer;
    log_ = log;
    return Ok();
  }

  Status Refuse(const std::string& problem) {
    if (view_.kind == Kind::Nothing) view_.problem = problem;
    return Ok();
  }

  storage::Database& database_;
  const OwnOrigin& origin_;
  PeerSource& peer_;
  const std::int64_t now_ms_;
  LogId log_;  // the latest epoch that is here by now
  PeerView view_;
};

}  // namespace

Result<PeerView> CompareWithPeer(storage::Database& database, const OwnOrigin& origin,
                                 PeerSource& peer, ByteView page, std::int64_t now_ms) {
  const auto epochs = EpochsPage::Parse(AsText(page));
  if (!epochs) return PeerView{Kind::Nothing, 0, {}, 0, epochs.error().message()};
  return Comparison(database, origin, peer, now_ms).Run(*epochs);
}

std::string EpochsPath(const NodeId& node) { return "/fed/" + node.ToString() + "/epochs"; }

}  // namespace banyan::federation
