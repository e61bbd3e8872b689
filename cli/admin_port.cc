#include "cli/admin_port.h"

#include <algorithm>

#include "cli/login_file.h"
#include "node/admin.h"
#include "node/data_directory.h"
#include "storage/base/json.h"
#include "storage/base/shared_disk.h"

namespace banyan::cli {
namespace {

constexpr const char* kRoute = "/api/banyan/v0/admin/";
// How long to wait before the next look at a task: a twentieth of what was waited, within these.
constexpr std::int64_t kLeastPauseMs = 20;
constexpr std::int64_t kMostPauseMs = 500;
constexpr std::int64_t kSilenceMs = 300'000;

// The data directory itself.
class OfflinePort final : public AdminPort {
 public:
  OfflinePort(Session& session, std::unique_ptr<node::DataDirectory> data)
      : session_(session), data_(std::move(data)) {}

  Result<Json> Call(const std::string& operation, const Json& arguments) override {
    auto& environment = session_.environment();
    node::AdminContext context{environment.clock, environment.random, environment.file_system,
                               data_->content(),  data_->path(),      environment.interrupt.flag()};
    context.shared_fs = &SharedDiskFileSystem();
    return node::Administer(context, operation, arguments, "command line");
  }

 private:
  Session& session_;
  const std::unique_ptr<node::DataDirectory> data_;
};

Errc CodeNamed(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Errc::Cancelled); ++i) {
    if (ToString(static_cast<Errc>(i)) == name) return static_cast<Errc>(i);
  }
  return Errc::Unavailable;
}

// A running node.
class RemotePort final : public AdminPort {
 public:
  RemotePort(Session& session, ApiClient& client, std::unique_ptr<ApiClient> owned)
      : session_(session), client_(client), owned_(std::move(owned)) {}

  Result<Json> Call(const std::string& operation, const Json& arguments) override {
    auto request = JsonRequest("POST", kRoute + operation, arguments);
    request.silence_ms = kSilenceMs;
    const auto answer = TRY(client_.Send(request));
    auto json = TRY(ParseJson(answer.body));
    if (answer.status != 202) return json;
    return Await(FindInt(json, "number").value_or(0));
  }

 private:
  Result<Json> Await(std::int64_t number) {
    session_.output().Note("The node is at it");
    auto& clock = session_.environment().clock;
    const auto started_ms = clock.MonotonicMs();
    while (true) {
      if (const auto status = session_.CheckInterrupt(); !status) return Cancel();
      const auto waited_ms = clock.MonotonicMs() - started_ms;
      clock.SleepMs(std::clamp(waited_ms / 20, kLeastPauseMs, kMostPauseMs));
      auto task = TRY(client_.Get(std::string(kRoute) + "task"));
      if (FindInt(task, "number") != number) {
        return Error(Errc::Unavailable, "the node was restarted meanwhile: start over");
      }
      const auto state = FindString(task, "state").value_or("");
      if (state == "done") return task["result"];
      if (state == "running") continue;
      return Error(CodeNamed(FindString(task, "code").value_or("")),
                   FindString(task, "error").value_or("the node failed to do it"));
    }
  }

  // Interrupted requests are refused, so the request to stop goes through a client that is not.
  Result<Json> Cancel() {
    Interrupt not_interrupted;
    auto& outer = session_.environment();
    Environment calm{outer.clock,    outer.random,    outer.file_system,
                     outer.terminal, not_interrupted, outer.variable};
    (void)ApiClient(calm, client_.options()).SendJson("DELETE", std::string(kRoute) + "task", {});
    return Error(Errc::Cancelled, "interrupted: the node was asked to end it");
  }

  Session& session_;
  ApiClient& client_;
  const std::unique_ptr<ApiClient> owned_;
};

// The small file's only line.
Result<std::string> ReadOneLine(FileSystem& fs, const std::string& path) {
  const auto bytes = TRY(ReadFile(fs, path, 4096));
  std::string line(AsText(bytes));
  return line.substr(0, line.find('\n'));
}

// Asks the node that holds the directory: its address stands there, and perhaps a token.
Result<std::unique_ptr<AdminPort>> OpenRunning(Session& session, const std::string& data) {
  auto& environment = session.environment();
  auto address = session.options().Node();
  if (address.empty()) {
    address = TRY(ReadOneLine(environment.file_system, data + "/address")
                      .Context("the node of this directory runs, but its address is not known"));
  }
  auto credentials = TRY(FindCredentials(environment, {address, session.options().token}));
  if (credentials.token.empty()) {
    const auto token = ReadOneLine(environment.file_system, data + "/admin.token");
    if (!token) {
      return Error(Errc::Denied, "the node of this directory runs at " + address +
                                     " and wants an operator's token: run `banyan login --node " +
                                     address + "`");
    }
    credentials.token = TRY(CheckToken(*token));
  }
  auto client = session.Connect(credentials);
  auto& reference = *client;
  return std::unique_ptr<AdminPort>(new RemotePort(session, reference, std::move(client)));
}

}  // namespace

Result<std::unique_ptr<AdminPort>> AdminPort::Open(Session& session, const std::string& data) {
  if (data.empty()) {
    return std::unique_ptr<AdminPort>(new RemotePort(session, *TRY(session.Node()), nullptr));
  }
  auto& environment = session.environment();
  auto opened = node::DataDirectory::Open(environment.clock, environment.random,
                                          environment.file_system, {.path = data});
  if (opened) {
    return std::unique_ptr<AdminPort>(new OfflinePort(session, *std::move(opened)));
  }
  if (opened.error().code() == Errc::Conflict) return OpenRunning(session, data);
  return std::move(opened.error());
}

}  // namespace banyan::cli
