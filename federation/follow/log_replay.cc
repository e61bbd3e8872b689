#include "federation/follow/log_replay.h"

#include <algorithm>

#include "federation/follow/head_claim.h"
#include "federation/format/entry_bundle.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kMaxBundleBytes = kTileWidth * (kMaxEntryBytes + 2);
constexpr int kTileLevels = 8;  // levels of the tree in a tile

}  // namespace

Status LogReplay::Finish(End end, std::string reason) {
  end_ = end;
  reason_ = std::move(reason);
  to_ask_.clear();
  return Ok();
}

// What the peer sent wrongly ends the replay; anything else is the caller's to see.
Status LogReplay::Judge(Status status) {
  if (status) return status;
  const auto code = status.error().code();
  if (code == Errc::Corrupt) return Finish(End::OriginWrong, status.error().message());
  if (code != Errc::Invalid && code != Errc::TooLarge) return status;
  return Finish(End::PeerWrong, status.error().message());
}

Status LogReplay::Start(std::int64_t now_ms) {
  const auto claimed =
      held_.keys ? VerifyHead(held_.name, *held_.keys, note_) : ReadClaim(held_.name, note_);
  if (!claimed) return Judge(claimed.error());
  claimed_ = *claimed;
  from_ = held_.head.frontier.size();
  if (claimed_.size == 0) return Finish(End::UpToDate);
  if (claimed_.size <= from_) return CompareOlder(now_ms);
  const bool begins = before_ && from_ == 0;
  const bool is_frozen = !held_.stopped.empty() && !held_.is_own;
  if (is_frozen && !begins) return Finish(End::UpToDate);  // nothing later is taken
  PlanFrom(from_);
  return Ok();
}

Status LogReplay::CompareOlder(std::int64_t now_ms) {
  LogHash ours;
  {
    auto lease = TRY(database_.Read());
    ours = claimed_.size == from_ ? held_.head.state().root
                                  : TRY(ReadFrontier(*lease, held_.log, claimed_.size)).Root();
  }
  if (ours == claimed_.root) {
    if (claimed_.size < from_) return Finish(End::UpToDate);
    TRY(database_.Write(
        [&](storage::Connection& connection) { return SawHead(connection, held_.log, now_ms); }));
    return Finish(End::UpToDate);
  }
  const std::string reason = "it signed two different states of " + std::to_string(claimed_.size) +
                             " entries or more: its log was forked";
  TRY(StopOrigin(database_, held_.log, reason, ForkEvidence{held_.head.note, note_}, now_ms));
  return Finish(End::Fork, reason);
}

void LogReplay::PlanFrom(std::uint64_t from) {
  bundles_.clear();
  to_ask_.clear();
  from_ = from;
  next_bundle_ = from / kTileWidth;
  PlanStep();
}

void LogReplay::PlanStep() {
  bundles_.erase(bundles_.begin(), bundles_.lower_bound(from_ / kTileWidth));
  tiles_.clear();
  until_ = std::min(claimed_.size, from_ / kTileWidth * kTileWidth + kReplayStep);
  AskBundles(until_);
  if (!inquires_ && until_ < claimed_.size) PlanProof();
  AskBundles(std::min(claimed_.size, until_ + kReplayAhead));
}

void LogReplay::AskBundles(std::uint64_t until) {
  for (; next_bundle_ * kTileWidth < until; ++next_bundle_) {
    const auto width = TileWidth(Tile::kEntries, next_bundle_, claimed_.size);
    to_ask_.push_back({Tile::kEntries, next_bundle_, width});
    bundles_[next_bundle_] = std::nullopt;
  }
}

// Asks for the tiles that ProveConsistency looks into.
void LogReplay::PlanProof() {
  const auto note_down = [this](int level, std::uint64_t index) -> Result<LogHash> {
    const auto tile = TileWith(level, index);
    if (tiles_.emplace(tile, std::nullopt).second) to_ask_.push_back(tile);
    return LogHash();
  };
  static_cast<void>(ProveConsistency(until_, claimed_.size, note_down));  // only to be asked
}

// The one that has the hashes under node `index` of `level`.
Tile LogReplay::TileWith(int level, std::uint64_t index) const {
  const auto tile_level = level / kTileLevels;
  const auto at = (index << (level % kTileLevels)) / kTileWidth;
  return {tile_level, at, TileWidth(tile_level, at, claimed_.size)};
}

Result<LogHash> LogReplay::Subtree(int level, std::uint64_t index) const {
  const ByteView hashes = *tiles_.at(TileWith(level, index));
  const auto first = (index << (level % kTileLevels)) % kTileWidth;
  Frontier subtree;  // of the hashes below it in the tile, as if they were leaves
  const auto count = std::uint64_t{1} << (level % kTileLevels);
  for (auto i = first; i < first + count; ++i) {
    subtree.Append(LogHash::FromRaw(hashes.subspan(i * LogHash::kSize, LogHash::kSize)));
  }
  return subtree.Root();
}

std::vector<WantedFile> LogReplay::TakeWanted(std::size_t room) {
  std::vector<WantedFile> wanted;
  const auto count = std::min(room, to_ask_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_bundle = to_ask_[i].level == Tile::kEntries;
    wanted.push_back(
        {held_.name.Path() + to_ask_[i].Path(), is_bundle ? kMaxBundleBytes : kTileBytes});
  }
  to_ask_.erase(to_ask_.begin(), to_ask_.begin() + static_cast<std::ptrdiff_t>(count));
  return wanted;
}

Status LogReplay::Take(const std::string& path, ByteView bytes, std::int64_t now_ms) {
  if (end_ != End::Running) return Ok();
  const auto tile = TRY(Tile::Parse(path.substr(held_.name.Path().size())));
  if (tile.level == Tile::kEntries) {
    TRY(Judge(TakeBundle(tile, bytes)));
  } else if (bytes.size() == tile.width * LogHash::kSize) {
    tiles_[tile] = Bytes(bytes.begin(), bytes.end());
  } else {
    return Finish(End::PeerWrong, "a tile of another size");
  }
  while (end_ == End::Running && IsStepHere()) TRY(Judge(FinishStep(now_ms)));
  return Ok();
}

Status LogReplay::TakeBundle(const Tile& tile, ByteView bytes) {
  const auto found = bundles_.find(tile.index);
  if (found == bundles_.end()) return Ok();  // asked for ahead, before an inquiry began anew
  found->second = TRY(ReadEntryBundle(bytes, tile.width));
  return Ok();
}

bool LogReplay::IsStepHere() const {
  const auto is_here = [](const auto& item) { return item.second.has_value(); };
  const auto is_here_or_later = [&](const auto& item) {
    return item.second.has_value() || item.first * kTileWidth >= until_;
  };
  return std::ranges::all_of(bundles_, is_here_or_later) && std::ranges::all_of(tiles_, is_here);
}

std::vector<Bytes> LogReplay::StepEntries() const {
  std::vector<Bytes> entries;
  for (const auto& [index, bundle] : bundles_) {
    if (index * kTileWidth >= until_) break;
    for (std::size_t i = 0; i < bundle->size(); ++i) {
      const auto position = index * kTileWidth + i;
      if (position >= from_ && position < until_) entries.push_back((*bundle)[i]);
    }
  }
  return entries;
}

Status LogReplay::FinishStep(std::int64_t now_ms) {
  if (inquires_) return FinishInquiryStep(now_ms);
  auto done = FinishProvenStep(now_ms);
  const bool contradicts = !done && done.error().code() == Errc::Invalid;
  if (!contradicts || held_.head.note.empty()) return done;
  BeginInquiry();
  return Ok();
}

Result<EpochKeys> LogReplay::FindKeys(ByteView first_entry) const {
  if (!before_) return ReadGenesis(held_.name.node, first_entry);
  return TRY(ReadOpening(*before_, first_entry)).keys;
}

Status LogReplay::FinishProvenStep(std::int64_t now_ms) {
  const auto entries = StepEntries();
  if (!held_.keys) {
    const auto keys = TRY(FindKeys(entries.front()));
    TRY(VerifyHead(held_.name, keys, note_));
    held_.keys = keys;
  }
  const bool is_last = until_ == claimed_.size;
  const auto proof = TRY(ProveConsistency(
      until_, claimed_.size, [this](int level, std::uint64_t i) { return Subtree(level, i); }));
  const auto note = is_last ? TRY(BareHead(held_.name, *held_.keys, note_)) : held_.head.note;
  const auto* before = from_ == 0 && before_ ? &*before_ : nullptr;
  const bool is_far = claimed_.size - until_ >= kReplayStep;
  const auto appended = TRY(
      AppendEntries(database_, held_, {entries, claimed_, proof, note, before, is_far}, now_ms));
  if (appended == Appended::Overtaken) return Finish(End::Overtaken);
  if (before != nullptr) held_.stopped.clear();
  taken_entries_ += entries.size();
  from_ = until_;
  if (is_last) return Finish(End::Taken);
  PlanStep();
  return Ok();
}

void LogReplay::BeginInquiry() {
  inquires_ = true;
  told_ = {};
  PlanFrom(0);
}

Status LogReplay::FinishInquiryStep(std::int64_t now_ms) {
  const auto ours = TRY(VerifyHead(held_.name, *held_.keys, held_.head.note));
  for (const auto& entry : StepEntries()) {
    told_.Append(HashLeaf(entry));
    if (told_.size() == ours.size) told_then_ = told_.Root();
  }
  from_ = until_;
  if (from_ < claimed_.size) {
    PlanStep();
    return Ok();
  }
  if (told_.Root() != claimed_.root) {
    return Finish(End::PeerWrong, "its entries do not lead to the head that it showed");
  }
  if (told_then_ == ours.root) {
    return Finish(End::PeerWrong, "it sent other entries the second time");
  }
  const std::string reason = "its head of " + std::to_string(claimed_.size) +
                             " entries does not begin with its head of " +
                             std::to_string(ours.size) + ": its log was forked";
  TRY(StopOrigin(database_, held_.log, reason, ForkEvidence{held_.head.note, note_}, now_ms));
  return Finish(End::Fork, reason);
}

}  // namespace banyan::federation
