// mv: another name for a repository.
#include "cli/commands.h"
#include "cli/repository_address.h"
#include "cli/session.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

class Mv final : public Command {
 public:
  Mv() : Command("mv", "rename a repository, or move it to another namespace") {
    Takes("FROM", from_, "NAMESPACE/NAME");
    Takes("TO", to_, "NAMESPACE/NAME");
    Explain("The old name leads to the new one until somebody takes it.");
    Shows("mv alice/tiny alice/small", "rename");
    Shows("mv datasets/alice/words datasets/lab/words", "give to an organisation");
  }

  Status Run(Session& session) override {
    const auto from = TRY(ParseRepositoryAddress(from_, RevisionPart::Refused));
    const auto to = TRY(ParseRepositoryAddress(to_, RevisionPart::Refused));
    if (from.id.kind != to.id.kind) {
      return Error(Errc::Invalid, "a model cannot become a dataset: write datasets/ before both");
    }
    const Json wish{{"fromRepo", from.id.Path()},
                    {"toRepo", to.id.Path()},
                    {"type", std::string(storage::Singular(from.id.kind))}};
    TRY((*TRY(session.Node())).Send(JsonRequest("POST", "/api/repos/move", wish)));
    return session.output().Print(Json{{"from", from.ToString()}, {"to", to.ToString()}},
                                  from.ToString() + " is now " + to.ToString());
  }

 private:
  std::string from_;
  std::string to_;
};

}  // namespace

std::unique_ptr<Command> MakeMv() { return std::make_unique<Mv>(); }

}  // namespace banyan::cli
