// Uploading: sessions, offers, chunks.

#include <algorithm>
#include <charconv>
#include <set>

#include "node/content_api.h"
#include "node/http/http_error.h"
#include "storage/base/json.h"
#include "storage/content/chunk_batch.h"

namespace banyan::node {
namespace {

constexpr std::size_t kRememberedSessions = 64;

Result<Bytes> ReadBinary(Request& request, std::uint64_t max_bytes) {
  const std::uint64_t announced = request.body_size_bytes().value_or(0);
  if (announced > max_bytes) return Error(Errc::TooLarge, "body: over the limit of this route");
  Bytes body(std::min<std::uint64_t>(announced, 64u << 10));  // grows as the bytes come
  std::size_t done = 0;
  for (;;) {
    if (done == body.size()) body.resize(std::min(max_bytes + 1, body.size() * 2 + 65536));
    const std::size_t got = TRY(request.ReadBody(std::span(body).subspan(done)));
    if (got == 0) break;
    done += got;
    if (done > max_bytes) return Error(Errc::TooLarge, "body: over the limit of this route");
  }
  body.resize(done);
  return body;
}

Result<std::uint32_t> OfferNumber(const Request& request) {
  const std::string& text = request.Param("offer");
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Error(Errc::Invalid, "offer: expected a number");
  }
  return number;
}

// One JSON line for each file while a long offer is verified, so that the connection lives; the
// last line says how it ended.
class TakeProgress final : public BodyProducer {
 public:
  TakeProgress(std::shared_ptr<storage::ContentSession> session,
               std::vector<storage::OfferedFile> files)
      : session_(std::move(session)), files_(std::move(files)) {}
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }

  Status Write(BodySink& sink) override {
    for (const storage::OfferedFile& file : files_) {
      const auto content = session_->Assemble(file.chunks, {file.sha256, file.size_bytes});
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
    TRY(WriteLine(sink, {{"done", files_.size()}}));
    return sink.Flush();
  }

 private:
  static Status WriteLine(BodySink& sink, const Json& line) {
    const std::string text = DumpJson(line) + "\n";
    return sink.Write(AsBytes(text));
  }
  std::shared_ptr<storage::ContentSession> session_;
  std::vector<storage::OfferedFile> files_;
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
  storage::ChunkList all;
  for (const auto& file : files) all.insert(all.end(), file.chunks.begin(), file.chunks.end());
  const Bytes bitmap = storage::EncodeBitmap(TRY(session.Lacking(all)));
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

Status ContentApi::AddOffer(const Repository& repository, Request& request, Response& response) {
  const auto session = TRY(SessionOf(repository, request));
  const Bytes body = TRY(ReadBinary(request, options_.offer_bytes));
  TRY(store_.RequireRoom(body.size()));
  const auto files = TRY(storage::ParseOffer(body));
  TRY(RequireRoomFor(repository, files));
  const std::uint32_t number = TRY(offers_.Add(*session, body));
  response.status = 201;
  return AnswerLacking(*session, number, files, response);
}

Status ContentApi::GetOffer(const Repository& repository, Request& request, Response& response) {
  const auto session = TRY(SessionOf(repository, request));
  const std::uint32_t number = TRY(OfferNumber(request));
  return AnswerLacking(*session, number, TRY(offers_.Get(*session, number)), response);
}

Status ContentApi::PutChunks(const Repository& repository, Request& request, Response& response) {
  const auto session = TRY(SessionOf(repository, request));
  const Bytes body = TRY(ReadBinary(request, options_.batch_bytes));
  std::uint64_t raw_bytes = 0;
  for (const auto& entry : TRY(storage::ParseBatchTable(body))) raw_bytes += entry.raw_bytes;
  {
    auto lease = TRY(store_.core().database.Read());
    TRY(storage::RequireLooseRoom(*lease, repository.row, raw_bytes, options_.quota));
  }
  const auto stored = TRY(session->Put(body));
  response.SetJson({{"chunks", stored.chunk_count}, {"bytes", stored.raw_bytes}});
  return Ok();
}

Status ContentApi::TakeOffer(const Repository& repository, Request& request, Response& response) {
  const auto session = TRY(SessionOf(repository, request));
  const std::uint32_t number = TRY(OfferNumber(request));
  auto files = TRY(offers_.Get(*session, number));
  response.headers.Set("Content-Type", "application/x-ndjson");
  response.producer = std::make_unique<TakeProgress>(session, std::move(files));
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
