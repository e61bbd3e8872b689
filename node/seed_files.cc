#include "node/seed_files.h"

namespace banyan::node {
namespace {

using federation::EpochKeys;
using federation::SigningKeys;

constexpr std::string_view kCurrent = "node.seed";
constexpr std::string_view kNext = "next.seed";
constexpr std::string_view kAfter = "after.seed";

bool IsCommitted(const std::optional<SigningKeys>& keys, const Sha256& commitment) {
  return keys && keys->public_keys().Commitment() == commitment;
}

}  // namespace

Result<std::optional<SigningKeys>> SeedFiles::Find(std::string_view name) {
  const auto stat = fs_.Stat(Path(name));
  if (!stat && stat.error().code() == Errc::NotFound) return std::optional<SigningKeys>();
  if (!stat) return stat.error();
  const auto seed = TRY(NodeSeed::OpenOrCreate(fs_, random_, Path(name)));
  return std::optional(SigningKeys(seed.secret()));
}

Status SeedFiles::Move(std::string_view from, std::string_view to) {
  TRY(fs_.Rename(Path(from), Path(to)));
  return fs_.SyncDirectory(directory_);
}

Result<SigningKeys> SeedFiles::CurrentKeys() {
  return SigningKeys(TRY(NodeSeed::OpenOrCreate(fs_, random_, Path(kCurrent))).secret());
}

Result<Sha256> SeedFiles::CommitToNext() {
  const auto seed = TRY(NodeSeed::OpenOrCreate(fs_, random_, Path(kNext)));
  return SigningKeys(seed.secret()).public_keys().Commitment();
}

Result<SigningKeys> SeedFiles::Settle(const EpochKeys& keys) {
  auto current = TRY(CurrentKeys());
  if (current.public_keys() != keys.keys) {
    const auto next = TRY(Find(kNext));
    if (!next || next->public_keys() != keys.keys) {
      return Error(Errc::Conflict,
                   "neither node.seed nor next.seed is the seed that this epoch of the log was "
                   "begun with: put the seeds back from the same copy as the catalog");
    }
    TRY(Move(kNext, kCurrent));
    current = *next;
  }
  if (IsCommitted(TRY(Find(kAfter)), keys.next)) TRY(Move(kAfter, kNext));
  return current;
}

Result<EpochKeys> SeedFiles::Prepare(const EpochKeys& keys) {
  const auto next = TRY(Find(kNext));
  if (!IsCommitted(next, keys.next)) {
    return Error(Errc::NotFound,
                 "the log was forked, and next.seed, with which it is repaired, is not in the data "
                 "directory: no backup has it. Put it there from the old disk, or from where you "
                 "keep its copy. Without it this log cannot go on: begin a new node in an empty "
                 "directory, and follow this one from there");
  }
  const auto after = TRY(NodeSeed::OpenOrCreate(fs_, random_, Path(kAfter)));
  return EpochKeys{next->public_keys(), SigningKeys(after.secret()).public_keys().Commitment(), {}};
}

}  // namespace banyan::node
