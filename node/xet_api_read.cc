// Reading: what a file is made of, and the bytes of its xorbs.

#include <algorithm>
#include <map>

#include "node/file_answer.h"
#include "node/http/byte_range.h"
#include "node/http/conditional.h"
#include "node/http/http_error.h"
#include "node/immutable_answer.h"
#include "node/links.h"
#include "node/xet_api.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kFetchLifetimeMs = 3'600'000;
constexpr std::size_t kMaxFilesAsked = 1000;
constexpr std::uint64_t kMaxChunksAsked = 4'194'304;  // of all files of one call

using storage::FileTerm;
using storage::FileTerms;

Json RangeJson(std::uint64_t start, std::uint64_t end) { return {{"start", start}, {"end", end}}; }

class TermsJson {
 public:
  TermsJson(const Hub& hub, const Request& request, const XetGrant& grant)
      : hub_(hub), request_(request), grant_(grant) {
    grant_.may_write = false;
    grant_.expires_ms = hub.clock.NowMs() + kFetchLifetimeMs;
  }

  // The list of a file's terms; what they need is noted.
  Json Add(const FileHash& file, const FileTerms& terms) {
    Json list = Json::array();
    for (const FileTerm& term : terms.terms) {
      list.push_back({{"hash", term.xorb.ToString()},
                      {"unpacked_length", term.raw_bytes},
                      {"range", RangeJson(term.chunks.first, term.chunks.end)}});
      Note(file, term);
    }
    return list;
  }

  Json FetchInfo() const {  // version 1
    Json xorbs = Json::object();
    for (const auto& [hash, wanted] : wanted_) {
      xorbs[hash] = Json::array(
          {{{"range", RangeJson(wanted.term.chunks.first, wanted.term.chunks.end)},
            {"url", Url(wanted)},
            {"url_range", RangeJson(wanted.term.stored_from, wanted.term.stored_end - 1)}}});
    }
    return xorbs;
  }
  Json Xorbs() const {  // version 2
    Json xorbs = Json::object();
    for (const auto& [hash, wanted] : wanted_) {
      const Json ranges = {
          {{"chunks", RangeJson(wanted.term.chunks.first, wanted.term.chunks.end)},
           {"bytes", RangeJson(wanted.term.stored_from, wanted.term.stored_end - 1)}}};
      xorbs[hash] = Json::array({{{"url", Url(wanted)}, {"ranges", ranges}}});
    }
    return xorbs;
  }

 private:
  struct Wanted {
    FileHash file;
    FileTerm term;  // as wide as all that need the xorb
  };

  void Note(const FileHash& file, const FileTerm& term) {
    auto& wanted = wanted_.try_emplace(term.xorb.ToString(), Wanted{file, term}).first->second.term;
    wanted.chunks.first = std::min(wanted.chunks.first, term.chunks.first);
    wanted.chunks.end = std::max(wanted.chunks.end, term.chunks.end);
    wanted.stored_from = std::min(wanted.stored_from, term.stored_from);
    wanted.stored_end = std::max(wanted.stored_end, term.stored_end);
  }
  std::string Url(const Wanted& wanted) const {
    return LinkIn(hub_, request_,
                  SignFetch(hub_.signer, {wanted.file, wanted.term.place, wanted.term.stored_from,
                                          wanted.term.stored_end, grant_}));
  }

  const Hub& hub_;
  const Request& request_;
  XetGrant grant_;
  std::map<std::string, Wanted> wanted_;  // by the text of the hash
};

class XorbBody final : public BodyProducer {
 public:
  XorbBody(Metrics& metrics, std::unique_ptr<storage::XorbData> data, const ByteSelection& part)
      : metrics_(metrics), data_(std::move(data)), part_(part) {}
  std::optional<std::uint64_t> size_bytes() const override { return part_.size_bytes; }
  Status Write(BodySink& sink) override {
    return data_->Stream(part_.offset, part_.size_bytes, [&](ByteView slice) -> Status {
      TRY(sink.Write(slice));
      metrics_.Add(Counter::FileBytesServed, slice.size());
      return Ok();
    });
  }

 private:
  Metrics& metrics_;
  const std::unique_ptr<storage::XorbData> data_;
  const ByteSelection part_;
};

}  // namespace

// Only what the repository has, or everybody.
Result<storage::FileContent> XetApi::FindFile(const XetGrant& grant, const FileHash& hash) {
  auto lease = TRY(hub_.database.Read());
  auto file =
      TRY(storage::FindHeldFile(*lease, grant.repository, hash, storage::Holding::Committed));
  if (file) return *std::move(file);
  return Error(Errc::NotFound, "this repository has no file " + hash.ToString());
}

Status XetApi::GetTermsV1(const XetGrant& grant, Request& request, Response& response) {
  return GetTerms(grant, request, response, Version::V1);
}

Status XetApi::GetTermsV2(const XetGrant& grant, Request& request, Response& response) {
  return GetTerms(grant, request, response, Version::V2);
}

Status XetApi::GetTerms(const XetGrant& grant, Request& request, Response& response,
                        Version version) {
  const auto hash = TRY(FileHash::Parse(request.Param("hash")));
  storage::FileContent file;  // no chunks
  if (!hash.IsZero()) file = TRY(FindFile(grant, hash));
  const auto header = request.headers.Joined("Range");
  // Not to be left out, as of a file: a client that asked for a part would take the whole for it.
  // Nor 416, which clients take for the end of the file.
  if (!header.empty() && !ParseRange(header)) {
    return Error(Errc::Invalid, "Range: expected one range such as bytes=0-255999999");
  }
  const auto range = ResolveRange(header, file.size_bytes);
  if (range.status == 416) {
    response.headers.Set("Content-Range", range.content_range);
    Fail(response, 416, "The range begins past the end of the file");
    return Ok();
  }
  FileTerms terms;
  if (range.size_bytes > 0) {
    const auto sections = TRY(sections_.Load(file));
    terms = TRY(storage::TermsOf(*sections, range.offset, range.offset + range.size_bytes));
  }
  TermsJson json(hub_, request, grant);
  Json answer = {{"offset_into_first_range", terms.skip_bytes}};
  answer["terms"] = json.Add(hash, terms);
  if (version == Version::V1) answer["fetch_info"] = json.FetchInfo();
  if (version == Version::V2) answer["xorbs"] = json.Xorbs();
  response.headers.Set("Cache-Control", "private, no-store");
  response.SetJson(answer);
  return Ok();
}

Status XetApi::GetTermsOfFiles(const XetGrant& grant, Request& request, Response& response) {
  const Error too_much(Errc::TooLarge, "too many files in one call: ask for some at a time");
  TermsJson json(hub_, request, grant);
  Json files = Json::object();
  std::uint64_t chunks = 0;
  for (const auto& param : request.query) {
    if (param.name != "file_id") continue;
    const auto hash = TRY(FileHash::Parse(param.value));
    if (files.contains(hash.ToString())) continue;
    if (files.size() == kMaxFilesAsked) return too_much;
    FileTerms terms;
    if (!hash.IsZero()) {
      const auto file = TRY(FindFile(grant, hash));
      chunks += file.chunk_count;
      if (chunks > kMaxChunksAsked) return too_much;
      const auto sections = TRY(sections_.Load(file));
      if (file.size_bytes > 0) terms = TRY(storage::TermsOf(*sections, 0, file.size_bytes));
    }
    files[hash.ToString()] = json.Add(hash, terms);
  }
  if (files.empty()) return Error(Errc::Invalid, "name files with file_id=");
  response.headers.Set("Cache-Control", "private, no-store");
  response.SetJson({{"files", std::move(files)}, {"fetch_info", json.FetchInfo()}});
  return Ok();
}

Status XetApi::HeadFile(const XetGrant& grant, Request& request, Response& response) {
  const auto file = TRY(FindFile(grant, TRY(FileHash::Parse(request.Param("hash")))));
  AnswerSize(request, response, file.size_bytes, file.hash.ToString());
  return Ok();
}

// A link that does not hold any more is 403: then clients ask for the terms again.
Status XetApi::Fetch(Request& request, Response& response) {
  const XetFetch fetch = TRY(FetchOf(hub_.signer, request, hub_.clock.NowMs()));
  TRY(RequireRights(fetch.grant, Right::Read));
  const auto file = TRY(FindFile(fetch.grant, fetch.file));
  const auto sections = TRY(sections_.Load(file));
  auto data = TRY(storage::XorbData::Of(hub_.content, *sections, fetch.xorb));
  response.headers.Set("Cache-Control", kImmutable);
  response.headers.Set("Content-Type", kBinary);
  const std::string etag = "\"" + std::string(request.Param("file")) + "-" +
                           request.Param("section") + "-" + request.Param("run") + "\"";
  const auto part = SelectBytes(request, etag, data->SizeBytes(), response);
  if (!part) return Ok();
  if (part->offset < fetch.from || part->offset + part->size_bytes > fetch.end) {
    response.headers.Remove("Content-Range");
    return Error(Errc::Denied, "this link gives bytes " + std::to_string(fetch.from) + "-" +
                                   std::to_string(fetch.end - 1) + " only");
  }
  response.producer = std::make_unique<XorbBody>(hub_.metrics, std::move(data), *part);
  return Ok();
}

}  // namespace banyan::node
