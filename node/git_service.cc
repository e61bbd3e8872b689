#include "node/git_service.h"

#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr std::size_t kMaxBitmapText = 64u << 10;  // it has nothing to say
constexpr std::int64_t kReceivedOfClient = 4;      // pushes at once, which lie on the disk

}  // namespace

GitService::GitService(Clock& clock, FileSystem& fs, storage::Database& database,
                       storage::ContentStore& content, const Options& options)
    : clock_(clock),
      fs_(fs),
      options_(options),
      copies_(fs, database, content, options.copies),
      lists_(clock, {"lists of refs", options.processes, INT64_MAX, options.wait_ms}),
      packs_(clock, {"fetches and pushes", options.processes, INT64_MAX, options.wait_ms}),
      received_(clock, {"pushes", INT64_MAX, kReceivedOfClient, options.wait_ms}) {}

Result<std::unique_ptr<SharedTurns::Turn>> GitService::Take(Work work, const std::string& client) {
  switch (work) {
    case Work::List: return lists_.Take(client);
    case Work::Pack: return packs_.Take(client);
    case Work::Receive: break;
  }
  return received_.Take(client);
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
