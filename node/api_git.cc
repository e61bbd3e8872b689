// Git's smart HTTP protocol (gitprotocol-http), served by git's own programs:
//   GET  [datasets/]{id}[.git]/info/refs?service=git-upload-pack   what there is to clone or fetch
//   POST [datasets/]{id}[.git]/git-upload-pack                     the objects
// The same for git-receive-pack: node/api_git_push.cc takes what is sent.

#include <utility>

#include "node/git/pkt_line.h"
#include "node/git_call.h"

namespace banyan::node {
namespace {

using storage::Access;

constexpr std::size_t kMaxRefBytes = 64u << 20;
constexpr std::size_t kMaxRequestBytes = 16u << 20;  // decoded; as much as git's own server takes

std::string ProtocolOf(const Request& request) {
  return std::string(request.headers.Find("Git-Protocol").value_or(""));
}

void GetInfoRefs(GitCall& call) {
  const auto service = call.request.Query("service").value_or("");
  const bool fetches = service == "git-upload-pack";
  if (!fetches && service != "git-receive-pack") {
    return Fail(call.response, 403, "This node speaks git's smart protocol only");
  }
  const auto work = PrepareGit(call, fetches ? Access::Files : Access::Write);
  if (!work) return;
  const auto command = call.git.Command(GitService::Call{std::string(service.substr(4)),
                                                         work->open.copy->directory(),
                                                         ProtocolOf(call.request), true});
  auto refs = ReadGit(call.git.clock(), command, kMaxRefBytes);
  if (!refs) return call.Fail(refs.error());
  const auto head = PacketLine("# service=" + std::string(service) + "\n");
  call.response.body = head + std::string(kFlushPacket) + *refs;
  SetGitHeaders(call.response, "application/x-" + std::string(service) + "-advertisement");
}

// What upload-pack says to a request that was read, as it says it.
class UploadPack : public BodyProducer {
 public:
  UploadPack(GitService& git, std::unique_ptr<GitWork> work, GitCommand command,
             std::string request)
      : git_(git),
        work_(std::move(work)),
        command_(std::move(command)),
        request_(std::move(request)) {}

  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }
  Status Write(BodySink& sink) override {
    const auto input = [this](std::span<std::uint8_t> out) -> Result<std::size_t> {
      const auto size = std::min(out.size(), request_.size() - sent_);
      request_.copy(reinterpret_cast<char*>(out.data()), size, sent_);
      sent_ += size;
      return size;
    };
    // Each piece at once: what git says while it works keeps its user informed.
    const auto output = [&](ByteView bytes) -> Status {
      TRY(sink.Write(bytes));
      return sink.Flush();
    };
    return RunGit(git_.clock(), command_, {input, output});
  }

 private:
  GitService& git_;
  const std::unique_ptr<GitWork> work_;
  const GitCommand command_;
  const std::string request_;
  std::size_t sent_ = 0;
};

// Whoever sends slowly has no turn meanwhile. Rights are asked before the body is read, and after.
void PostUploadPack(GitCall& call) {
  if (!call.Find(Access::Files)) return;
  const auto body = OpenGitBody(call, "git-upload-pack");
  if (!body) return;
  auto text = body->ReadAll(kMaxRequestBytes);
  if (!text) return call.Fail(text.error());
  auto work = PrepareGit(call, Access::Files);
  if (!work) return;
  const bool only_lists = text->find("command=ls-refs") != std::string::npos;
  if (!only_lists) call.git.WriteBitmap(*work->open.copy);
  auto command = call.git.Command(GitService::Call{"upload-pack", work->open.copy->directory(),
                                                   ProtocolOf(call.request), false});
  SetGitHeaders(call.response, "application/x-git-upload-pack-result");
  call.response.producer =
      std::make_unique<UploadPack>(call.git, std::move(work), std::move(command), *std::move(text));
}

}  // namespace

void AddGitRoutes(Router& router, Hub& hub, GitService& git) {
  const GitRoutes routes{router, hub, git};
  routes.Add("GET", "/info/refs", GetInfoRefs);
  routes.Add("POST", "/git-upload-pack", PostUploadPack, {kMaxRequestBytes});
}

}  // namespace banyan::node
