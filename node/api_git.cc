// Git's smart HTTP protocol (gitprotocol-http), served by git's own programs:
//   GET  [datasets/]{id}[.git]/info/refs?service=git-upload-pack   what there is to clone or fetch
//   POST [datasets/]{id}[.git]/git-upload-pack                     the objects
// The same for git-receive-pack: node/api_git_push.cc takes what is sent.

#include <algorithm>
#include <optional>
#include <utility>

#include "node/git/pkt_line.h"
#include "node/git_call.h"

namespace banyan::node {
namespace {

using storage::Access;
using Work = GitService::Work;

constexpr std::size_t kMaxRefBytes = 64u << 20;
constexpr std::size_t kMaxRequestBytes = 16u << 20;  // decoded; as much as git's own server takes

std::string ProtocolOf(const Request& request) {
  return std::string(request.headers.Find("Git-Protocol").value_or(""));
}

// What git reads. `text` lives longer.
auto InputOf(std::string_view text) {
  return [text](std::span<std::uint8_t> out) mutable -> Result<std::size_t> {
    const auto size = std::min(out.size(), text.size());
    text.copy(reinterpret_cast<char*>(out.data()), size);
    text.remove_prefix(size);
    return size;
  };
}

// `said`, and what git says of refs after it, whole: however slowly that is read, git has ended.
Result<std::string> ReadRefs(GitCall& call, const GitCommand& command, std::string_view request,
                             std::string said = "") {
  const std::uint64_t request_bytes = call.request.held_memory_bytes();
  const auto output = [&](ByteView bytes) -> Status {
    const std::size_t size = said.size() + bytes.size();
    if (size > kMaxRefBytes) {
      return Error(Errc::TooLarge, "this repository has more refs than can be listed");
    }
    if (size > said.capacity()) {
      const std::size_t room = std::min(2 * size, kMaxRefBytes);
      TRY(call.request.HoldMemory(request_bytes + room));
      said.reserve(room);
    }
    said += AsText(bytes);
    return Ok();
  };
  TRY(RunGit(call.git.clock(), command, {InputOf(request), output}));
  return said;
}

void GetInfoRefs(GitCall& call) {
  const auto service = call.request.Query("service").value_or("");
  const bool fetches = service == "git-upload-pack";
  if (!fetches && service != "git-receive-pack") {
    return Fail(call.response, 403, "This node speaks git's smart protocol only");
  }
  const auto work = PrepareGit(call, fetches ? Access::Files : Access::Write, Work::List);
  if (!work) return;
  const auto command = call.git.Command(GitService::Call{std::string(service.substr(4)),
                                                         work->open.copy->directory(),
                                                         ProtocolOf(call.request), true});
  auto head = PacketLine("# service=" + std::string(service) + "\n") + std::string(kFlushPacket);
  auto refs = ReadRefs(call, command, "", std::move(head));
  if (!refs) return call.Fail(refs.error());
  call.response.body = *std::move(refs);
  SetGitHeaders(call.response, "application/x-" + std::string(service) + "-advertisement");
}

// The command of protocol 2 for which git makes no pack. It takes one command a request: after
// this one any other ends it.
bool OnlyLists(std::string_view request) {
  const auto packet = PacketReader(request).Next();
  if (!packet || !*packet || (*packet)->kind != Packet::Kind::Data) return false;
  const auto line = (*packet)->data;
  return line == "command=ls-refs" || line == "command=ls-refs\n";
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
    // Each piece at once: what git says while it works keeps its user informed.
    const auto output = [&](ByteView bytes) -> Status {
      TRY(sink.Write(bytes));
      return sink.Flush();
    };
    return RunGit(git_.clock(), command_, {InputOf(request_), output});
  }

 private:
  GitService& git_;
  const std::unique_ptr<GitWork> work_;
  const GitCommand command_;
  const std::string request_;
};

// Whoever sends slowly has no turn meanwhile. Rights are asked before the body is read, and after.
void PostUploadPack(GitCall& call) {
  if (!call.Find(Access::Files)) return;
  const auto body = OpenGitBody(call, "git-upload-pack");
  if (!body) return;
  auto text = body->ReadAll(kMaxRequestBytes);
  if (!text) return call.Fail(text.error());
  const bool lists = OnlyLists(*text);
  auto work = PrepareGit(call, Access::Files, lists ? Work::List : Work::Pack);
  if (!work) return;
  auto command = call.git.Command(GitService::Call{"upload-pack", work->open.copy->directory(),
                                                   ProtocolOf(call.request), false});
  SetGitHeaders(call.response, "application/x-git-upload-pack-result");
  if (lists) {
    auto refs = ReadRefs(call, command, *text);
    if (!refs) return call.Fail(refs.error());
    call.response.body = *std::move(refs);
    return;
  }
  call.git.WriteBitmap(*work->open.copy);
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
