// settings: who may see a repository and read its files.
#include "cli/commands.h"
#include "cli/repository_address.h"
#include "cli/session.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

// "no", "auto" or "manual"; the hub's JSON says false for the first.
std::string GatedText(const Json& repository) {
  return FindString(repository, "gated").value_or("no");
}

class Settings final : public Command {
 public:
  Settings() : Command("settings", "show or change who may see a repository") {
    Takes("REPO", repository_, "NAMESPACE/NAME");
    Flag("--private", private_, "only its namespace can see it");
    Flag("--public", public_, "everybody can see it");
    Option("--gated", "HOW", gated_, "readers of files must ask first: who decides").choices = {
        "no", "auto", "manual"};
    Shows("settings alice/tiny", "show them");
    Shows("settings alice/tiny --private", "hide it");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_, RevisionPart::Refused));
    if (private_ && public_) return Error(Errc::Invalid, "it cannot be both: say one of them");
    auto& node = *TRY(session.Node());
    Json wish = Json::object();
    if (private_ || public_) wish["visibility"] = private_ ? "private" : "public";
    if (gated_ == "no") wish["gated"] = false;
    if (gated_ == "auto" || gated_ == "manual") wish["gated"] = gated_;
    if (!wish.empty()) TRY(node.SendJson("PUT", address.ApiPath() + "/settings", wish));
    const auto now = TRY(node.Get(address.ApiPath()));
    const bool is_private = FindBool(now, "private").value_or(false);
    return session.output().Print(
        Json{{"id", address.id.Path()}, {"private", is_private}, {"gated", GatedText(now)}},
        {{"repository", address.ToString()},
         {"visibility", is_private ? "private" : "public"},
         {"gated", GatedText(now)}});
  }

 private:
  std::string repository_;
  bool private_ = false;
  bool public_ = false;
  std::string gated_;
};

}  // namespace

std::unique_ptr<Command> MakeSettings() { return std::make_unique<Settings>(); }

}  // namespace banyan::cli
