#include "node/git_push.h"

#include <algorithm>
#include <map>

#include "node/entering.h"
#include "node/git/push_report.h"
#include "storage/base/repository_name.h"
#include "storage/catalog/authorisation.h"
#include "storage/history/received_history.h"
#include "storage/history/received_pack.h"
#include "storage/history/upload_store.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

using storage::ReceivedRef;

constexpr std::size_t kMaxReportBytes = 4u << 20;
constexpr std::size_t kMaxRefBytes = 64u << 20;
constexpr std::string_view kBranches = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

class Push {
 public:
  Push(GitCall& call, const GitWork& work, PushBody& body)
      : call_(call), work_(work), body_(body) {}

  Result<std::string> Run() {
    quarantine_ = TRY(call_.git.copies().MakeQuarantine(work_.open));
    PushReport report = TRY(Receive());
    report.ExplainMoved();
    const auto status = Decide();
    if (!status && status.error().code() == Errc::Cancelled) return status.error();
    if (!status) Refuse(report, status.error());
    return report.ToString();
  }

 private:
  Result<PushReport> Receive();
  Status Decide();
  Result<std::vector<ReceivedRef>> FindMoved();
  Status Enter(const std::vector<ReceivedRef>& moved);
  Status RequireLegal(const ReceivedRef& ref) const;
  Status RequireStill(storage::Connection& connection, const std::vector<ReceivedRef>& moved) const;
  static void Refuse(PushReport& report, const Error& error);

  GitCall& call_;
  const GitWork& work_;
  PushBody& body_;
  std::shared_ptr<RepositoryCopy> quarantine_;
};

// Of a body that was refused git reads what was kept: it knows the refs that a report is of.
Result<PushReport> Push::Receive() {
  std::string said;
  const auto input = [&](std::span<std::uint8_t> out) { return body_.Read(out); };
  const auto output = [&](ByteView bytes) -> Status {
    TRY(call_.request.RequireClient());
    if (said.size() + bytes.size() > kMaxReportBytes) {
      return Error(Errc::TooLarge, "git says too much about this push");
    }
    said += AsText(bytes);
    return Ok();
  };
  const auto protocol = std::string(call_.request.headers.Find("Git-Protocol").value_or(""));
  const auto command = call_.git.Command(
      GitService::Call{"receive-pack", quarantine_->directory(), protocol, false});
  const auto status = RunGit(call_.git.clock(), command, {input, output});
  body_.Drop();
  if (!status && said.empty() && body_.refused()) return *body_.refused();
  if (!status && (said.empty() || status.error().code() != Errc::Invalid)) return status.error();
  return PushReport::Parse(said);
}

Status Push::Decide() {
  if (body_.refused()) return *body_.refused();
  const auto moved = TRY(FindMoved());
  return moved.empty() ? Ok() : Enter(moved);
}

// What git moved in the quarantine, against what the catalog said at the begin.
Result<std::vector<ReceivedRef>> Push::FindMoved() {
  const auto text =
      TRY(ReadGit(call_.git.clock(),
                  call_.git.Command(quarantine_->directory(),
                                    {"for-each-ref", "--format=%(objectname) %(refname)"}),
                  kMaxRefBytes));
  std::map<std::string, std::optional<GitOid>> before;
  for (const auto& ref : work_.open.updated.refs.refs) before.emplace(ref.name, ref.target);
  std::vector<ReceivedRef> moved;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    const auto space = line.find(' ');
    if (space == line.npos) continue;
    const auto target = TRY(GitOid::Parse(line.substr(0, space)));
    const std::string name(line.substr(space + 1));
    const auto known = before.find(name);
    const auto old = known == before.end() ? std::nullopt : known->second;
    if (old != target) moved.push_back({name, old, target});
    if (known != before.end()) before.erase(known);
  }
  for (const auto& [name, target] : before) moved.push_back({name, target, std::nullopt});
  return moved;
}

Status Push::RequireLegal(const ReceivedRef& ref) const {
  const bool is_branch = ref.name.starts_with(kBranches);
  if (!is_branch && !ref.name.starts_with(kTags)) {
    return Error(Errc::Invalid, ref.name +
                                    ": only branches (refs/heads/...) and tags "
                                    "(refs/tags/...) can be pushed here");
  }
  if (!ref.after) return Ok();
  auto legal = storage::ValidateRefName(ref.name.substr((is_branch ? kBranches : kTags).size()));
  return legal ? Ok() : Status(std::move(legal.error()).Context(ref.name));
}

// Receiving may have taken hours.
Status Push::RequireStill(storage::Connection& connection,
                          const std::vector<ReceivedRef>& moved) const {
  TRY(storage::FindRepositoryFor(connection, call_.request.caller, storage::Access::Write,
                                 work_.repository.id));
  const auto kept =
      storage::BranchRef(TRY(storage::DefaultBranch(connection, work_.repository.row)));
  for (const auto& ref : moved) {
    if (ref.after || ref.name != kept) continue;
    return Error(Errc::Invalid, kept + " is the default branch: choose another first");
  }
  return Ok();
}

Status Push::Enter(const std::vector<ReceivedRef>& moved) {
  for (const auto& ref : moved) TRY(RequireLegal(ref));
  auto lease = TRY(call_.hub.database.Read());
  // Git shows its user what the report says, and nothing of an answer that is none.
  if (std::ranges::any_of(moved, [](const auto& ref) { return ref.after.has_value(); })) {
    TRY(storage::RequireRoomToSend(*lease, work_.repository.row, body_.size_bytes(),
                                   call_.hub.quota()));
  }
  storage::UploadStore store(call_.hub.content, {call_.request.caller.user, work_.repository.row},
                             call_.hub.quota());
  const auto objects = TRY(storage::GitObjects::Open(*lease, store, work_.repository.row));
  const auto go_on = [this] { return call_.request.RequireClient(); };
  storage::ReceivedPackLimits limits;
  limits.go_on = go_on;
  TRY(storage::ReadReceivedPacks(*objects, call_.git.fs(),
                                 quarantine_->directory() + "/objects/pack", limits));
  storage::ReceiveOptions options;
  options.go_on = go_on;
  auto change = TRY(storage::VerifyReceived(*objects, work_.repository.row, moved, options));
  TRY(store.Sync());
  TRY(call_.hub.database.Write([&](storage::Connection& connection) -> Status {
    TRY(RequireStill(connection, moved));
    TRY(storage::EnterChange(connection, work_.repository.row, change, Entering(call_.hub)));
    return Ok();
  }));
  call_.hub.metrics.Add(Counter::Commits);
  return Ok();
}

void Push::Refuse(PushReport& report, const Error& error) {
  if (error.code() == Errc::Conflict) {
    report.Tell(error.message());
    return report.RefuseAll("fetch first");
  }
  const bool is_ours = error.code() == Errc::Io || error.code() == Errc::Corrupt;
  const auto reason =
      is_ours ? "this node could not take the push: " + error.message() : error.message();
  report.Tell(reason);
  report.RefuseAll(reason);
}

}  // namespace

Result<std::unique_ptr<PushBody>> ReceivePush(GitCall& call, std::int64_t repository,
                                              RequestBody& body) {
  const auto& options = call.git.options();
  const auto find_room = [&](std::uint64_t kept_bytes) -> Result<std::uint64_t> {
    const std::uint64_t most = options.max_push_bytes == 0 ? UINT64_MAX : options.max_push_bytes;
    if (TRY(call.git.fs().FreeBytes(options.copies.directory)) < options.copies.min_free_bytes) {
      return Error(Errc::NoSpace, "the disk of this node has no room for a push");
    }
    if (kept_bytes == most) {
      return Error(Errc::TooLarge, "a push sends at most " + std::to_string(most) +
                                       " bytes here (git.max_push): push fewer commits at once");
    }
    auto lease = TRY(call.hub.database.Read());
    TRY(storage::RequireRoomToSend(*lease, repository, kept_bytes, call.hub.quota()));
    return most - kept_bytes;
  };
  return PushBody::Receive(call.git.fs(), call.git.copies().NewFile(), body, find_room);
}

Result<std::string> TakePush(GitCall& call, const GitWork& work, PushBody& body) {
  auto said = TRY(Push(call, work, body).Run());
  FollowHead(call.hub, work.repository.row);
  return said;
}

}  // namespace banyan::node
