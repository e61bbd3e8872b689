// create: a new, empty repository.
#include "cli/commands.h"
#include "cli/new_repository.h"
#include "cli/repository_address.h"
#include "cli/session.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

class Create final : public Command {
 public:
  Create() : Command("create", "make an empty repository") {
    Takes("REPO", repository_, "NAMESPACE/NAME, or datasets/NAMESPACE/NAME");
    Flag("--private", private_, "only its namespace can see it");
    Flag("--exist-ok", exist_ok_, "no error when it exists already");
    Shows("create alice/tiny", "a public model");
    Shows("create datasets/alice/words --private", "a private dataset");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
    auto& node = *TRY(session.Node());
    auto made =
        CreateRepository(node, address, private_ ? Visibility::Private : Visibility::Public);
    const bool existed = !made && made.error().code() == Errc::Conflict && exist_ok_;
    if (!made && !existed) return std::move(made.error());
    Json result{{"id", address.id.Path()},
                {"type", std::string(storage::Singular(address.id.kind))},
                {"existed", existed}};
    if (made) result["url"] = FindString(*made, "url").value_or("");
    return session.output().Print(result, (existed ? "There is already " : "Created ") +
                                              address.ToString() + " on " + node.node().ToString());
  }

 private:
  std::string repository_;
  bool private_ = false;
  bool exist_ok_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCreate() { return std::make_unique<Create>(); }

}  // namespace banyan::cli
