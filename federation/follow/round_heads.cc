#include "federation/follow/round_heads.h"

#include <algorithm>

namespace banyan::federation {

std::vector<std::size_t> RoundHeads::Choose(const std::vector<std::optional<HeadClaim>>& claims) {
  std::map<Log, std::vector<std::size_t>> shown;
  std::vector<Log> logs;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (!claims[i]) continue;
    const Log log(claims[i]->name.node, claims[i]->name.epoch);
    auto& heads = shown[log];
    if (heads.empty()) logs.push_back(log);
    heads.push_back(i);
  }
  std::vector<std::size_t> list;
  for (const auto& log : logs) {
    auto& heads = shown.at(log);
    std::ranges::stable_sort(heads, std::greater(), [&](auto i) { return claims[i]->state.size; });
    auto& chosen = chosen_[log];
    for (const auto i : heads) {
      if (chosen.size() == kHeadsOfLog) break;
      if (std::ranges::find(chosen, claims[i]->state) != chosen.end()) continue;
      chosen.push_back(claims[i]->state);
      list.push_back(i);
    }
  }
  return list;
}

}  // namespace banyan::federation
