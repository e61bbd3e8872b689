// Reading by hash: objects that public cards reach, and nodes of a manifest.

#include <set>

#include "federation/mirror_state.h"
#include "federation/open_objects.h"
#include "federation/transfer/object_list.h"
#include "node/content_api.h"
#include "node/http/content_coding.h"
#include "node/hub_answer.h"
#include "node/immutable_answer.h"
#include "storage/base/json.h"
#include "storage/base/logging.h"
#include "storage/history/history.h"

namespace banyan::node {
namespace {

using storage::Connection;

// Public objects: u32 length and bytes of each, in the order asked for, read as they are sent.
class ObjectsBody final : public BodyProducer {
 public:
  ObjectsBody(storage::LocalContentStore& store, std::vector<Sha256> ids)
      : store_(store), ids_(std::move(ids)) {}
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }
  Status Write(BodySink& sink) override {
    std::uint64_t sent_bytes = 0;
    for (const auto& id : ids_) {
      const auto object = TRY(Read(id));
      if (sent_bytes > 0 && sent_bytes + object.size() > federation::kMaxObjectsBytes) break;
      TRY(sink.Write(object));
      sent_bytes += object.size();
    }
    return sink.Flush();
  }

 private:
  // A connection to the catalog is not held while the client is slow.
  Result<Bytes> Read(const Sha256& id) {
    auto connection = TRY(store_.core().database.Read());
    const auto object = federation::ReadOpenObject(*connection, store_, id);
    if (object) return federation::EncodeObject(*object);
    const auto code = object.error().code();
    if (code == Errc::Unavailable) return object.error();
    if (code != Errc::NotFound && code != Errc::TooLarge) {  // the others can still be had
      log::Error("node", "event=object_failed id={} error=\"{}\"", id.ToString(),
                 object.error().message());
    }
    return federation::EncodeObject(std::nullopt);
  }

  storage::LocalContentStore& store_;
  const std::vector<Sha256> ids_;
};

}  // namespace

// Of a manifest whose files are for everybody; any other is as absent.
Status ContentApi::GetHoldings(Request& request, Response& response) {
  const Sha256 manifest = TRY(Sha256::Parse(request.Param("manifest")));
  auto connection = TRY(store_.core().database.Read());
  const auto repository = TRY(federation::FindOpenRepository(*connection, manifest));
  if (!repository) return Error(Errc::NotFound, "manifest not found");
  auto history = TRY(storage::History::Open(*connection, store_, *repository));
  const auto holdings =
      TRY(federation::CountHoldings(*connection, history->nodes(), *repository, manifest));
  response.headers.Set("Cache-Control", "no-cache");
  response.SetJson(federation::HoldingsPage{manifest, holdings}.ToJson());
  return Ok();
}

// What a public card reaches is for everybody; else the caller must be able to read the root.
Status ContentApi::GetObject(Request& request, Response& response) {
  const Sha256 id = TRY(Sha256::Parse(request.Param("id")));
  const auto root_text = request.Query("root");
  const Sha256 root = root_text ? TRY(Sha256::Parse(*root_text)) : id;
  auto connection = TRY(store_.core().database.Read());
  auto object = federation::ReadOpenObject(*connection, store_, id);
  if (!object && object.error().code() == Errc::NotFound) {
    object = objects_.Find(*connection, request.caller, root, id);
  }
  AnswerImmutable(request, "object-" + id.ToString(), TRY(std::move(object)), response);
  return Ok();
}

Status ContentApi::PostObjects(Request& request, Response& response) {
  const std::string body = TRY(request.ReadAll(federation::kMaxObjectsAsked * Sha256::kSize));
  std::vector<Sha256> ids;
  for (ByteView left = AsBytes(body); left.size() >= Sha256::kSize;) {
    ids.push_back(Sha256::FromRaw(left.first(Sha256::kSize)));
    left = left.subspan(Sha256::kSize);
  }
  const std::set<Sha256> distinct(ids.begin(), ids.end());
  if (ids.empty() || body.size() % Sha256::kSize != 0 || distinct.size() != ids.size()) {
    return Error(Errc::Invalid, "expected 1 to 1,024 different SHA-256 digests of 32 bytes each");
  }
  response.headers.Set("Cache-Control", "no-store");
  response.headers.Set("Content-Type", kBinary);
  response.producer = std::make_unique<ObjectsBody>(store_, std::move(ids));
  CodeBody(request, response);
  return Ok();
}

Status ContentApi::GetRevision(const Repository& repository, Request& request, Response& response) {
  const auto read = [&](Connection& connection) -> Status {
    auto history = TRY(storage::History::Open(connection, store_, repository.row));
    const auto resolved = TRY(history->Resolve(request.Param("rev")));
    const auto published = TRY(federation::FindPublishedName(connection, repository.row));
    response.SetJson({{"repository", repository.uid.ToString()},
                      {"published", published ? Json(published->ToString()) : Json()},
                      {"id", repository.id.Path()},
                      {"commit", resolved.revision.commit.ToString()},
                      {"ref", resolved.ref},
                      {"manifest", resolved.revision.manifest.ToString()},
                      {"files", resolved.revision.files},
                      {"bytes", resolved.revision.bytes},
                      {"licence", repository.licence},
                      {"private", repository.is_private}});
    return Ok();
  };
  const auto status = store_.core().database.Snapshot(read);
  if (status || status.error().code() != Errc::NotFound) return status;
  AnswerNoRevision(response);
  return Ok();
}

}  // namespace banyan::node
