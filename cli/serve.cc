// serve: run a node until it is told to stop.
#include <deque>

#include "cli/commands.h"
#include "cli/session.h"
#include "node/serve.h"

namespace banyan::cli {
namespace {

class Serve final : public Command {
 public:
  Serve() : Command("serve", "run a node") {
    Option("--config", "FILE", config_file_, "a TOML file; flags win over it").offers =
        Offers::Files;
    Flag("--print-config", print_, "print the configuration as it would be used, and stop");
    Flag("--example-config", example_, "print every key with its meaning and default, and stop");
    for (const auto& key : node::ListConfigKeys()) {
      values_.push_back({key.flag, ""});
      Option("--" + key.flag, "VALUE", values_.back().second,
             key.about + " (default " + key.default_value + ")");
    }
    Explain(
        "The first start makes the data directory, the node's keys, an operator and its "
        "token, which is written to DIR/admin.token for the node's user only. A signal ends the "
        "node: running requests may finish, a second signal ends it at once. Nothing that was "
        "acknowledged is lost either way.");
    Shows("serve --data /srv/banyan", "a node on 127.0.0.1:8440");
    Shows("serve --data /srv/banyan --listen 0.0.0.0:8440 --config /etc/banyan/banyan.toml",
          "for other machines too");
  }

  Status Run(Session& session) override {
    auto& environment = session.environment();
    if (example_) return session.output().Raw(node::ExampleConfig());
    node::ConfigSources sources;
    sources.file = config_file_;
    for (const auto& [flag, value] : values_) {
      if (!value.empty()) sources.flags.emplace_back(flag, value);
    }
    const auto config = TRY(node::LoadConfig(environment.file_system, sources));
    if (print_) return session.output().Raw(node::PrintConfig(config));
    return node::Serve(config, [&] { environment.interrupt.Wait(); });
  }

 private:
  std::string config_file_;
  bool print_ = false;
  bool example_ = false;
  std::deque<std::pair<std::string, std::string>> values_;
};

}  // namespace

std::unique_ptr<Command> MakeServe() { return std::make_unique<Serve>(); }

}  // namespace banyan::cli
