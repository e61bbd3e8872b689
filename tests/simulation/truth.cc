#include "tests/simulation/truth.h"

#include <algorithm>

#include "federation/follow/head_claim.h"
#include "federation/format/heads_page.h"
#include "federation/format/mirror_key.h"
#include "federation/head_rows.h"
#include "federation/origin_rows.h"
#include "tests/support/must.h"

namespace banyan::simulation {

using namespace federation;
using storage::Connection;

void SignedLog::Append(ByteView entry) {
  leaves_.push_back(HashLeaf(entry));
  frontier_.Append(leaves_.back());
  roots_.push_back(frontier_.Root());
}

bool SignedLog::IsApartFrom(const SignedLog& other) const {
  const auto common = std::min(size(), other.size());
  return epoch_ == other.epoch_ && roots_[common] != other.roots_[common];
}

namespace {

// With the entries behind it that the node has, up to that many in all.
SignedLog Longer(Connection& connection, LogId id, SignedLog log, std::uint64_t size) {
  if (size <= log.size()) return log;
  for (const auto& entry : MUST(ReadEntries(connection, id, log.size(), size - log.size()))) {
    log.Append(entry);
  }
  return log;
}

// The head that is held of an epoch.
LogState HeadOf(Connection& connection, const NodeId& origin, std::uint64_t epoch) {
  const auto row = MUST(FindOrigin(connection, origin));
  REQUIRE(row.has_value());
  const auto head = MUST(FindHead(connection, {row->row, epoch}));
  REQUIRE(head.has_value());
  return head->state();
}

}  // namespace

void SignedOrigin::Begin(const std::string& signer, SignedLog log) {
  now_[signer] = logs_.size();
  logs_.push_back(std::move(log));
}

void SignedOrigin::Copy(const std::string& of, const std::string& as) { Begin(as, Of(of)); }

void SignedOrigin::Extend(SimNode& node) {
  const auto& signer = node.name();
  const auto published = node.files()->published();
  const auto id = node.origin().log;
  INFO(signer << " released " << published.size << " entries of epoch " << id.epoch);
  auto lease = MUST(node.database().Read());
  if (!now_.contains(signer)) {
    Begin(signer, SignedLog(id.epoch));
  } else if (Of(signer).epoch() != id.epoch) {
    REQUIRE(Of(signer).epoch() + 1 == id.epoch);
    LookAtNextEpoch(*lease, id);
    Begin(signer, SignedLog(id.epoch));
  }
  if (Of(signer).Leads(published)) return;
  auto longer = Longer(*lease, id, Of(signer), published.size);
  if (longer.Leads(published)) {
    put_back_.erase(signer);  // it is as far again as it ever was
    logs_[now_.at(signer)] = std::move(longer);
    return;
  }
  INFO("it went back on what it released");
  REQUIRE(put_back_.erase(signer) == 1);
  Begin(signer, Longer(*lease, id, SignedLog(id.epoch), published.size));
  REQUIRE(Of(signer).Leads(published));
}

void SignedOrigin::LookAtNextEpoch(Connection& connection, LogId log) {
  const auto ended = log.epoch - 1;
  const auto head = MUST(FindHead(connection, {log.origin, ended}));
  REQUIRE(head.has_value());
  INFO("epoch " << ended << " was closed after " << head->frontier.size() << " entries");
  REQUIRE(Find(ended, {head->state()}) != nullptr);
  REQUIRE(IsForked(ended));
  REQUIRE(closed_.try_emplace(ended, head->state()).first->second == head->state());
}

const SignedLog* SignedOrigin::Find(std::uint64_t epoch,
                                    const std::vector<LogState>& states) const {
  const auto found = std::ranges::find_if(logs_, [&](const SignedLog& log) {
    return log.epoch() == epoch &&
           std::ranges::all_of(states, [&](const auto& state) { return log.Leads(state); });
  });
  return found == logs_.end() ? nullptr : &*found;
}

bool SignedOrigin::IsForked(std::uint64_t epoch) const {
  return std::ranges::any_of(logs_, [&](const SignedLog& one) {
    return one.epoch() == epoch &&
           std::ranges::any_of(logs_, [&](const auto& other) { return one.IsApartFrom(other); });
  });
}

bool SignedOrigin::GoesOnFrom(const std::string& signer, const SignedPlace& held) const {
  const auto& now = Of(signer);
  if (held.epoch == now.epoch()) return now.Leads(held.state);
  const auto closed = closed_.find(held.epoch);
  return closed != closed_.end() && Find(held.epoch, {held.state, closed->second}) != nullptr;
}

SignedPlace Watch::Held(const NodeId& origin) const {
  const auto found = held_.find(origin);
  return found == held_.end() ? SignedPlace() : found->second;
}

void Watch::Forget() {
  held_.clear();
  looked_sequence_ = 0;
  for (auto& [log, cosigned] : cosigned_) forgotten_[log].merge(cosigned);
  cosigned_.clear();
}

std::string Watch::ToText() const {
  std::string text;
  for (const auto& [origin, held] : held_) {
    text += "held " + origin.Short() + "/" + std::to_string(held.epoch) + " " +
            std::to_string(held.state.size) + held.state.root.ToString() + "\n";
  }
  const auto add = [&](const LogName& log, const auto& item) {
    const auto& [size, root] = item.first;
    text += (item.second ? "cosigned " : "saw cosigned ") + log.node.Short() + "/" +
            std::to_string(log.epoch) + " " + std::to_string(size) + root.ToString() + "\n";
  };
  for (const auto& [log, cosigned] : cosigned_) {
    for (const auto& item : cosigned) add(log, item);
  }
  for (const auto& [log, forgotten] : forgotten_) {
    for (const auto& item : forgotten) add(log, std::pair(item.first, false));
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
    if (!forgotten_[claim->name].contains(state)) continue;
    cosigned_[claim->name].try_emplace(state, false);
  }
}

void Watch::LookAtCosignatures(SimNode& node, const Truth& truth) {
  auto lease = MUST(node.database().Read());
  auto rows = lease->Query(
      "SELECT origin.node, cosignature.epoch, size, root, is_led FROM cosignature "
      "JOIN origin ON origin.id = origin WHERE cosigner = ?",
      node.id().genesis());
  while (rows.Next()) {
    const LogName name{NodeId(rows.DigestAt<LogHash>(0)), static_cast<std::uint64_t>(rows.Int(1))};
    const auto size = static_cast<std::uint64_t>(rows.Int(2));
    auto& cosigned = cosigned_[name];
    auto& has_signed = cosigned[{size, rows.DigestAt<LogHash>(3)}];
    if (rows.Int(4) == 0 || std::exchange(has_signed, true)) continue;
    const auto shown = std::find_if(cosigned.rbegin(), cosigned.rend(),
                                    [](const auto& item) { return !item.second; });
    std::vector<LogState> states;
    for (const auto& [state, is_signed] : cosigned) {
      if (is_signed || state == shown->first) states.push_back({state.first, state.second});
    }
    INFO(node.name() << " cosigned " << size << " entries of " << name.ToString());
    REQUIRE(truth.at(name.node).Find(name.epoch, states) != nullptr);
  }
  MUST(Status(rows.status()));
}

void Watch::Look(SimNode& node, const Truth& truth) {
  LookAtCosignatures(node, truth);
  std::map<NodeId, SignedPlace> changed;
  {
    auto lease = MUST(node.database().Read());
    auto rows = lease->Query(
        "SELECT origin.node, log_head.epoch, log_head.size, log_head.root, log_head.sequence "
        "FROM log_head JOIN origin ON origin.id = log_head.origin WHERE sequence > ? AND own = 0 "
        "ORDER BY log_head.epoch",
        looked_sequence_);
    while (rows.Next()) {
      const LogState state{static_cast<std::uint64_t>(rows.Int(2)), rows.DigestAt<LogHash>(3)};
      changed[NodeId(rows.DigestAt<LogHash>(0))] = {static_cast<std::uint64_t>(rows.Int(1)), state};
      looked_sequence_ = std::max(looked_sequence_, rows.Int(4));
    }
    MUST(Status(rows.status()));
  }
  for (const auto& [origin, now] : changed) {
    const auto& signers = truth.at(origin);
    LookAtHead(node, origin, now, signers);
    held_[origin] = now;
    LookAtCards(node, origin, signers);
  }
}

void Watch::LookAtHead(SimNode& node, const NodeId& origin, const SignedPlace& now,
                       const SignedOrigin& signers) {
  const auto before = Held(origin);
  INFO(node.name() << " holds " << now.state.size << " entries of " << origin.Short() << ", epoch "
                   << now.epoch << ", after " << before.state.size << ", epoch " << before.epoch);
  REQUIRE(now.epoch >= before.epoch);
  if (now.epoch == before.epoch) {
    REQUIRE(now.state.size >= before.state.size);
    REQUIRE(signers.Find(now.epoch, {before.state, now.state}) != nullptr);
    return;
  }
  REQUIRE(signers.Find(now.epoch, {now.state}) != nullptr);
  if (before.state.size == 0) return;
  auto lease = MUST(node.database().Read());
  const auto closed = HeadOf(*lease, origin, before.epoch);
  INFO("which ended after " << closed.size << " entries");
  REQUIRE(signers.Find(before.epoch, {before.state, closed}) != nullptr);
}

void Watch::LookAtCards(SimNode& node, const NodeId& origin, const SignedOrigin& signers) {
  const auto& held = held_.at(origin);
  auto lease = MUST(node.database().Read());
  const LogId log{MUST(FindOrigin(*lease, origin))->row, held.epoch};
  REQUIRE(MUST(CountEntries(*lease, log)) == held.state.size);
  auto rows = lease->Query(
      "SELECT leaf, epoch, position FROM repository_card WHERE origin = ? AND number > 0",
      log.origin);
  while (rows.Next()) {
    const auto epoch = static_cast<std::uint64_t>(rows.Int(1));
    const auto position = static_cast<std::uint64_t>(rows.Int(2));
    const auto state = epoch == held.epoch ? held.state : HeadOf(*lease, origin, epoch);
    REQUIRE(position < state.size);
    const auto* const signer = signers.Find(epoch, {state});
    REQUIRE(signer != nullptr);
    REQUIRE(rows.DigestAt<LogHash>(0) == signer->leaf(position));
  }
  MUST(Status(rows.status()));
}

}  // namespace banyan::simulation
