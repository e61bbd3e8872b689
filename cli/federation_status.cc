#include "cli/federation_status.h"

#include <algorithm>

#include "cli/admin_command.h"
#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

bool HasFailed(const Json& peer) { return Figure(peer, "failures") > 0; }

void NoteSilence(Session& session, const Json& peer) {
  const auto address = Member(peer, "address");
  const auto answered = Member(peer, "answered");
  auto problem = Member(peer, "problem");
  if (problem.starts_with(address + ": ")) problem.erase(0, address.size() + 2);
  session.output().Note(
      address +
      (answered.empty() ? " has never answered well, and is a peer since " + Member(peer, "added")
                        : " has not answered well since " + answered) +
      ": " + problem);
}

// How many nodes signed to hold all of the log that is held here.
std::string CountHolders(const Json& origin) {
  std::size_t count = 0;
  for (const auto& holder : origin.value("held_by", Json::array())) {
    if (Figure(holder, "size") >= Figure(origin, "size")) ++count;
  }
  return FormatCount(count);
}

}  // namespace

void NoteHolders(Session& session, const Json& status) {
  for (const auto& holder : status.value("log_held_by", Json::array())) {
    session.output().Note("Its log is held by " + Member(holder, "node") + ": " +
                          FormatCount(Figure(holder, "size")) + " entries since " +
                          Member(holder, "since"));
  }
}

void NoteProblems(Session& session, const Json& status, Hours fetched) {
  auto& output = session.output();
  const auto policy = Member(status, "policy_problem");
  if (!policy.empty()) output.Note("The policy is as it was: " + policy);
  const auto stopped = Member(status, "log_problem");
  if (!stopped.empty()) output.Note("Nothing is signed: " + stopped);
  const auto fetching = status.value("fetching", Json::object());
  if (!FindBool(fetching, "in_budget").value_or(true)) {
    output.Note("The budget of the day or the month is spent: nothing is fetched");
  } else if (!FindBool(fetching, "in_window").value_or(true)) {
    output.Note(fetched == Hours::Any
                    ? "Outside the hours of the policy: this was fetched all the same, and nothing "
                      "more is until then"
                    : "Outside the hours of the policy: nothing is fetched until then, unless "
                      "with `banyan sync --now`");
  }
  for (const auto& peer : status.value("peers", Json::array())) {
    if (HasFailed(peer)) NoteSilence(session, peer);
  }
}

Status RequireAnswer(const Json& status) {
  const auto peers = status.value("peers", Json::array());
  if (peers.empty()) {
    return Error(Errc::NotFound,
                 "there is no peer to ask: name a node with `banyan peer add ADDRESS`, then sync "
                 "again");
  }
  if (!std::ranges::all_of(peers, HasFailed)) return Ok();
  return Error(Errc::Unavailable, "no peer answered: what is shown is what was known before");
}

Status PrintFederation(Session& session, const Json& status) {
  Table table({{"ORIGIN"},
               {"ENTRIES", true},
               {"SEEN"},
               {"TRUST"},
               {"LOG HELD BY", true},
               {"SELECTED", true},
               {"MIRRORED", true},
               {"STORED", true},
               {"PROBLEM", false, true}});
  for (const auto& origin : status.value("origins", Json::array())) {
    const auto age = FindInt(origin, "age_s");
    auto problem = Member(origin, "stopped");
    for (const auto& item : origin.value("unfinished", Json::array())) {
      if (problem.empty()) problem = Member(item, "problem");
    }
    const auto stored = Figure(origin, "stored_bytes");
    const auto stated = Figure(origin, "stated_bytes");
    table.Add({Member(origin, "node"), FormatCount(Figure(origin, "size")),
               age ? FormatSeconds(*age) + " ago" : "never", Member(origin, "trust"),
               CountHolders(origin), FormatCount(Figure(origin, "selected")),
               FormatCount(Figure(origin, "mirrored")),
               FormatBytes(stored) + (stored < stated ? " of " + FormatBytes(stated) : ""),
               problem});
  }
  return session.output().Print(status, table);
}

}  // namespace banyan::cli
