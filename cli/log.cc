// log: the commits of a repository.
#include "cli/commands.h"
#include "cli/repository_address.h"
#include "cli/repository_list.h"
#include "cli/session.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kShownDigits = 12;

class Log final : public Command {
 public:
  Log() : Command("log", "show the history of a repository, newest first") {
    Takes("REPO", repository_, "NAMESPACE/NAME[@REVISION]");
    Option("-n,--limit", "COUNT", limit_, "at most so many commits (20)").at_least = 1;
    Shows("log alice/tiny", "the last commits of its default branch");
    Shows("log alice/tiny@v1 -n 1 --json", "the commit behind the tag v1, for a program");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_));
    auto& node = *TRY(session.Node());
    const std::size_t limit = limit_.value_or(20);
    const auto path = address.ApiPath() + "/commits/" + address.EscapedRevision() +
                      "?limit=" + std::to_string(limit);
    const auto commits = TRY(node.GetList(path, limit));
    Table table({{"COMMIT"}, {"DATE"}, {"AUTHOR", false, true}, {"TITLE", false, true}});
    for (const auto& commit : commits) {
      std::string authors;
      for (const auto& author : commit.value("authors", Json::array())) {
        authors += (authors.empty() ? "" : ", ") + FindString(author, "user").value_or("");
      }
      table.Add({FindString(commit, "id").value_or("").substr(0, kShownDigits),
                 DateOf(commit, "date"), authors, FindString(commit, "title").value_or("")});
    }
    return session.output().Print(commits, table);
  }

 private:
  std::string repository_;
  std::optional<std::uint64_t> limit_;
};

}  // namespace

std::unique_ptr<Command> MakeLog() { return std::make_unique<Log>(); }

}  // namespace banyan::cli
