// GET /api/{t}/{id} and /api/{t}/{id}/revision/{rev}: everything about a repository, as of its
// head or another revision. Queries: blobs (sizes and digests of siblings), securityStatus (no file
// was scanned), expand (only these properties).

#include <algorithm>

#include "node/hub_json.h"
#include "node/repository_call.h"
#include "node/revision_source.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/catalog/repository_head.h"
#include "storage/history/repository_metadata.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::ManifestEntry;

// The values of `expand`, in its spellings.
std::vector<std::string> ExpandedNames(const Request& request) {
  std::vector<std::string> names;
  for (const auto& param : request.query) {
    if (param.name == "expand" || param.name == "expand[]") names.push_back(param.value);
  }
  return names;
}

bool Wants(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

Result<Json> Siblings(storage::History& history, const storage::Revision& revision, bool blobs) {
  TRY(history.LoadManifest(revision));
  Json siblings = Json::array();
  const auto visit = [&](const std::string& path, const ManifestEntry& entry) -> Status {
    Json sibling = {{"rfilename", path}};
    if (blobs && !entry.IsSubmodule()) {
      sibling["size"] = entry.size_bytes;
      sibling["blobId"] = entry.oid.ToString();
      if (entry.IsPointer()) sibling["lfs"] = LfsJson(entry, "sha256");
    }
    siblings.push_back(std::move(sibling));
    return Ok();
  };
  TRY(storage::WalkManifest(history.nodes(), revision.manifest, "", visit));
  return siblings;
}

// What `revision` says about itself: from the catalog if that speaks of it, else read from its
// files.
struct Description {
  Json metadata;
  std::vector<std::string> tags;
  std::string task;
  std::string library;
  std::string licence;
};
Result<Description> Describe(RepositoryReading& reading, storage::ContentStore& content,
                             const storage::Revision& revision) {
  const auto& repository = reading.repository;
  if (repository.described == revision.commit) {
    auto metadata = TRY(ParseJson(TRY(storage::GetMetadata(*reading.lease, repository.row))));
    auto tags = TRY(storage::ListTags(*reading.lease, repository.row));
    return Description{std::move(metadata), std::move(tags), repository.task, repository.library,
                       repository.licence};
  }
  const auto view = TRY(ViewRevision(*reading.history, repository.row, content, revision));
  const auto read = TRY(storage::ReadRepositoryMetadata(view, repository.id.kind));
  return Description{Json(storage::ToJson(read)), read.tags, read.task, read.library,
                     storage::LicenceColumn(read)};
}

// The mark of a mirror.
Status AddMirror(RepositoryReading& reading, const std::optional<storage::Revision>& revision,
                 Json& json) {
  const auto mark = TRY(federation::FindMirrorMark(*reading.lease, reading.repository.row));
  if (!mark) return Ok();
  federation::Holdings holdings;
  if (revision) {
    TRY(reading.history->LoadManifest(*revision));
    holdings = TRY(federation::CountHoldings(*reading.lease, reading.history->nodes(),
                                             reading.repository.row, revision->manifest));
  }
  json["banyan"] = MirrorJson(*mark, holdings);
  return Ok();
}

Result<Json> Everything(RepositoryCall& call, RepositoryReading& reading,
                        const std::optional<storage::Revision>& revision,
                        const std::vector<std::string>& names) {
  storage::Repository repository = reading.repository;
  Description description;
  if (revision) description = TRY(Describe(reading, call.hub.content, *revision));
  repository.task = description.task;
  repository.library = description.library;
  repository.licence = description.licence;
  Json json = RepositoryJson(repository, description.tags);
  AddMetadataJson(json, description.metadata, call.kind);
  if (repository.origin != 0 && Wants(names, "banyan")) TRY(AddMirror(reading, revision, json));
  if (!revision) return json;
  json["sha"] = revision->commit.ToString();
  if (Wants(names, "siblings")) {
    json["siblings"] = TRY(Siblings(*reading.history, *revision, call.request.QueryFlag("blobs")));
  }
  return json;
}

void Answer(RepositoryCall& call, RepositoryReading& reading,
            const std::optional<storage::Revision>& revision) {
  const auto names = ExpandedNames(call.request);
  auto json = Everything(call, reading, revision, names);
  if (!json) return call.Fail(json.error());
  if (names.empty()) {
    if (call.kind == storage::RepositoryKind::Model) (*json)["spaces"] = Json::array();
    if (call.request.QueryFlag("securityStatus")) {
      (*json)["securityRepoStatus"] = {{"scansDone", false}, {"filesWithIssues", Json::array()}};
    }
    return call.response.SetJson(*json);
  }
  (*json)["xetEnabled"] = call.hub.config.xet_enabled;
  call.response.SetJson(KeepProperties(*json, names));
}

void GetHead(RepositoryCall& call) {
  const auto reading = call.Open(Access::Metadata);
  if (!reading) return;
  if (!reading->repository.head) return Answer(call, *reading, std::nullopt);
  const auto revision = call.Resolve(*reading, reading->repository.head->ToString());
  if (revision) Answer(call, *reading, revision);
}

void GetRevision(RepositoryCall& call) {
  const auto reading = call.Open(Access::Metadata);
  if (!reading) return;
  const auto revision = call.Resolve(*reading, call.request.Param("rev"));
  if (revision) Answer(call, *reading, revision);
}

}  // namespace

void AddRepositoryRoutes(Router& router, Hub& hub) {
  AddKeptApiRoute(router, hub, "", GetHead);
  AddKeptApiRoute(router, hub, "/revision/*rev", GetRevision);
}

}  // namespace banyan::node
