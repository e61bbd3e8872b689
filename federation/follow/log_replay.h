#pragma once
// One log replayed from one peer: from what is held here up to a head that the peer showed, through
// files that the peer is asked for one by one. It never waits and moves no bytes itself.
//
//   head shown ─▶ not larger: compared ─────────────────────────────▶ UpToDate, or Fork
//        └─▶ larger: step by step: bundles (and, for all steps but the last, the tiles that prove
//            the step) ─▶ appended ─▶ Taken
//                 └─▶ they lead elsewhere: all entries from the first one are read, to tell
//                     a lying peer from an origin that told two stories ─▶ Fork, or PeerWrong

#include <map>
#include <string>
#include <vector>

#include "federation/follow/epoch_begin.h"
#include "federation/format/tile.h"

namespace banyan::federation {

inline constexpr std::uint64_t kReplayStep = 16'384;  // entries
// Beyond the step that is taken these are asked for already; both are kept in memory.
inline constexpr std::uint64_t kReplayAhead = 8'192;

// A file that a peer is asked for.
struct WantedFile {
  std::string path;
  std::size_t max_bytes = 0;
};

class LogReplay {
 public:
  enum class End {
    Running,
    UpToDate,
    Taken,
    Overtaken,  // by the replay from another peer: to be started again from what is held then
    Fork,
    OriginWrong,
    PeerWrong
  };

  // `note` is the head as the peer showed it; nothing of it was verified. `before` is the epoch
  // that this one follows, when nothing is held of it yet and it is not the first.
  LogReplay(storage::Database& database, FollowedLog held, std::string note,
            std::optional<ClosedEpoch> before = {})
      : database_(database),
        held_(std::move(held)),
        before_(std::move(before)),
        note_(std::move(note)) {}

  // Errors of these are the catalog's own; what a peer or origin did wrong is an End.
  Status Start(std::int64_t now_ms);
  // Files to ask for now, at most `room`; each is given once, and its answer goes to Take.
  std::vector<WantedFile> TakeWanted(std::size_t room);
  Status Take(const std::string& path, ByteView bytes, std::int64_t now_ms);

  End end() const { return end_; }
  const std::string& reason() const { return reason_; }  // of an end that is somebody's fault
  const LogName& name() const { return held_.name; }
  std::uint64_t taken_entries() const { return taken_entries_; }

 private:
  Status Finish(End end, std::string reason = {});
  Status Judge(Status status);
  Status CompareOlder(std::int64_t now_ms);
  void PlanFrom(std::uint64_t from);
  void PlanStep();
  void AskBundles(std::uint64_t until);
  void PlanProof();
  Tile TileWith(int level, std::uint64_t index) const;
  Result<LogHash> Subtree(int level, std::uint64_t index) const;
  Status TakeBundle(const Tile& tile, ByteView bytes);
  bool IsStepHere() const;
  std::vector<Bytes> StepEntries() const;
  Status FinishStep(std::int64_t now_ms);
  Result<EpochKeys> FindKeys(ByteView first_entry) const;
  Status FinishProvenStep(std::int64_t now_ms);
  Status FinishInquiryStep(std::int64_t now_ms);
  void BeginInquiry();

  storage::Database& database_;
  FollowedLog held_;
  const std::optional<ClosedEpoch> before_;
  const std::string note_;
  LogState claimed_;  // by the note; signed once keys are known
  End end_ = End::Running;
  std::string reason_;
  std::uint64_t taken_entries_ = 0;

  // The step at hand: entries [from_, until_).
  std::uint64_t from_ = 0;
  std::uint64_t until_ = 0;
  std::uint64_t next_bundle_ = 0;  // the first that was not asked for yet
  std::vector<Tile> to_ask_;
  std::map<Tile, std::optional<Bytes>> tiles_;                          // of hashes; nullopt: asked
  std::map<std::uint64_t, std::optional<std::vector<Bytes>>> bundles_;  // by index

  // Of an inquiry into a contradiction.
  bool inquires_ = false;
  Frontier told_;                     // what the peer's entries lead to
  std::optional<LogHash> told_then_;  // their root at its size
};

}  // namespace banyan::federation
