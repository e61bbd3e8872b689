// Git LFS: POST [datasets/]{id}.git/info/lfs/objects/batch tells a client where to send or fetch
// objects. The links are served by node/api_lfs_objects.cc.

#include <algorithm>

#include "federation/mirror/demanded_file.h"
#include "node/absent_answer.h"
#include "node/links.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "node/xet_link.h"
#include "storage/base/json.h"
#include "storage/history/catalog_nodes.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::Connection;
using storage::Repository;

constexpr std::size_t kMaxObjects = 1000;
constexpr std::uint64_t kMaxParts = 10'000;
constexpr std::string_view kMediaType = "application/vnd.git-lfs+json";

struct Wanted {
  std::string oid;  // as sent
  std::uint64_t size_bytes = 0;
  std::optional<Sha256> sha256;              // nullopt: not a digest
  std::optional<storage::FileContent> file;  // usable by this repository, with this size
  bool is_stated = false;                    // a mirror's manifest names it; it is not held
};

enum class Transfer {
  Basic,
  Multipart,  // the client can, and all that is to be sent is large
  Xet,        // the client can: objects go to the chunk store (node/xet_api.h)
};
// A shard's list of chunks is limited, whose number nobody knows before they are cut.
constexpr std::uint64_t kMaxXetUploadBytes = std::uint64_t{64} << 30;
constexpr std::string_view kTransferNames[] = {"basic", "multipart", "xet"};

struct Batch {
  RepositoryCall& call;
  const Repository repository;
  bool is_upload = false;
  Transfer transfer = Transfer::Basic;
  std::vector<Wanted> objects = {};
  std::uint64_t part_bytes = 0;
  std::string refusal = {};  // of what is stated and not held; empty: it comes on demand
};

Json ErrorJson(const Wanted& object, int code, std::string_view message) {
  return {{"oid", object.oid},
          {"size", object.size_bytes},
          {"error", {{"code", code}, {"message", message}}}};
}

// Clients of LFS read "message".
void FinishError(Response& response) {
  if (response.status < 400) return;
  const auto message = FailureText(response);
  if (response.status == 401) {
    response.headers.Set("LFS-Authenticate", kBasicChallenge);
    response.headers.Set("WWW-Authenticate", kBasicChallenge);
  }
  response.SetText(kMediaType, DumpJson({{"message", message}, {"error", message}}));
}

bool Lists(const Json& body, const char* name, std::string_view wanted) {
  const Json* list = FindMember(body, name);
  if (list == nullptr || !list->is_array()) return false;
  return std::any_of(list->begin(), list->end(), [&](const Json& item) {
    return item.is_string() && item.get<std::string>() == wanted;
  });
}

// So large that there are at most kMaxParts and one for each object in the whole batch: the answer
// lists them all.
std::uint64_t PartBytes(const Batch& batch) {
  std::uint64_t bytes = 0;
  for (const Wanted& object : batch.objects) bytes += object.size_bytes / kMaxParts + 1;
  return std::max(bytes, batch.call.hub.config.upload_part.bytes);
}

Status ParseObjects(const Json& body, Batch& batch) {
  const auto operation = FindString(body, "operation").value_or("");
  if (operation != "upload" && operation != "download") {
    return Error(Errc::Invalid, "operation is \"upload\" or \"download\"");
  }
  batch.is_upload = operation == "upload";
  const Json* list = FindMember(body, "objects");
  if (list == nullptr || !list->is_array()) return Error(Errc::Invalid, "objects must be a list");
  if (list->size() > kMaxObjects) return Error(Errc::TooLarge, "too many objects in one batch");
  for (const auto& item : *list) {
    const auto size = FindInt(item, "size");
    if (!size || *size < 0) return Error(Errc::Invalid, "each object has an oid and a size");
    Wanted object{FindString(item, "oid").value_or(""), static_cast<std::uint64_t>(*size), {}, {}};
    if (const auto digest = Sha256::Parse(object.oid)) object.sha256 = *digest;
    batch.objects.push_back(std::move(object));
  }
  batch.part_bytes = PartBytes(batch);
  return Ok();
}

// A file that an upload may leave out, or a download may have: never more than the repository's
// own files and what is public anyway. What waits for its commit is for those who write.
Status FindObjects(Connection& connection, Batch& batch) {
  const auto& call = batch.call;
  const bool writes = storage::CanWrite(call.request.caller, batch.repository);
  const auto find = writes ? storage::FindUsableFile : storage::FindCommittedFile;
  for (auto& object : batch.objects) {
    object.file.reset();  // found before, and gone perhaps
    if (!object.sha256) continue;
    auto file = TRY(find(connection, batch.repository.row, *object.sha256));
    if (!file || file->size_bytes != object.size_bytes) continue;
    if (batch.is_upload && file->is_damaged) continue;  // to be sent anew
    object.file = *std::move(file);
  }
  return Ok();
}

// What need not be sent must still be here when the commit comes, which may be days later.
Status HoldFound(Batch& batch) {
  const auto is_here = [](const Wanted& object) { return object.file.has_value(); };
  if (std::none_of(batch.objects.begin(), batch.objects.end(), is_here)) return Ok();
  return batch.call.hub.database.Write([&](Connection& connection) -> Status {
    TRY(FindObjects(connection, batch));
    for (const auto& object : batch.objects) {
      if (!object.file) continue;
      TRY(storage::HoldFile(connection, batch.repository.row, *object.file,
                            storage::Holding::Uploaded, batch.call.NowMs()));
    }
    return Ok();
  });
}

SignedLink LinkTo(const Batch& batch, const Wanted& object, const char* method, const char* use) {
  SignedLink link;
  link.method = method;
  link.use = use;
  link.oid = *object.sha256;
  link.size_bytes = object.size_bytes;
  link.repository = batch.repository.row;
  link.user = batch.call.request.caller.user;
  link.token = batch.call.request.caller.token;
  link.expires_ms = batch.call.NowMs() + batch.call.hub.config.upload_link_lifetime.ms;
  return link;
}

std::string Href(const Batch& batch, const SignedLink& link) {
  return LinkIn(batch.call.hub, batch.call.request, batch.call.hub.signer.Sign(link));
}

// {"chunk_size": "...", "00001": link, ...} as multipart clients read it.
Json PartLinks(const Batch& batch, const Wanted& object) {
  const std::uint64_t part_bytes = batch.part_bytes;
  Json header = {{"chunk_size", std::to_string(part_bytes)}};
  auto link = LinkTo(batch, object, "PUT", "part");
  for (std::uint64_t at = 0; at < object.size_bytes; at += part_bytes) {
    ++link.part;
    link.size_bytes = std::min(part_bytes, object.size_bytes - at);
    header[fmt::format("{:05}", link.part)] = Href(batch, link);
  }
  return header;
}

// Where to send what the batch lacks, and with which token.
Json XetUploadJson(const Batch& batch) {
  const auto token = MakeXetToken(batch.call, batch.repository.row, Access::Write);
  HeaderList headers;
  SetXetToken(token, headers);
  Json header = Json::object();
  for (const auto& [name, value] : headers.fields()) header[name] = value;
  return {{"href", XetTokenUrl(batch.call, batch.repository.id, Access::Write, "main")},
          {"header", std::move(header)}};
}

Json UploadJson(const Batch& batch, const Wanted& object) {
  const auto& hub = batch.call.hub;
  const std::uint64_t most = hub.config.upload_max_file.bytes;
  if (most != 0 && object.size_bytes > most) {
    return ErrorJson(
        object, 413,
        "The file is larger than this node takes: " + Format(hub.config.upload_max_file));
  }
  Json answer = {{"oid", object.oid}, {"size", object.size_bytes}, {"authenticated", true}};
  if (object.file) return answer;  // it is here: no actions
  if (batch.transfer == Transfer::Xet) {
    answer["actions"] = {{"upload", XetUploadJson(batch)}};
    return answer;
  }
  const std::int64_t expires_s = hub.config.upload_link_lifetime.ms / 1000;
  Json upload = {{"expires_in", expires_s}};
  if (batch.transfer == Transfer::Multipart) {
    upload["href"] = Href(batch, LinkTo(batch, object, "POST", "complete"));
    upload["header"] = PartLinks(batch, object);
  } else {
    upload["href"] = Href(batch, LinkTo(batch, object, "PUT", "object"));
  }
  // Signed as well: git-lfs sends no token to the links of an authenticated object.
  const Json verify = {{"href", Href(batch, LinkTo(batch, object, "POST", "verify"))},
                       {"expires_in", expires_s}};
  answer["actions"] = {{"upload", std::move(upload)}, {"verify", verify}};
  return answer;
}

Json DownloadJson(const Batch& batch, const Wanted& object) {
  const bool comes = object.is_stated && batch.refusal.empty();
  if (!object.file && !object.is_stated) return ErrorJson(object, 404, "Object does not exist");
  if (!object.file && !comes) return ErrorJson(object, 403, batch.refusal);
  const std::int64_t expires_s = batch.call.hub.config.upload_link_lifetime.ms / 1000;
  return {{"oid", object.oid},
          {"size", object.size_bytes},
          {"authenticated", true},
          {"actions",
           {{"download",
             {{"href", Href(batch, LinkTo(batch, object, "GET", "object"))},
              {"expires_in", expires_s}}}}}};
}

Json AnswerJson(const Batch& batch) {
  Json objects = Json::array();
  for (const auto& object : batch.objects) {
    if (!object.sha256) {
      objects.push_back(ErrorJson(object, 422, "The oid is not a SHA-256 in lower-case hex"));
    } else if (batch.is_upload) {
      objects.push_back(UploadJson(batch, object));
    } else {
      objects.push_back(DownloadJson(batch, object));
    }
  }
  return {{"transfer", kTransferNames[static_cast<std::size_t>(batch.transfer)]},
          {"hash_algo", "sha256"},
          {"objects", std::move(objects)}};
}

// In parts only if all that is sent is: git-lfs takes one way for a whole batch.
Transfer ChooseTransfer(const Batch& batch, const Json& body) {
  if (!batch.is_upload) return Transfer::Basic;
  const auto& config = batch.call.hub.config;
  const bool fit_xet = std::ranges::all_of(
      batch.objects, [](const Wanted& object) { return object.size_bytes <= kMaxXetUploadBytes; });
  if (config.xet_enabled && fit_xet && Lists(body, "transfers", "xet")) return Transfer::Xet;
  const std::uint64_t from = config.upload_multipart_from.bytes;
  if (from == 0 || !Lists(body, "transfers", "multipart")) return Transfer::Basic;
  Transfer transfer = Transfer::Basic;
  for (const auto& object : batch.objects) {
    if (object.file || !object.sha256) continue;
    if (object.size_bytes < from || object.size_bytes == 0) return Transfer::Basic;
    transfer = Transfer::Multipart;
  }
  return transfer;
}

// What is to be sent, and what is public: both wait for the commit.
Result<std::uint64_t> CountBytesToHold(Connection& connection, const Batch& batch) {
  constexpr std::uint64_t kMost = INT64_MAX;
  std::uint64_t sum = 0;
  for (const auto& object : batch.objects) {
    if (!object.sha256) continue;
    const auto bytes = TRY(storage::CountNewBytes(connection, batch.repository.row, *object.sha256,
                                                  object.size_bytes));
    sum += std::min(bytes, kMost - sum);
  }
  return sum;
}

// Of a mirror: which of what is not held its manifests name.
Status FindStated(Connection& connection, Batch& batch) {
  const auto is_absent = [](const Wanted& object) { return object.sha256 && !object.file; };
  if (batch.repository.origin == 0 || std::ranges::none_of(batch.objects, is_absent)) return Ok();
  storage::CatalogNodes nodes(connection);
  const auto stated = TRY(federation::ListStated(connection, nodes, batch.repository.row));
  for (auto& object : batch.objects) {
    if (!is_absent(object)) continue;
    const auto found = stated.find(*object.sha256);
    object.is_stated = found != stated.end() && found->second.size_bytes == object.size_bytes;
  }
  batch.refusal = TRY(WhyRefused(batch.call.hub, batch.repository));
  return Ok();
}

Status FindAll(Batch& batch) {
  auto lease = TRY(batch.call.hub.database.Read());
  TRY(FindObjects(*lease, batch));
  if (!batch.is_upload) return FindStated(*lease, batch);
  const auto bytes = TRY(CountBytesToHold(*lease, batch));
  return storage::RequireUploadRoom(*lease, batch.repository.row, bytes, batch.call.hub.quota());
}

Status Answer(Batch& batch, const Json& body) {
  TRY(FindAll(batch));
  if (batch.is_upload) TRY(HoldFound(batch));
  batch.transfer = ChooseTransfer(batch, body);
  batch.call.response.SetText(kMediaType, DumpJson(AnswerJson(batch)));
  return Ok();
}

void HandleBatch(RepositoryCall& call) {
  const auto body = call.ReadJson();
  if (!body) return;
  const bool is_upload = FindString(*body, "operation") == "upload";
  const auto repository = call.Find(is_upload ? Access::Write : Access::Files);
  if (!repository) return;
  Batch batch{call, *repository};
  Status status = ParseObjects(*body, batch);
  if (status) status = Answer(batch, *body);
  if (!status) call.Fail(status.error());
}

void PostBatch(RepositoryCall& call) {
  HandleBatch(call);
  FinishError(call.response);
}

// Locks are not offered; clients go on without.
void AnswerNoLocks(RepositoryCall& call) {
  Fail(call.response, 404, "This node has no file locks");
  FinishError(call.response);
}

}  // namespace

void AddLfsRoutes(Router& router, Hub& hub) {
  AddFileRoute(router, hub, "POST", "/info/lfs/objects/batch", PostBatch);
  AddFileRoute(router, hub, "GET", "/info/lfs/locks", AnswerNoLocks);
  AddFileRoute(router, hub, "POST", "/info/lfs/locks", AnswerNoLocks);
  AddFileRoute(router, hub, "POST", "/info/lfs/locks/verify", AnswerNoLocks);
}

}  // namespace banyan::node
