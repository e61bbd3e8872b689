// serve: run a node.
#include <map>

#include "cli/commands.h"
#include "cli/session.h"
#include "node/data_directory.h"
#include "node/serve.h"
#include "storage/base/json.h"
#include "storage/base/shared_disk.h"

namespace banyan::cli {
namespace {

// The first sentence of a key's meaning; the rest stands in the example file.
std::string FirstSentence(const std::string& about) {
  const auto end = about.find(". ");
  auto sentence = end == about.npos ? about : about.substr(0, end);
  while (sentence.ends_with('.')) sentence.pop_back();
  if (!sentence.empty() && sentence[0] >= 'A' && sentence[0] <= 'Z') {
    const bool is_name = sentence.size() > 1 && sentence[1] >= 'A' && sentence[1] <= 'Z';
    if (!is_name) sentence[0] = static_cast<char>(sentence[0] - 'A' + 'a');
  }
  return sentence;
}

class Serve final : public Command {
 public:
  Serve() : Command("serve", "run a node") {
    Option("--config", "FILE", config_file_, "read settings from this file (TOML)").offers =
        Offers::Files;
    Flag("--print-config", print_config_, "print the settings that would be used, and end");
    Flag("--example-config", example_config_, "print every key with its meaning, and end");
    for (const auto& key : node::ListConfigKeys()) {
      auto& option = Option("--" + key.flag, "VALUE", flags_[key.flag], FirstSentence(key.about));
      if (key.flag == "data") option.offers = Offers::Folders;
    }
    Explain(
        "Everything the node knows lives in its data directory, which is made at the first start, "
        "together with a user \"operator\" whose token is written to DIR/admin.token. Settings "
        "come "
        "from the file, then from options. Runs in the foreground until Ctrl-C or SIGTERM; "
        "requests that are under way may end first.");
    Shows("serve --data /srv/banyan", "on this machine only: http://127.0.0.1:8440");
    Shows("serve --data /srv/banyan --listen 0.0.0.0:8440 --public-url http://hub.example.org:8440",
          "for everybody who can reach it");
    Shows("serve --config /etc/banyan/banyan.toml", "all settings from a file");
  }

  Status Run(Session& session) override {
    auto& output = session.output();
    if (example_config_) return output.Document("example", node::ExampleConfig());
    node::ConfigSources sources{config_file_, {}};
    for (const auto& [flag, value] : flags_) {
      if (!value.empty()) sources.flags.emplace_back(flag, value);
    }
    auto& environment = session.environment();
    const auto config = TRY(node::LoadConfig(environment.file_system, sources));
    if (print_config_) {
      return output.json() ? output.Print(node::ConfigJson(config), "")
                           : output.Raw(node::PrintConfig(config));
    }
    return node::Serve(
        {environment.clock, environment.random, environment.file_system, &SharedDiskFileSystem()},
        config,
        {[&](node::Node& node, const std::string& url) { Welcome(output, node, url); },
         [&] { environment.interrupt.Wait(); }});
  }

 private:
  static void Welcome(Output& output, node::Node& node, const std::string& url) {
    output.Note("Serving " + url + " from " + node.data().path() + "; stop with Ctrl-C");
    if (!node.data().is_new()) return;
    output.Note("This node is new. Become its operator with");
    output.Note("  banyan login --node " + url + " < " + node.data().TokenFile());
  }

  std::string config_file_;
  bool print_config_ = false;
  bool example_config_ = false;
  std::map<std::string, std::string> flags_;  // nodes of a map stay where they are
};

}  // namespace

std::unique_ptr<Command> MakeServe() { return std::make_unique<Serve>(); }

}  // namespace banyan::cli
