#include "tests/simulation/truth.h"

#include <algorithm>
#include <utility>

#include "federation/follow/head_claim.h"
#include "federation/format/heads_page.h"
#include "federation/format/mirror_key.h"
#include "tests/support/must.h"

namespace banyan::simulation {

using namespace federation;

void SignedLog::Extend(SimNode& node) {
  const auto published = node.files()->published();
  if (published.size <= size()) {
    INFO(node.name() << " released " << published.size << " entries after " << size());
    REQUIRE(Leads(published.size, published.root));
    return;
  }
  auto lease = MUST(node.database().Read());
  for (const auto& entry :
       MUST(ReadEntries(*lease, node.origin().log, size(), published.size - size()))) {
    leaves_.push_back(HashLeaf(entry));
    frontier_.Append(leaves_.back());
    roots_.push_back(frontier_.Root());
  }
  INFO(node.name() << " went back on what it released");
  REQUIRE(Leads(published.size, published.root));
}

std::uint64_t Watch::HeldSize(const NodeId& origin) const {
  const auto found = held_.find(origin);
  return found == held_.end() ? 0 : found->second.size;
}

void Watch::Forget() {
  held_.clear();
  looked_sequence_ = 0;
  for (auto& [origin, cosigned] : cosigned_) forgotten_[origin].merge(cosigned);
  cosigned_.clear();
}

std::string Watch::ToText() const {
  std::string text;
  for (const auto& [origin, held] : held_) {
    text +=
        "held " + origin.Short() + " " + std::to_string(held.size) + held.root.ToString() + "\n";
  }
  const auto add = [&](const auto& origin, const auto& item) {
    const auto& [size, root] = item.first;
    text += (item.second ? "cosigned " : "saw cosigned ") + origin.Short() + " " +
            std::to_string(size) + root.ToString() + "\n";
  };
  for (const auto& [origin, cosigned] : cosigned_) {
    for (const auto& item : cosigned) add(origin, item);
  }
  for (const auto& [origin, forgotten] : forgotten_) {
    for (const auto& item : forgotten) add(origin, std::pair(item.first, false));
  }
  return text;
}

void Watch::Hear(const SimNode& node, const Input& input) {
  const auto* const answer = std::get_if<Answer>(&input);
  if (answer == nullptr || forgotten_.empty()) return;
  const auto page = HeadsPage::Parse(AsText(answer->body));
  if (!page) return;
  for (const auto& head : page->heads) {
    const auto claim = HeadClaim::Parse(head.note);
    if (!claim || head.note.find(MirrorKeyName(node.id())) == head.note.npos) continue;
    const std::pair state(claim->state.size, claim->state.root);
    if (!forgotten_[claim->name.node].contains(state)) continue;
    cosigned_[claim->name.node].try_emplace(state, false);
  }
}

void Watch::LookAtCosignatures(SimNode& node, const Truth& truth) {
  auto lease = MUST(node.database().Read());
  auto rows = lease->Query(
      "SELECT origin.node, size, root, is_led FROM cosignature JOIN origin ON origin.id = origin "
      "WHERE cosigner = ?",
      node.id().genesis());
  while (rows.Next()) {
    const NodeId origin(rows.DigestAt<LogHash>(0));
    const auto size = static_cast<std::uint64_t>(rows.Int(1));
    auto& cosigned = cosigned_[origin];
    auto& has_signed = cosigned[{size, rows.DigestAt<LogHash>(2)}];
    if (rows.Int(3) == 0 || std::exchange(has_signed, true)) continue;
    const auto shown = std::find_if(cosigned.rbegin(), cosigned.rend(),
                                    [](const auto& item) { return !item.second; });
    INFO(node.name() << " cosigned " << size << " entries of " << origin.Short());
    REQUIRE(std::ranges::any_of(truth.at(origin), [&](const auto& signer) {
      return std::ranges::all_of(cosigned, [&](const auto& item) {
        const bool counts = item.second || item.first == shown->first;
        return !counts || signer.second.Leads(item.first.first, item.first.second);
      });
    }));
  }
  MUST(Status(rows.status()));
}

void Watch::Look(SimNode& node, const Truth& truth) {
  LookAtCosignatures(node, truth);
  std::map<NodeId, Held> changed;
  auto lease = MUST(node.database().Read());
  {
    auto rows = lease->Query(
        "SELECT origin.node, log_head.size, log_head.root, log_head.sequence FROM log_head "
        "JOIN origin ON origin.id = log_head.origin WHERE sequence > ? AND own = 0",
        looked_sequence_);
    while (rows.Next()) {
      changed[NodeId(rows.DigestAt<LogHash>(0))] = {static_cast<std::uint64_t>(rows.Int(1)),
                                                    rows.DigestAt<LogHash>(2)};
      looked_sequence_ = std::max(looked_sequence_, rows.Int(3));
    }
    MUST(Status(rows.status()));
  }
  for (const auto& [origin, now] : changed) {
    const auto before = held_[origin];
    INFO(node.name() << " holds " << now.size << " entries of " << origin.Short() << " after "
                     << before.size);
    REQUIRE(now.size >= before.size);
    const auto& signers = truth.at(origin);
    const auto leads = [&, held = now](const auto& item) {
      return item.second.Leads(held.size, held.root) &&
             (before.size == 0 || item.second.Leads(before.size, before.root));
    };
    const auto signer = std::ranges::find_if(signers, leads);
    REQUIRE(signer != signers.end());
    held_[origin] = now;
    LookAtCards(node, origin, now, signer->second);
  }
}

void Watch::LookAtCards(SimNode& node, const NodeId& origin, const Held& held,
                        const SignedLog& log) {
  auto lease = MUST(node.database().Read());
  auto rows = lease->Query(
      "SELECT repository_card.leaf, position, (SELECT count(*) FROM log_entry WHERE "
      "log_entry.origin = origin.id) FROM repository_card JOIN origin ON origin.id = "
      "repository_card.origin WHERE origin.node = ?",
      origin.genesis());
  while (rows.Next()) {
    const auto position = static_cast<std::uint64_t>(rows.Int(1));
    REQUIRE(position < held.size);
    REQUIRE(rows.DigestAt<LogHash>(0) == log.leaf(position));
    REQUIRE(static_cast<std::uint64_t>(rows.Int(2)) == held.size);
  }
  MUST(Status(rows.status()));
}

}  // namespace banyan::simulation
