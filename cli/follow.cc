// follow, unfollow, alias, sync, federation status and go-on.
#include "cli/admin_command.h"
#include "cli/commands.h"
#include "cli/federation_status.h"
#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

// Following and its end differ in words only.
struct RuleKind {
  const char* word;  // of the command, and the operation
  const char* summary;
  const char* argument;
  const char* said;  // before the rule
};
constexpr RuleKind kFollow{"follow", "mirror what a node publishes",
                           "NODE_ID, or NODE_ID/KIND/NAMESPACE/NAME with * in it", "Following "};
constexpr RuleKind kUnfollow{"unfollow", "mirror it no more", "as it was given to `banyan follow`",
                             "Not following any more "};

class RuleCommand : public AdminCommand {
 protected:
  explicit RuleCommand(const RuleKind& kind) : AdminCommand(kind.word, kind.summary), kind_(kind) {
    Takes("WHAT", rule_, kind.argument);
  }

 private:
  Status Perform(Session& session, AdminPort& port) final {
    const auto rule = TRY(port.Call(kind_.word, Json{{"rule", rule_}}));
    return session.output().Print(
        rule, kind_.said + Member(rule, "node") + ": " + Member(rule, "pattern"));
  }

  const RuleKind kind_;
  std::string rule_;
};

class Follow final : public RuleCommand {
 public:
  Follow() : RuleCommand(kFollow) {
    Explain(
        "The node's signed log is replayed from any peer that has it, and what the rule selects is "
        "fetched, verified, and served here like what is this node's own.");
    Shows("follow NODE_ID", "everything that it publishes");
    Shows("follow 'NODE_ID/models/*/whisper-*'", "some of its models");
  }
};

class Unfollow final : public RuleCommand {
 public:
  Unfollow() : RuleCommand(kUnfollow) {
    Explain("What was mirrored stays as it is, and is not brought up to date any more.");
    Shows("unfollow NODE_ID", "the rule for everything");
  }
};

class Alias final : public AdminCommand {
 public:
  Alias() : AdminCommand("alias", "say whose repositories a namespace here is for") {
    Takes("NAMESPACE", namespace_, "as the node calls it");
    Takes("NODE_ID", node_, "the node");
    Explain(
        "Without it the first node whose repositories come has the name, and those of others are "
        "called <16 characters of their node id>_NAMESPACE, which leads to them always.");
    Shows("alias lab NODE_ID", "lab/model is that node's from now on");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto bound = TRY(port.Call("alias", Json{{"namespace", namespace_}, {"node", node_}}));
    return session.output().Print(
        bound, Member(bound, "namespace") + " is a namespace of " + Member(bound, "node"));
  }

  std::string namespace_;
  std::string node_;
};

Status PrintPlan(Session& session, const Json& plan) {
  Table table({{"REPOSITORY"},
               {"FILES", true},
               {"SIZE", true},
               {"MISSING", true},
               {"PROBLEM", false, true}});
  for (const auto& item : plan.value("repositories", Json::array())) {
    table.Add({Member(item, "repository"), FormatCount(Figure(item, "files")),
               FormatBytes(Figure(item, "bytes")), FormatBytes(Figure(item, "missing_bytes")),
               Member(item, "problem")});
  }
  const auto seconds = FindInt(plan, "seconds");
  session.output().Note(FormatBytes(Figure(plan, "missing_bytes")) + " are missing" +
                        (seconds ? ", about " + FormatSeconds(*seconds) + " on this link" : ""));
  return session.output().Print(plan, table);
}

class Sync final : public AdminCommand {
 public:
  Sync()
      : AdminCommand("sync", "ask all peers now, and wait for what comes of it",
                     Needs::RunningNode) {
    Flag("--now", now_, "fetch outside the hours of the policy, too");
    Flag("--dry-run", dry_run_, "only say what would be fetched, and how long that takes");
    Explain(
        "A running node does this by itself about once a minute, and a stopped one when it starts. "
        "Peers that do not answer are named; it fails when none does, or there is none. The policy "
        "is read again first.");
    Shows("sync", "until all that is followed is here, or failed");
    Shows("sync --dry-run", "how much is missing");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto answer = TRY(port.Call("sync", Json{{"now", now_}, {"dry_run", dry_run_}}));
    if (dry_run_) return PrintPlan(session, answer);
    NoteProblems(session, answer, now_ ? Hours::Any : Hours::AsInPolicy);
    TRY(PrintFederation(session, answer));
    return RequireAnswer(answer);
  }

  bool now_ = false;
  bool dry_run_ = false;
};

// Of a peer that is not simply asked.
void NoteReach(Session& session, const Json& peer) {
  const auto reached = Member(peer, "reached");
  const auto called = Member(peer, "called");
  const auto problem = Printable(Member(peer, "push_problem"));
  if (reached == "calls") {
    session.output().Note(Member(peer, "address") +
                          (called.empty() ? " has not called yet" : " called last at " + called));
  } else if (reached == "dialled, pushed to") {
    session.output().Note(Member(peer, "address") + " is brought what it wants" +
                          (problem.empty() ? "" : ", but " + problem));
  }
}

// Copies of the own log, not of what it is about.
class FederationStatus final : public AdminCommand {
 public:
  FederationStatus()
      : AdminCommand("federation status", "show this node's id and whom it follows") {
    Explain(
        "ENTRIES are those of the origin's signed log that are here. SEEN: when a peer last showed "
        "that log, or had nothing newer. TRUST is \"unwitnessed\" while nobody but the origin "
        "vouches for it. SELECTED is what is followed and wanted by the policy, MIRRORED what is "
        "here. Peers that do not answer are named, since when and why.");
    Shows("federation status", "how much is here of each origin, and how old it is");
    Shows("federation status --json", "with peers, problems, and which nodes hold the logs");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto status = TRY(port.Call("federation", Json::object()));
    const auto node = Member(status, "node_id");
    NoteProblems(session, status);
    session.output().Note(node.empty() ? "This node has no log yet" : "This node is " + node);
    for (const auto& peer : status.value("peers", Json::array())) NoteReach(session, peer);
    NoteHolders(session, status);
    return PrintFederation(session, status);
  }
};

class GoOn final : public AdminCommand {
 public:
  GoOn() : AdminCommand("federation go-on", "sign again after a restore that no peer has seen") {
    Explain(
        "A node that was put back from a backup signs nothing until a peer shows what its log had "
        "said since: with an older log it would tell a second story. This says that nobody has "
        "anything newer. If somebody does, the log is repaired in public once they meet.");
    Shows("federation go-on", "when all peers are gone, or never followed this node");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto answer = TRY(port.Call("go-on", Json::object()));
    const auto problem = Member(answer, "log_problem");
    return session.output().Print(
        answer, problem.empty() ? "The log goes on from here" : "Nothing is signed: " + problem);
  }
};

}  // namespace

std::unique_ptr<Command> MakeAlias() { return std::make_unique<Alias>(); }
std::unique_ptr<Command> MakeFollow() { return std::make_unique<Follow>(); }
std::unique_ptr<Command> MakeUnfollow() { return std::make_unique<Unfollow>(); }
std::unique_ptr<Command> MakeSync() { return std::make_unique<Sync>(); }
std::unique_ptr<Command> MakeGoOn() { return std::make_unique<GoOn>(); }
std::unique_ptr<Command> MakeFederationStatus() { return std::make_unique<FederationStatus>(); }

}  // namespace banyan::cli
