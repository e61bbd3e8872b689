// tag and branch: names of revisions.
#include "cli/commands.h"
#include "cli/http_remote.h"
#include "cli/repository_address.h"
#include "cli/session.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

// Tags and branches differ in their routes only.
struct RefKind {
  const char* word;     // of the command
  const char* members;  // of the answer of /refs
  bool has_message;
};
constexpr RefKind kTag{"tag", "tags", true};
constexpr RefKind kBranch{"branch", "branches", false};

class ListRefs final : public Command {
 public:
  explicit ListRefs(const RefKind& kind)
      : Command(std::string(kind.word) + " list", std::string("list ") + kind.members),
        kind_(kind) {
    Takes("REPO", repository_, "NAMESPACE/NAME");
    Shows(name() + " alice/tiny", kind.has_message
                                      ? "names, the commits behind them, and what is said there"
                                      : "names and the commits behind them");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
    const auto refs = TRY((*TRY(session.Node())).Get(address.ApiPath() + "/refs"));
    const auto list = refs.value(kind_.members, Json::array());
    std::vector<Column> columns{{"NAME", false, true}, {"COMMIT"}};
    if (kind_.has_message) columns.push_back({"MESSAGE", false, true});
    Table table(columns);
    for (const auto& ref : list) {
      std::vector<std::string> row{FindString(ref, "name").value_or(""),
                                   FindString(ref, "targetCommit").value_or("")};
      const auto message = FindString(ref, "message").value_or("");
      if (kind_.has_message) row.push_back(message.substr(0, message.find('\n')));
      table.Add(std::move(row));
    }
    return session.output().Print(list, table);
  }

 private:
  const RefKind kind_;
  std::string repository_;
};

class CreateTag final : public Command {
 public:
  CreateTag() : Command("tag create", "name a revision for good") {
    Takes("REPO", repository_, "NAMESPACE/NAME[@REVISION]");
    Takes("TAG", tag_, "the new name");
    Option("-m,--message", "TEXT", message_, "why, kept with the tag");
    Explain(
        "A branch cannot be called as a tag is. Where git pushed both all the same, @NAME is the "
        "branch and @refs/tags/NAME the tag.");
    Shows("tag create alice/tiny v1.0 -m 'First release'", "tag the newest revision");
    Shows("tag create alice/tiny@3f2a91c v0.9", "tag an older one");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_));
    Json wish{{"tag", tag_}};
    if (!message_.empty()) wish["message"] = message_;
    const auto path = address.ApiPath() + "/tag/" + address.EscapedRevision();
    TRY((*TRY(session.Node())).SendJson("POST", path, wish));
    return session.output().Print(Json{{"id", address.id.Path()}, {"tag", tag_}},
                                  "Tagged " + address.ToString() + " as " + tag_);
  }

 private:
  std::string repository_;
  std::string tag_;
  std::string message_;
};

class CreateBranch final : public Command {
 public:
  CreateBranch() : Command("branch create", "start a branch") {
    Takes("REPO", repository_, "NAMESPACE/NAME[@REVISION], where it starts");
    Takes("BRANCH", branch_, "the new name");
    Shows("branch create alice/tiny experiment", "from the newest revision");
    Shows("branch create alice/tiny@v1.0 fixes", "from the tag v1.0");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_));
    Json wish = Json::object();
    if (!address.revision.empty()) wish["startingPoint"] = address.revision;
    const auto path = address.ApiPath() + "/branch/" + Escape(branch_);
    TRY((*TRY(session.Node())).SendJson("POST", path, wish));
    return session.output().Print(Json{{"id", address.id.Path()}, {"branch", branch_}},
                                  "Created branch " + branch_ + " of " + address.id.Path());
  }

 private:
  std::string repository_;
  std::string branch_;
};

class DefaultBranch final : public Command {
 public:
  DefaultBranch() : Command("branch default", "show or choose the default branch") {
    Takes("REPO", repository_, "NAMESPACE/NAME");
    MayTake("BRANCH", branch_, "the branch to choose; left out: show which it is");
    Explain(
        "The default branch is what is shown, pulled and pushed to when no other is named. It "
        "cannot be deleted: choose another first.");
    Shows("branch default alice/tiny", "print its name");
    Shows("branch default alice/tiny trunk", "choose trunk; main may be deleted then");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
    auto& node = *TRY(session.Node());
    if (branch_.empty()) {
      const auto branch = TRY(HttpRemote(node).FindDefaultBranch(address.id));
      return session.output().Print(Json{{"id", address.id.Path()}, {"branch", branch}}, branch);
    }
    TRY(node.SendJson("PUT", address.ApiPath() + "/settings", Json{{"defaultBranch", branch_}}));
    return session.output().Print(
        Json{{"id", address.id.Path()}, {"branch", branch_}},
        "The default branch of " + address.ToString() + " is now " + branch_);
  }

 private:
  std::string repository_;
  std::string branch_;
};

class DeleteRef final : public Command {
 public:
  explicit DeleteRef(const RefKind& kind)
      : Command(std::string(kind.word) + " delete",
                std::string("remove a ") + kind.word + "; commits of other names stay"),
        kind_(kind) {
    Takes("REPO", repository_, "NAMESPACE/NAME");
    Takes("NAME", name_, std::string("the ") + kind.word);
    Shows(std::string(kind.word) + " delete alice/tiny old", "remove the name");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
    const auto path = address.ApiPath() + "/" + kind_.word + "/" + Escape(name_);
    TRY((*TRY(session.Node())).SendJson("DELETE", path, Json()));
    return session.output().Print(
        Json{{"id", address.id.Path()}, {"deleted", name_}},
        std::string("Deleted ") + kind_.word + " " + name_ + " of " + address.id.Path());
  }

 private:
  const RefKind kind_;
  std::string repository_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Command> MakeTagList() { return std::make_unique<ListRefs>(kTag); }
std::unique_ptr<Command> MakeTagCreate() { return std::make_unique<CreateTag>(); }
std::unique_ptr<Command> MakeTagDelete() { return std::make_unique<DeleteRef>(kTag); }
std::unique_ptr<Command> MakeBranchList() { return std::make_unique<ListRefs>(kBranch); }
std::unique_ptr<Command> MakeBranchCreate() { return std::make_unique<CreateBranch>(); }
std::unique_ptr<Command> MakeBranchDefault() { return std::make_unique<DefaultBranch>(); }
std::unique_ptr<Command> MakeBranchDelete() { return std::make_unique<DeleteRef>(kBranch); }

}  // namespace banyan::cli
