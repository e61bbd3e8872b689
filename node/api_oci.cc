// GET and HEAD /v2/{owner}/{name}/manifests/{tag} and .../blobs/{digest}: GGUF models as ollama
// pulls them, in the shapes of the OCI distribution specification. llama.cpp asked for the same
// manifest until 2026, and reads from it which file a tag means.

#include <algorithm>
#include <map>
#include <set>

#include "node/entry_answer.h"
#include "node/file_answer.h"
#include "node/gguf_choice.h"
#include "node/http/http_error.h"
#include "node/links.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/catalog/repository_head.h"
#include "storage/history/file_traits.h"

namespace banyan::node {
namespace {

using storage::ManifestEntry;
using Files = std::map<std::string, ManifestEntry>;

constexpr std::size_t kMaxFiles = 10'000;
constexpr std::string_view kManifestType = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view kConfigType = "application/vnd.docker.container.image.v1+json";
constexpr std::string_view kDigestPrefix = "sha256:";

// Files at the top level that are layers of their own.
struct NamedLayer {
  std::string_view path;
  std::string_view type;
};
constexpr NamedLayer kNamedLayers[] = {
    {"template", "template"}, {"system", "system"}, {"params", "params"}};

std::string DigestOf(const Sha256& sha256) {
  return std::string(kDigestPrefix) + sha256.ToString();
}

Json LayerJson(std::string_view type, const ManifestEntry& entry) {
  return {{"mediaType", "application/vnd.ollama.image." + std::string(type)},
          {"digest", DigestOf(entry.sha256)},
          {"size", entry.size_bytes}};
}

Json FileJson(const std::string& path, const ManifestEntry& entry) {
  return {{"rfilename", path}, {"size", entry.size_bytes}};
}

Result<Files> ListFiles(RepositoryReading& reading, const storage::Revision& revision) {
  Files files;
  storage::History::ListOptions options;
  options.recursive = true;
  options.limit = kMaxFiles;
  for (const auto& item : TRY(reading.history->List(revision, options)).items) {
    if (!item.is_folder && !item.entry.IsSubmodule()) files.emplace(item.path, item.entry);
  }
  return files;
}

std::vector<std::string> PathsOf(const Files& files) {
  std::vector<std::string> paths;
  for (const auto& [path, entry] : files) paths.push_back(path);
  return paths;
}

Json LayersJson(const Files& files, const GgufChoice& choice) {
  Json layers = Json::array({LayerJson("model", files.at(choice.model))});
  if (!choice.projector.empty()) {
    layers.push_back(LayerJson("projector", files.at(choice.projector)));
  }
  for (const auto& named : kNamedLayers) {
    const auto found = files.find(std::string(named.path));
    if (found != files.end()) layers.push_back(LayerJson(named.type, found->second));
  }
  std::vector<storage::RevisionFile> listed;
  for (const auto& [path, entry] : files) listed.push_back({path, entry.size_bytes});
  const auto licences = storage::LicenceFiles(listed);
  if (!licences.empty()) layers.push_back(LayerJson("license", files.at(licences.front())));
  return layers;
}

// As ollama shows it: "7.6B", "135M".
std::string ParametersText(const std::optional<std::uint64_t>& count) {
  if (!count) return "";
  const auto number = static_cast<double>(*count);
  return number >= 1e9 ? fmt::format("{:.1f}B", number / 1e9)
                       : fmt::format("{:.0f}M", std::max(number / 1e6, 1.0));
}

// Empty: not known.
Result<std::string> FamilyOf(RepositoryReading& reading) {
  const auto metadata = TRY(storage::GetMetadata(*reading.lease, reading.repository.row));
  const Json json = TRY(ParseJson(metadata));
  const Json* gguf = FindMember(json, "gguf");
  return gguf == nullptr ? "" : FindString(*gguf, "architecture").value_or("");
}

// The config of a model, a blob that is in no file.
std::string MakeConfig(const storage::Repository& repository, const std::string& family,
                       const std::string& path) {
  const Json config = {{"model_format", "gguf"},
                       {"model_family", family},
                       {"model_families", family.empty() ? Json::array() : Json::array({family})},
                       {"model_type", ParametersText(repository.parameters)},
                       {"file_type", QuantisationOf(path)},
                       {"architecture", "amd64"},
                       {"os", "linux"},
                       {"rootfs", {{"type", "layers"}, {"diff_ids", Json::array()}}}};
  return DumpJson(config);
}

Json ManifestJson(const Files& files, const GgufChoice& choice, const std::string& config) {
  Json manifest = {{"schemaVersion", 2},
                   {"mediaType", kManifestType},
                   {"config",
                    {{"mediaType", kConfigType},
                     {"digest", DigestOf(HashSha256(AsBytes(config)))},
                     {"size", config.size()}}},
                   {"layers", LayersJson(files, choice)},
                   {"ggufFile", FileJson(choice.model, files.at(choice.model))}};
  if (!choice.projector.empty()) {
    manifest["mmprojFile"] = FileJson(choice.projector, files.at(choice.projector));
  }
  return manifest;
}

bool IsLlamaCpp(const Request& request) {
  return request.headers.Find("User-Agent").value_or("").starts_with("llama-cpp");
}

// ollama takes 401 for the begin of a handshake with keys of its own, which no node has.
void SayPlainly(const Request& request, Response& response) {
  if (response.status != 401 || IsLlamaCpp(request)) return;
  response.status = response.headers.Find("X-Error-Code") == "GatedRepo" ? 403 : 404;
  response.headers.Remove("WWW-Authenticate");
}

// The default branch as it is now.
struct Opened {
  std::unique_ptr<RepositoryReading> reading;
  Files files;
};
std::optional<Opened> Open(RepositoryCall& call) {
  Opened opened{call.Open(storage::Access::Files), {}};
  if (opened.reading == nullptr) {
    SayPlainly(call.request, call.response);
    return std::nullopt;
  }
  const auto revision = call.Resolve(*opened.reading, "HEAD");
  if (!revision) return std::nullopt;
  auto files = ListFiles(*opened.reading, *revision);
  if (!files) {
    call.Fail(files.error());
    return std::nullopt;
  }
  opened.files = *std::move(files);
  return opened;
}

void GetManifest(RepositoryCall& call) {
  const auto opened = Open(call);
  if (!opened) return;
  const auto choice = ChooseGguf(PathsOf(opened->files), call.request.Param("tag"));
  if (!choice) return node::Fail(call.response, 404, choice.error().message());
  if (choice->parts > 1 && !IsLlamaCpp(call.request)) {
    return node::Fail(call.response, 400,
                      choice->model + " is the first of " + std::to_string(choice->parts) +
                          " parts, and such models cannot be pulled in this way: name another "
                          "quantisation, or get the files and join them by llama-gguf-split");
  }
  const auto family = FamilyOf(*opened->reading);
  if (!family) return call.Fail(family.error());
  const auto config = MakeConfig(opened->reading->repository, *family, choice->model);
  auto text = DumpJson(ManifestJson(opened->files, *choice, config));
  call.response.headers.Set("Docker-Content-Digest", DigestOf(HashSha256(AsBytes(text))));
  call.response.headers.Set("Cache-Control", "no-cache");
  call.response.SetText(kManifestType, std::move(text));
}

// Of one of the models. Empty: it is of none.
Result<std::string> FindConfig(Opened& opened, const Sha256& sha256) {
  const auto family = TRY(FamilyOf(*opened.reading));
  std::set<std::string> seen;  // most models differ in nothing but their quantisation
  for (const auto& [path, entry] : opened.files) {
    if (!IsGguf(path) || !seen.insert(QuantisationOf(path)).second) continue;
    auto config = MakeConfig(opened.reading->repository, family, path);
    if (HashSha256(AsBytes(config)) == sha256) return config;
  }
  return std::string();
}

void GetBlob(RepositoryCall& call) {
  const auto& digest = call.request.Param("digest");
  const auto sha256 = digest.starts_with(kDigestPrefix)
                          ? Sha256::Parse(std::string_view(digest).substr(kDigestPrefix.size()))
                          : Error(Errc::Invalid, "");
  if (!sha256) {
    return node::Fail(call.response, 400, "a digest is \"sha256:\" and 64 hexadecimal digits");
  }
  auto opened = Open(call);
  if (!opened) return;
  auto& headers = call.response.headers;
  headers.Set("Docker-Content-Digest", digest);
  headers.Set("Location",
              LinkIn(call.hub, call.request, call.request.path));  // where the client goes on
  for (const auto& [path, entry] : opened->files) {
    if (entry.sha256 != *sha256) continue;
    SetFileHeaders(call.response, path, false);
    const auto repository = opened->reading->repository.row;
    AnswerEntry(call, std::move(opened->reading), entry, sha256->ToString());
    return CountDownload(call, repository);
  }
  auto config = FindConfig(*opened, *sha256);
  if (!config) return call.Fail(config.error());
  if (!config->empty()) return call.response.SetText(kConfigType, *std::move(config));
  headers.Remove("Location");
  node::Fail(call.response, 404, "no file of the default branch has this digest");
}

}  // namespace

void AddOciRoutes(Router& router, Hub& hub) {
  const auto add = [&](const std::string& rest, RepositoryHandler handler) {
    router.Add("GET", "/v2/:ns/:name" + rest,
               [&hub, handler](Request& request, Response& response) {
                 RepositoryCall call{hub, storage::RepositoryKind::Model, request, response};
                 handler(call);
               });
  };
  add("/manifests/:tag", GetManifest);
  add("/blobs/:digest", GetBlob);
}

}  // namespace banyan::node
