// Uploading: sessions, offers, chunks.

#include <algorithm>
#include <charconv>
#include <set>
#include <span>
#include <utility>

#include "node/content_api.h"
#include "node/http/http_error.h"
#include "storage/base/json.h"
#include "storage/content/chunk_batch.h"

namespace banyan::node {
namespace {

constexpr std::size_t kRememberedSessions = 64;
constexpr std::int64_t kLineMs = 5'000;
constexpr std::size_t kAskedAtOnce = 8'192;  // chunks
constexpr std::uint64_t kOfferTimes = 2;     // an offer, and the lists that it is parsed to

Result<std::uint32_t> OfferNumber(const Request& request) {
  const std::string& text = request.Param("offer");
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Error(Errc::Invalid, "offer: expected a number");
  }
  return number;
}

// One JSON line for each file while a long offer is verified, and now and then one while a file
// takes long, so that the connection lives; the last line says how it ended. Ends with the client.
class TakeProgress final : public BodyProducer {
 public:
  struct Work {
    std::shared_ptr<storage::ContentSession> session;
    std::vector<storage::OfferedFile> files;
    storage::ContentSession::RequireRoom require_room;
  };
  TakeProgress(const Request& request, Turn& large_files, Work work)
      : request_(request), large_files_(large_files), work_(std::move(work)) {}
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }

  Status Write(BodySink& sink) override {
    for (storage::OfferedFile& file : work_.files) {
      const auto content = Take(file, sink);
      if (!content && content.error().code() == Errc::Cancelled) return content.error();
      if (!content) {
        TRY(WriteLine(sink, {{"error", content.error().message()},
                             {"code", std::string(ToString(content.error().code()))},
                             {"sha256", file.sha256.ToString()}}));
        return sink.Flush();
      }
      TRY(WriteLine(sink, {{"sha256", content->sha256.ToString()},
                           {"hash", content->hash.ToString()},
                           {"size", content->size_bytes},
                           {"chunks", content->chunk_count}}));
    }
    TRY(WriteLine(sink, {{"done", work_.files.size()}}));
    return sink.Flush();
  }

 private:
  Result<storage::FileContent> Take(storage::OfferedFile& file, BodySink& sink) {
    const auto progress = [&]() -> Status {
      TRY(request_.RequireClient());
      return TellNowAndThen(file, sink);
    };
    TRY(progress());
    std::unique_ptr<Turn::Held> held;
    if (file.chunks.size() >= kLargeFileChunks) held = TRY(large_files_.Wait(progress));
    return work_.session->Assemble({std::move(file.chunks),
                                    {file.sha256, file.size_bytes},
                                    nullptr,
                                    progress,
                                    work_.require_room});
  }
  Status TellNowAndThen(const storage::OfferedFile& file, BodySink& sink) {
    const std::int64_t now_ms = work_.session->store().core().clock.MonotonicMs();
    if (now_ms < next_ms_) return Ok();
    const bool is_first = std::exchange(next_ms_, now_ms + kLineMs) == 0;
    if (is_first) return Ok();
    TRY(WriteLine(sink, {{"verifying", file.sha256.ToString()}}));
    return sink.Flush();
  }
  static Status WriteLine(BodySink& sink, const Json& line) {
    const std::string text = DumpJson(line) + "\n";
    return sink.Write(AsBytes(text));
  }

  const Request& request_;
  Turn& large_files_;
  Work work_;
  std::int64_t next_ms_ = 0;
};

}  // namespace

Result<std::shared_ptr<storage::ContentSession>> ContentApi::SessionOf(const Repository& repository,
                                                                       const Request& request) {
  const storage::SessionOwner owner{request.caller.user, repository.row};
  const std::string& name = request.Param("session");
  {
    MutexLock lock(mutex_);
    if (const auto found = sessions_[name].lock(); found && found->owner() == owner) return found;
    sessions_.erase(name);
  }
  auto session = TRY(storage::ContentSession::Resume(store_, name, owner));
  MutexLock lock(mutex_);
  sessions_[name] = session;
  recent_sessions_.push_front(session);
  if (recent_sessions_.size() > kRememberedSessions) {
    sessions_.erase(recent_sessions_.back()->name());
    recent_sessions_.pop_back();
  }
  return session;
}

Status ContentApi::BeginSession(const Repository& repository, Request& request,
                                Response& response) {
  const storage::SessionOwner owner{request.caller.user, repository.row};
  const auto session = TRY(storage::ContentSession::Begin(store_, random_, owner));
  response.status = 201;
  response.SetJson({{"session", session->name()}, {"batch_bytes", options_.batch_bytes}});
  return Ok();
}

Status ContentApi::AnswerLacking(storage::ContentSession& session, std::uint32_t number,
                                 const std::vector<storage::OfferedFile>& files,
                                 Response& response) {
  std::vector<bool> lacking;
  for (const auto& file : files) {
    for (std::span<const storage::ChunkRef> left(file.chunks); !left.empty();) {
      const auto next = left.first(std::min(left.size(), kAskedAtOnce));
      const auto flags = TRY(session.Lacking(next));
      lacking.insert(lacking.end(), flags.begin(), flags.end());
      left = left.subspan(next.size());
    }
  }
  const Bytes bitmap = storage::EncodeBitmap(lacking);
  response.headers.Set("X-Banyan-Offer", std::to_string(number));
  response.headers.Set("Content-Type", "application/octet-stream");
  response.body = std::string(AsText(bitmap));
  return Ok();
}

// Before the first byte travels. What the repository has already takes no room.
Status ContentApi::RequireRoomFor(const Repository& repository,
                                  const std::vector<storage::OfferedFile>& files) {
  auto connection = TRY(store_.core().database.Read());
  std::uint64_t bytes = 0;
  std::set<Sha256> counted;
  for (const auto& file : files) {
    if (!counted.insert(file.sha256).second) continue;
    const auto more =
        TRY(storage::CountNewBytes(*connection, repository.row, file.sha256, file.size_bytes));
    if (more == 0) continue;
    if (options_.max_file_bytes > 0 && file.size_bytes > options_.max_file_bytes) {
      return Error(Errc::TooLarge,
                   "file " + file.sha256.Short() + " has " + std::to_string(file.size_bytes) +
                       " bytes, this node takes " + std::to_string(options_.max_file_bytes));
    }
    bytes += more;
  }
  return storage::RequireUploadRoom(*connection, repository.row, bytes, options_.quota);
}

Status ContentApi::RequireLooseRoomFor(const Repository& repository, std::uint64_t size_bytes) {
  auto connection = TRY(store_.core().database.Read());
  return storage::RequireLooseRoom(*connection, repository.row, size_bytes, options_.quota);
}

Status ContentApi::AddOffer(const Repository& repository, Request& request, Response& response) {
  const auto session = TRY(SessionOf(repository, request));
  const std::string body = TRY(request.ReadAll(options_.offer_bytes, kOfferTimes));
  TRY(store_.RequireRoom(body.size()));
  const auto files = TRY(storage::ParseOffer(AsBytes(body)));
  TRY(RequireRoomFor(repository, files));
  TRY(RequireLooseRoomFor(repository, storage::SessionOffers::BytesOnDisk(body.size())));
  const std::uint32_t number = TRY(offers_.Add(*session, AsBytes(body)));
  response.status = 201;
  return AnswerLacking(*session, number, files, response);
}

Status ContentApi::GetOffer(const Repository& repository, Request& request, Response& response) {
  const auto session = TRY(SessionOf(repository, request));
  const std::uint32_t number = TRY(OfferNumber(request));
  TRY(request.HoldMemory(kOfferTimes * TRY(offers_.SizeOf(*session, number))));
  return AnswerLacking(*session, number, TRY(offers_.Get(*session, number)), response);
}

Status ContentApi::PutChunks(const Repository& repository, Request& request, Response& response) {
  const auto session = TRY(SessionOf(repository, request));
  const std::string body = TRY(request.ReadAll(options_.batch_bytes));
  std::uint64_t raw_bytes = 0;
  for (const auto& entry : TRY(storage::ParseBatchTable(AsBytes(body)))) {
    raw_bytes += entry.raw_bytes;
  }
  TRY(RequireLooseRoomFor(repository, raw_bytes));
  const auto stored = TRY(session->Put(AsBytes(body)));
  response.SetJson({{"chunks", stored.chunk_count}, {"bytes", stored.raw_bytes}});
  return Ok();
}

Status ContentApi::TakeOffer(const Repository& repository, Request& request, Response& response) {
  const auto session = TRY(SessionOf(repository, request));
  const std::uint32_t number = TRY(OfferNumber(request));
  const std::uint64_t size_bytes = TRY(offers_.SizeOf(*session, number));
  TRY(request.HoldMemory(kOfferTimes * size_bytes));
  auto files = TRY(offers_.Get(*session, number));
  TRY(request.HoldMemory(size_bytes));
  TRY(RequireRoomFor(repository, files));  // others may have been taken since it was offered
  // What is only put together lets go of what is loose, and needs no more room.
  const auto require_room = [this, repository] { return RequireLooseRoomFor(repository, 0); };
  response.headers.Set("Content-Type", "application/x-ndjson");
  response.producer = std::make_unique<TakeProgress>(
      request, large_files_, TakeProgress::Work{session, std::move(files), require_room});
  return Ok();
}

Status ContentApi::EndSession(const Repository& repository, Request& request, Response& response) {
  const auto session = TRY(SessionOf(repository, request));
  TRY(session->End());
  {
    MutexLock lock(mutex_);
    sessions_.erase(session->name());
    recent_sessions_.remove(session);
  }
  TRY(offers_.RemoveAll(session->name()));
  response.status = 204;
  return Ok();
}

Status ContentApi::RemoveEndedOffers() {
  auto connection = TRY(store_.core().database.Read());
  return offers_.RemoveEnded(*connection);
}

}  // namespace banyan::node
