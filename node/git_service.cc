#include "node/git_service.h"

#include <algorithm>

#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr std::size_t kMaxBitmapText = 64u << 10;  // it has nothing to say

}  // namespace

GitService::GitService(Clock& clock, FileSystem& fs, storage::Database& database,
                       storage::ContentStore& content, const Options& options)
    : clock_(clock), fs_(fs), options_(options), copies_(fs, database, content, options.copies) {}

GitService::Turn::~Turn() {
  const MutexLock lock(service_.mutex_);
  --service_.running_;
  const auto found = service_.running_of_.find(client_);
  if (--found->second == 0) service_.running_of_.erase(found);
  service_.ended_.NotifyAll();  // not every one who waits may have it
}

Result<std::unique_ptr<GitService::Turn>> GitService::Take(const std::string& client) {
  const std::int64_t share = std::max<std::int64_t>(1, options_.processes / 4);
  const MutexLock lock(mutex_);
  const auto count = [&]() NO_THREAD_SAFETY_ANALYSIS {
    const auto found = running_of_.find(client);
    return found == running_of_.end() ? 0 : found->second;
  };
  const std::int64_t until_ms = clock_.MonotonicMs() + options_.wait_ms;
  while (running_ >= options_.processes || count() >= share) {
    const std::int64_t left_ms = until_ms - clock_.MonotonicMs();
    if (left_ms <= 0) {
      return Error(Errc::Unavailable,
                   count() >= share ? "git works on " + std::to_string(share) +
                                          " requests of yours here, which is the most at once: "
                                          "try again when one has ended"
                                    : "git works on too much at once here: try again later");
    }
    ended_.WaitFor(mutex_, left_ms);
  }
  ++running_;
  ++running_of_[client];
  return std::make_unique<Turn>(*this, client);
}

void GitService::WriteBitmap(RepositoryCopy& copy) {
  if (!copy.ClaimBitmap()) return;
  const auto command =
      Command(copy.directory(), {"multi-pack-index", "write", "--bitmap", "--no-progress"});
  const auto said = ReadGit(clock_, command, kMaxBitmapText);
  if (said) return;
  log::Warning("node", "event=git_bitmap_failed error=\"{}\"", said.error().message());
}

GitCommand GitService::Command(const std::string& directory,
                               std::vector<std::string> arguments) const {
  GitCommand command{options_.program, {"--git-dir=" + directory}, "", options_.limits};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  return command;
}

GitCommand GitService::Command(const Call& call) const {
  GitCommand command{options_.program, {}, CheckedProtocol(call.protocol), options_.limits};
  auto& words = command.arguments;
  if (call.service == "receive-pack" && options_.max_push_bytes != 0) {
    words = {"-c", "receive.maxInputSize=" + std::to_string(options_.max_push_bytes)};
  }
  words.push_back(call.service);
  words.push_back("--stateless-rpc");
  if (call.advertise) words.push_back("--advertise-refs");
  words.push_back(call.directory);
  return command;
}

}  // namespace banyan::node
