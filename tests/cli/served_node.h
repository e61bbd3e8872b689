#pragma once
// `banyan serve` in this process: a whole node on a free port of the loopback, with users, and
// programs that are logged in there.

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "node/data_directory.h"
#include "node/serve.h"
#include "storage/catalog/tokens.h"
#include "tests/cli/program_runner.h"

namespace banyan::cli {

class ServedNode {
 public:
  // `data`: empty for a new directory of its own.
  explicit ServedNode(const std::string& data = "",
                      const std::function<void(node::Config&)>& change = nullptr) {
    config_.data = data.empty() ? place_.Join("data") : data;
    config_.listen = "127.0.0.1:0";
    config_.public_url = "http://127.0.0.1:0";
    config_.storage_min_free = {0};
    config_.log_access = false;
    config_.log_level = "error";
    config_.http_stop_grace = {0};
    if (change) change(config_);
    thread_ = std::thread([this] { Run(); });
    while (node_ == nullptr && !ended_) SystemClock().SleepMs(1);
    INFO(failure_);
    REQUIRE(node_ != nullptr);
  }
  ~ServedNode() { Stop(); }
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  node::Node& node() { return *node_; }
  const std::string& url() const { return url_; }
  const std::string& data() const { return config_.data; }
  std::string OperatorToken() const {
    const auto bytes = MUST(ReadFile(DiskFileSystem(), config_.data + "/admin.token", 100));
    return std::string(AsText(bytes).substr(0, bytes.size() - 1));
  }
  // A new user's token.
  std::string NewUser(const std::string& name, storage::Role role = storage::Role::Write) {
    std::string text;
    MUST(node().data().database().Write([&](storage::Connection& c) -> Status {
      const auto user = TRY(storage::CreateUser(c, {name, "", false}, 1));
      text = TRY(storage::CreateToken(c, SystemRandom(), {user.row, "t", role, {}}, 1)).text;
      return Ok();
    }));
    return text;
  }
  void Login(ProgramRunner& runner, const std::string& token) const {
    runner.variables["BANYAN_NODE"] = url_;
    runner.variables["BANYAN_TOKEN"] = token;
  }

 private:
  void Run() {
    const node::ServeHooks hooks{[this](node::Node& node, const std::string& url) {
                                   url_ = url;
                                   node_ = &node;
                                 },
                                 [this] {
                                   while (!stop_) SystemClock().SleepMs(1);
                                 }};
    const auto served =
        node::Serve({SystemClock(), SystemRandom(), DiskFileSystem()}, config_, hooks);
    if (!served) failure_ = served.error().message();
    ended_ = true;
  }

  TempDirectory place_;
  node::Config config_;
  std::string url_;
  std::string failure_;
  std::atomic<node::Node*> node_{nullptr};
  std::atomic<bool> stop_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace banyan::cli
