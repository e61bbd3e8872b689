// rm: files of a repository, or the repository itself.
#include "cli/commands.h"
#include "cli/http_remote.h"
#include "cli/repository_address.h"
#include "cli/session.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

class Rm final : public Command {
 public:
  Rm() : Command("rm", "delete files of a repository, or all of it") {
    Takes("REPO", repository_, "NAMESPACE/NAME[@BRANCH]; without, the default branch");
    MayTake("PATH", paths_, "files, and folders with a final slash; nothing: the whole repository");
    Option("-m,--message", "TEXT", message_, "title of the commit that deletes files");
    Flag("-y,--yes", yes_, "do not ask before deleting a whole repository");
    Explain(
        "Deleting files makes a commit: earlier revisions still have them. Deleting a repository "
        "deletes its history too, and cannot be undone.");
    Shows("rm alice/tiny old.bin logs/", "a file and a folder");
    Shows("rm datasets/alice/words --yes", "the whole dataset, without a question");
  }

  Status Run(Session& session) override {
    return paths_.empty() ? DeleteRepository(session) : DeleteFiles(session);
  }

 private:
  Status DeleteFiles(Session& session);
  Status DeleteRepository(Session& session);
  Status Confirm(Session& session, const std::string& name) const;

  std::string repository_;
  std::vector<std::string> paths_;
  std::string message_;
  bool yes_ = false;
};

// The hub's commit form: one JSON document a line, the header first.
Status Rm::DeleteFiles(Session& session) {
  const auto address = TRY(ParseRepositoryAddress(repository_));
  const auto title = !message_.empty()    ? message_
                     : paths_.size() == 1 ? "Delete " + paths_.front()
                                          : "Delete " + std::to_string(paths_.size()) + " paths";
  auto& node = *TRY(session.Node());
  const auto branch = !address.revision.empty()
                          ? address.revision
                          : TRY(HttpRemote(node).FindBranchToCommitTo(address.id));
  ApiRequest request;
  request.method = "POST";
  request.path = address.ApiPath() + "/commit/" + Escape(branch);
  request.content_type = "application/x-ndjson";
  request.body = DumpJson(Json{{"key", "header"}, {"value", {{"summary", title}}}}) + "\n";
  for (const auto& path : paths_) {
    const char* key = path.ends_with('/') ? "deletedFolder" : "deletedFile";
    request.body += DumpJson(Json{{"key", key}, {"value", {{"path", path}}}}) + "\n";
  }
  const auto answer = TRY(node.Send(request));
  const auto commit = TRY(ParseJson(answer.body));
  const auto oid = FindString(commit, "commitOid").value_or("");
  return session.output().Print(
      Json{{"id", address.id.Path()}, {"commit", oid}, {"deleted", paths_}},
      "Deleted from " + address.ToString() + " in commit " + oid.substr(0, 12));
}

Status Rm::Confirm(Session& session, const std::string& name) const {
  if (yes_) return Ok();
  auto& terminal = session.environment().terminal;
  if (!terminal.InputIsTerminal()) {
    return Error(Errc::Invalid, "this would delete all of " + name + ": say --yes if you mean it");
  }
  const auto answer = TRY(terminal.ReadLine(
      "This deletes " + name + " with its history, for good. Type its name to go on: ", true));
  if (answer != name) return Error(Errc::Cancelled, "nothing was deleted");
  return Ok();
}

Status Rm::DeleteRepository(Session& session) {
  const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
  const auto name = address.ToString();
  auto& node = *TRY(session.Node());
  TRY(Confirm(session, name));
  const Json wish{{"name", address.id.name},
                  {"organization", address.id.owner},
                  {"type", std::string(storage::Singular(address.id.kind))}};
  TRY(node.Send(JsonRequest("DELETE", "/api/repos/delete", wish)));
  return session.output().Print(Json{{"deleted", name}}, "Deleted " + name);
}

}  // namespace

std::unique_ptr<Command> MakeRm() { return std::make_unique<Rm>(); }

}  // namespace banyan::cli
