// takedown, reinstate, federation compliance: what is stated of a repository, and who does what.
#include <algorithm>

#include "cli/admin_command.h"
#include "cli/commands.h"
#include "cli/repository_address.h"
#include "cli/repository_list.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

std::string AnswerText(const Json& answer) {
  std::string text = FindString(answer, "answer").value_or("");
  if (const auto since = FindString(answer, "answered")) text += " since " + *since;
  if (const auto deletes = FindString(answer, "deletes")) text += ", to be deleted on " + *deletes;
  return text;
}

Status PrintStanding(Session& session, const Json& answer) {
  return session.output().Print(answer, {{"repository", FindString(answer, "id").value_or("")},
                                         {"standing", StandingText(answer)},
                                         {"here", AnswerText(answer)}});
}

class Takedown final : public Command {
 public:
  Takedown() : Command("takedown", "state that a repository should not be used or served") {
    Takes("REPO", repository_, "NAMESPACE/NAME");
    Option("--reason", "WHY", reason_, "what for; needed").choices = {
        "author",  "quality", "security", "licence", "copyright",
        "privacy", "court",   "safety",   "other"};
    Option("--status", "STATUS", status_,
           "yanked: better not used; withdrawn: taken back; removed: taken down (the default)")
        .choices = {"yanked", "withdrawn", "removed"};
    Option("--scope", "COUNTRY", scope_, "only in this country, such as DE; may be repeated");
    Explain(
        "The statement travels to all nodes that follow this one before anything else does, and "
        "each answers by its own policy. `banyan federation compliance` shows how. Whoever "
        "administers the namespace can take it back: what a node must not serve whatever is "
        "stated is a rule in its policy.");
    Shows("takedown alice/tiny --reason copyright", "take it down everywhere");
    Shows("takedown alice/tiny --status yanked --reason security",
          "unlisted, and still served to who asks for it by name");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
    if (reason_.empty()) return Error(Errc::Invalid, "say why: --reason copyright, for example");
    Json wish{{"status", status_}, {"reason", reason_}, {"scope", scope_}};
    auto& node = *TRY(session.Node());
    return PrintStanding(session, TRY(node.SendJson("PUT", address.ApiPath() + "/standing", wish)));
  }

 private:
  std::string repository_;
  std::string reason_;
  std::string status_ = "removed";
  std::vector<std::string> scope_;
};

class Reinstate final : public Command {
 public:
  Reinstate() : Command("reinstate", "take a takedown back") {
    Takes("REPO", repository_, "NAMESPACE/NAME");
    Shows("reinstate alice/tiny", "it may be used and served again");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
    auto& node = *TRY(session.Node());
    return PrintStanding(session, TRY(node.SendJson("PUT", address.ApiPath() + "/standing",
                                                    Json{{"status", "live"}})));
  }

 private:
  std::string repository_;
};

// "3 of 4 files, 2 MB of 9 MB".
std::string HeldText(const Json& holder) {
  const auto files = Figure(holder, "files");
  const auto bytes = Figure(holder, "bytes");
  const auto held_bytes = Figure(holder, "held_bytes");
  return FormatCount(Figure(holder, "held_files")) + " of " + FormatCount(files) +
         (files == 1 ? " file, " : " files, ") + FormatBytes(held_bytes) +
         (held_bytes < bytes ? " of " + FormatBytes(bytes) : "");
}

// What is done, first here and then elsewhere, and who holds what.
Table ComplianceTable(const Json& answer) {
  Table table({{"NODE"}, {"ACTION"}, {"REASON"}, {"SINCE"}, {"HELD"}, {"ADDRESS"}});
  for (const auto& holder : answer.value("holders", Json::array())) {
    table.Add({Member(holder, "node"), "hold", "", Member(holder, "since"), HeldText(holder),
               Member(holder, "address")});
  }
  const auto receipts = answer.value("receipts", Json::array());
  const auto here = Member(answer, "node");
  const bool is_said = std::ranges::any_of(
      receipts, [&](const auto& receipt) { return Member(receipt, "node") == here; });
  if (!is_said &&
      Member(answer, "answer") != "keep") {  // it publishes none of its own repositories
    table.Add({here, Member(answer, "answer"), Member(answer, "reason"), Member(answer, "answered"),
               "", ""});
  }
  for (const auto& receipt : receipts) {
    table.Add({Member(receipt, "node"), Member(receipt, "action"), Member(receipt, "reason"),
               Member(receipt, "time"), "", ""});
  }
  return table;
}

class Compliance final : public Command {
 public:
  Compliance() : Command("federation compliance", "show who holds, hides or refuses a repository") {
    Takes("REPO", repository_, "NAMESPACE/NAME");
    Explain(
        "What its origin states, and what the node does about it. Other nodes: what they do, as "
        "they say in their signed logs, as far as the node follows them; and what they hold of "
        "the newest revision, as the node's peers say when it asks them, each at its address: "
        "that it is the node it says to be is a claim, unless it calls (node:ID). They are asked "
        "at most once a minute. Copies of content are shown here, copies of logs by `banyan "
        "federation status`.");
    Shows("federation compliance alice/tiny", "since when, and why");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
    auto& node = *TRY(session.Node());
    const auto answer = TRY(node.Get(address.ApiPath() + "/standing?ask=true"));
    session.output().Note(FindString(answer, "id").value_or("") + " is " + StandingText(answer) +
                          "; here: " + AnswerText(answer));
    NoteSilent(session, answer);
    return session.output().Print(answer, ComplianceTable(answer));
  }

 private:
  static void NoteSilent(Session& session, const Json& answer) {
    auto& output = session.output();
    for (const auto& peer : answer.value("silent", Json::array())) {
      output.Note(Member(peer, "node") + " at " + Member(peer, "address") +
                  " did not say what it holds");
    }
    if (!Member(answer, "heard").empty()) return;
    output.Note(
        "No peers were asked what they hold: nothing of it is public, or others ask too often");
  }

  std::string repository_;
};

}  // namespace

std::unique_ptr<Command> MakeTakedown() { return std::make_unique<Takedown>(); }
std::unique_ptr<Command> MakeReinstate() { return std::make_unique<Reinstate>(); }
std::unique_ptr<Command> MakeFederationCompliance() { return std::make_unique<Compliance>(); }

}  // namespace banyan::cli
