// Writing: which chunks are here, xorbs, and the shards that make files of them.

#include <algorithm>
#include <set>

#include "node/http/http_error.h"
#include "node/immutable_answer.h"
#include "node/link_rights.h"
#include "node/xet_api.h"
#include "storage/base/json.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

constexpr std::size_t kKeptSessions = 64;
constexpr std::int64_t kKeptMs = 600'000;
constexpr std::int64_t kFrameMs = 5'000;
constexpr std::uint64_t kMaxShardMemory = 32u << 20;  // by the limits of shards

using storage::ShardFile;
using storage::XetSession;

storage::ReadBytes BodyOf(Request& request) {
  return [&request](std::span<std::uint8_t> out) { return request.ReadBody(out); };
}

// What is read of a shard stays in memory until its files are taken.
Result<std::vector<ShardFile>> ReadShard(XetSession& session, Request& request) {
  const std::uint64_t size_bytes = request.body_size_bytes().value_or(kMaxShardMemory);
  TRY(request.HoldMemory(std::min(2 * size_bytes, kMaxShardMemory)));
  auto files = TRY(session.ReadShard(BodyOf(request)));
  std::uint64_t terms = 0;
  for (const ShardFile& file : files) terms += file.terms.size();
  TRY(request.HoldMemory(files.size() * sizeof(ShardFile) + terms * sizeof(storage::ShardTerm)));
  return files;
}

// A file that the repository may use already, just as the shard says, such as when a client sends a
// shard again.
Result<std::optional<storage::FileContent>> FindTaken(Hub& hub, std::int64_t repository,
                                                      const ShardFile& file) {
  std::optional<storage::FileContent> found;
  const Status done = hub.database.Write([&](storage::Connection& connection) -> Status {
    auto usable = TRY(storage::FindUsableFile(connection, repository, file.sha256));
    if (!usable || usable->is_damaged || usable->hash != file.hash) return Ok();
    found = *std::move(usable);
    return storage::HoldFile(connection, repository, *found, storage::Holding::Uploaded,
                             hub.clock.NowMs());
  });
  TRY(Status(done));
  return found;
}

Result<storage::FileContent> Check(XetSession& session, Turn& large_files, const ShardFile& file,
                                   const XetSession::Progress& progress,
                                   const XetSession::RequireRoom& require_room) {
  std::unique_ptr<Turn::Held> held;
  if (TRY(XetSession::SizeOf(file)).chunks >= kLargeFileChunks) {
    held = TRY(large_files.Wait(progress));
  }
  return session.Take(file, progress, require_room);
}

Status Take(Hub& hub, XetSession& session, Turn& large_files, const ShardFile& file,
            const XetSession::Progress& progress) {
  const std::int64_t repository = session.owner().repository;
  if (TRY(FindTaken(hub, repository, file))) return Ok();
  // What is only put together lets go of what is loose, and needs no more room.
  const auto require_room = [&]() -> Status {
    auto lease = TRY(hub.database.Read());
    return storage::RequireLooseRoom(*lease, repository, 0, hub.quota());
  };
  const auto content = Check(session, large_files, file, progress, require_room);
  if (!content) {
    hub.metrics.Add(Counter::UploadsRefused);
    return content.error();
  }
  hub.metrics.Add(Counter::UploadsTaken);
  hub.metrics.Add(Counter::UploadBytesTaken, content->size_bytes);
  return Ok();
}

// One JSON line now and then while files are checked, so that the connection lives; the last one
// says how it ended.
class TakeFrames final : public BodyProducer {
 public:
  TakeFrames(Hub& hub, std::shared_ptr<XetSession> session, Turn& large_files,
             std::vector<ShardFile> files)
      : hub_(hub),
        session_(std::move(session)),
        large_files_(large_files),
        files_(std::move(files)) {}
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }

  Status Write(BodySink& sink) override {
    for (done_ = 0; done_ < files_.size(); ++done_) {
      const auto progress = [&] { return TellNowAndThen(sink); };
      const Status taken = Take(hub_, *session_, large_files_, files_[done_], progress);
      if (!taken) return WriteFailure(sink, taken.error());
    }
    return WriteLine(sink, {{"type", "result"}});
  }

 private:
  Status TellNowAndThen(BodySink& sink) {
    const std::int64_t now_ms = hub_.clock.MonotonicMs();
    if (now_ms < next_ms_) return Ok();
    next_ms_ = now_ms + kFrameMs;
    return WriteLine(sink, {{"type", "validating"}, {"verified", done_}, {"total", files_.size()}});
  }
  // In the words of an answer, which keep what is the node's own to its log.
  static Status WriteFailure(BodySink& sink, const Error& error) {
    Response answer;
    Fail(answer, error);
    return WriteLine(
        sink,
        {{"type", "error"}, {"message", FailureText(answer)}, {"retryable", answer.status >= 500}});
  }
  static Status WriteLine(BodySink& sink, const Json& line) {
    const std::string text = DumpJson(line) + "\n";
    TRY(sink.Write(AsBytes(text)));
    return sink.Flush();
  }

  Hub& hub_;
  const std::shared_ptr<XetSession> session_;
  Turn& large_files_;
  const std::vector<ShardFile> files_;
  std::size_t done_ = 0;
  std::int64_t next_ms_ = 0;
};

}  // namespace

XetApi::SessionPtr XetApi::FindSession(const storage::SessionOwner& owner, std::int64_t now_ms) {
  kept_sessions_.remove_if([&](const KeptSession& kept) { return kept.until_ms <= now_ms; });
  const auto found = std::ranges::find_if(
      kept_sessions_, [&](const KeptSession& kept) { return kept.session->owner() == owner; });
  if (found == kept_sessions_.end()) return nullptr;
  kept_sessions_.splice(kept_sessions_.begin(), kept_sessions_, found);
  return found->session;
}

// Kept for some minutes: it reads what the repository has when it is made.
Result<XetApi::SessionPtr> XetApi::SessionOf(const XetGrant& grant) {
  const storage::SessionOwner owner{grant.user, grant.repository};
  const std::int64_t now_ms = hub_.clock.MonotonicMs();
  {
    MutexLock lock(mutex_);
    if (auto session = FindSession(owner, now_ms)) return session;
  }
  const auto require_readable = [&hub = hub_,
                                 user = grant.user](std::int64_t repository) -> Status {
    const XetGrant reader{false, repository, user};
    auto lease = TRY(hub.database.Read());
    return RequireLinkRights(hub, *lease, reader.AsLink());
  };
  auto session = TRY(XetSession::Open(hub_.content, hub_.random, owner, require_readable));
  MutexLock lock(mutex_);
  if (auto other = FindSession(owner, now_ms)) return other;  // made meanwhile
  kept_sessions_.push_front({session, now_ms + kKeptMs});
  if (kept_sessions_.size() > kKeptSessions) kept_sessions_.pop_back();
  return session;
}

Status XetApi::GetChunk(const XetGrant& grant, Request& request, Response& response) {
  const auto chunk = TRY(ChunkId::Parse(request.Param("hash")));
  const auto shard = TRY(TRY(SessionOf(grant))->Show(chunk));
  if (!shard) return Error(Errc::NotFound, "no such chunk");
  response.headers.Set("Cache-Control", "private, no-store");
  response.SetText(kBinary, std::string(AsText(*shard)));
  return Ok();
}

Status XetApi::HeadXorb(const XetGrant& grant, Request& request, Response&) {
  const auto hash = TRY(XorbHash::Parse(request.Param("hash")));
  return TRY(SessionOf(grant))->Require(hash);
}

Status XetApi::PostXorb(const XetGrant& grant, Request& request, Response& response) {
  const auto hash = TRY(XorbHash::Parse(request.Param("hash")));
  const std::uint64_t announced = request.body_size_bytes().value_or(storage::kMaxXorbRawBytes);
  {
    auto lease = TRY(hub_.database.Read());
    TRY(storage::RequireLooseRoom(*lease, grant.repository, announced, hub_.quota()));
  }
  TRY(hub_.content.RequireRoom(announced));
  const auto known = TRY(TRY(SessionOf(grant))->PutXorb(hash, BodyOf(request)));
  response.SetJson({{"was_inserted", known == XetSession::Known::New}});
  return Ok();
}

// Before anything is checked. What the repository has already takes no room.
Status XetApi::RequireRoomFor(const XetGrant& grant, const std::vector<ShardFile>& files) {
  auto lease = TRY(hub_.database.Read());
  const std::uint64_t most = hub_.config.upload_max_file.bytes;
  std::uint64_t bytes = 0;
  std::set<Sha256> counted;
  for (const ShardFile& file : files) {
    const std::uint64_t size = TRY(XetSession::SizeOf(file)).bytes;
    if (most != 0 && size > most) {
      return Error(Errc::TooLarge, "The file is larger than this node takes: " +
                                       Format(hub_.config.upload_max_file));
    }
    if (!counted.insert(file.sha256).second) continue;
    bytes += TRY(storage::CountNewBytes(*lease, grant.repository, file.sha256, size));
  }
  return storage::RequireUploadRoom(*lease, grant.repository, bytes, hub_.quota());
}

Status XetApi::PostShardV1(const XetGrant& grant, Request& request, Response& response) {
  const auto session = TRY(SessionOf(grant));
  const auto files = TRY(ReadShard(*session, request));
  TRY(RequireRoomFor(grant, files));
  const auto progress = [&request] { return request.RequireClient(); };
  for (const ShardFile& file : files) TRY(Take(hub_, *session, large_files_, file, progress));
  response.SetJson({{"result", 1}});
  return Ok();
}

Status XetApi::PostShardV2(const XetGrant& grant, Request& request, Response& response) {
  const auto session = TRY(SessionOf(grant));
  auto files = TRY(ReadShard(*session, request));
  TRY(RequireRoomFor(grant, files));
  response.headers.Set("Content-Type", "application/x-ndjson");
  response.producer = std::make_unique<TakeFrames>(hub_, session, large_files_, std::move(files));
  return Ok();
}

}  // namespace banyan::node
