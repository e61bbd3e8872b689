#include "federation/format/block.h"

#include <algorithm>
#include <array>

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

constexpr std::array<std::string_view, 5> kActions = {"keep", "hide", "stop", "archive", "delete"};
constexpr std::string_view kLabel{"banyan block v1\0", 16};

}  // namespace

std::string_view ToString(Action action) { return kActions[static_cast<std::size_t>(action)]; }

Result<Action> ParseAction(std::string_view text) {
  const auto word = std::find(kActions.begin(), kActions.end(), text);
  if (word != kActions.end()) return static_cast<Action>(word - kActions.begin());
  return Error(Errc::Invalid, "an action is keep, hide, stop, archive or delete, not \"" +
                                  std::string(text) + "\"");
}

Sha256 BlockSubject(const RepositoryKey& key) {
  Bytes named(kLabel.begin(), kLabel.end());
  named.insert(named.end(), key.bytes().begin(), key.bytes().end());
  return HashSha256(named);
}

Result<Block> Block::Parse(const Json& entry) {
  Block block;
  block.what = TRY(TakeHash<Sha256>(entry, "what"));
  block.card = TRY(TakeHash<LogHash>(entry, "card"));
  block.reason = TRY(storage::ParseStandingReason(FindString(entry, "reason").value_or("")));
  block.action = TRY(ParseAction(FindString(entry, "action").value_or("")));
  block.time_s = static_cast<std::int64_t>(TRY(TakeCount(entry, "time")));
  return block;
}

Bytes Block::Render() const {
  return *RenderCanonical({{"t", "block"},
                           {"v", 1},
                           {"what", HashText(what)},
                           {"card", HashText(card)},
                           {"reason", storage::ToString(reason)},
                           {"action", ToString(action)},
                           {"time", time_s}});
}

}  // namespace banyan::federation
