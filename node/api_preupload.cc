// POST /api/{t}/{id}/preupload/{rev}: which files of an upload go through LFS, which are to be
// skipped, and what is there already under each path. A repository without a commit takes any
// branch: what is uploaded begins it.

#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/history/git_attributes.h"
#include "storage/history/git_ignore.h"

namespace banyan::node {
namespace {

using storage::AttributeTree;

constexpr std::size_t kMaxFiles = 10'000;
constexpr std::uint64_t kMaxBodyBytes = 16u << 20;
constexpr JsonLimits kBodyLimits{kMaxBodyBytes, 8, 10 * kMaxFiles};

// The attributes and ignore rules of a revision, read as paths need them. Those that the upload
// brings along hold instead of the root's.
class UploadRules {
 public:
  // No revision: nothing is there yet.
  UploadRules(storage::History& history, const std::optional<storage::Revision>& revision)
      : history_(history), revision_(revision) {}

  Status Load(const Json& body) {
    if (const auto text = FindString(body, "gitAttributes")) TRY(attributes_.Set("", *text));
    auto text = FindString(body, "gitIgnore");
    if (!text) text = TRY(ReadText(".gitignore"));
    ignore_ = storage::GitIgnore(*text);
    return Ok();
  }

  Result<storage::LfsFilter> Filter(const std::string& path) {
    for (std::size_t slash = 0;; slash = path.find('/', slash + 1)) {
      if (slash == path.npos) return attributes_.Filter(path);
      const auto folder = path.substr(0, slash);
      if (attributes_.Has(folder)) continue;
      const auto file = folder.empty() ? ".gitattributes" : folder + "/.gitattributes";
      TRY(attributes_.Set(folder, TRY(ReadText(file))));
    }
  }
  bool Ignores(const std::string& path) { return ignore_.Ignores(path, ignore_steps_); }
  // TooLarge when looking for ignored files took so long that the answers count for nothing.
  Status RequireQuick() const {
    if (ignore_steps_ <= storage::kMaxPatternSteps) return Ok();
    return Error(Errc::TooLarge,
                 "comparing these files with the patterns of .gitignore takes too long: name fewer "
                 "files at once, or have fewer patterns");
  }
  std::size_t memory_bytes() const { return attributes_.memory_bytes(); }
  // What clients compare their own file with: the SHA-256 of an LFS file, else git's id.
  Result<std::optional<std::string>> CurrentId(const std::string& path) {
    if (!revision_) return std::optional<std::string>();
    const auto entry = TRY(history_.FindFile(*revision_, path));
    if (!entry || entry->IsSubmodule()) return std::optional<std::string>();
    return std::optional(entry->IsPointer() ? entry->sha256.ToString() : entry->oid.ToString());
  }

 private:
  // Of a larger one no more is looked at than of an absent one, as a commit does.
  Result<std::string> ReadText(const std::string& path) {
    if (!revision_) return std::string();
    const auto bytes = history_.ReadSmallFile(*revision_, path, storage::kMaxGitBlobBytes);
    if (!bytes && bytes.error().code() == Errc::TooLarge) return std::string();
    if (!bytes) return bytes.error();
    return *bytes ? std::string(AsText(**bytes)) : std::string();
  }

  storage::History& history_;
  const std::optional<storage::Revision> revision_;
  AttributeTree attributes_;
  storage::GitIgnore ignore_;
  std::uint64_t ignore_steps_ = 0;
};

Result<Json> Judge(UploadRules& rules, const Json& file) {
  const auto path = FindString(file, "path");
  const auto size = FindInt(file, "size");
  if (!path || !size || *size < 0) return Error(Errc::Invalid, "each file has a path and a size");
  TRY(storage::ValidatePath(*path).Context(*path));
  const auto sample = ParseBase64(FindString(file, "sample").value_or(""));
  if (!sample) return Error(Errc::Invalid, *path + ": the sample is not base64");
  const auto filter = TRY(rules.Filter(*path));
  const auto form = storage::ChooseForm(filter, AsText(*sample), static_cast<std::uint64_t>(*size));
  Json answer = {{"path", *path},
                 {"uploadMode", form == storage::FileForm::Pointer ? "lfs" : "regular"},
                 {"shouldIgnore", rules.Ignores(*path)}};
  TRY(rules.RequireQuick());
  if (const auto id = TRY(rules.CurrentId(*path))) answer["oid"] = *id;
  return answer;
}

Result<Json> JudgeAll(Request& request, RepositoryReading& reading,
                      const std::optional<storage::Revision>& revision, const Json& body) {
  const Json* files = FindMember(body, "files");
  if (files == nullptr || !files->is_array()) return Error(Errc::Invalid, "files must be a list");
  if (files->size() > kMaxFiles) return Error(Errc::TooLarge, "too many files in one call");
  UploadRules rules(*reading.history, revision);
  TRY(rules.Load(body));
  const std::uint64_t body_bytes = request.held_memory_bytes();
  Json answers = Json::array();
  for (const auto& file : *files) {
    TRY(request.RequireClient());
    TRY(request.HoldMemory(body_bytes + rules.memory_bytes()));
    answers.push_back(TRY(Judge(rules, file)));
  }
  Json json{{"files", std::move(answers)}};
  if (revision) json["commitOid"] = revision->commit.ToString();
  return json;
}

// The body may come slowly: nothing is open meanwhile.
void PostPreupload(RepositoryCall& call) {
  if (!call.Find(storage::Access::Write)) return;
  const auto body = ReadJsonOrAnswer(call.request, call.response, kMaxBodyBytes, kBodyLimits);
  if (!body) return;
  const auto reading = call.Open(storage::Access::Write);
  if (!reading) return;
  std::optional<storage::Revision> revision;
  if (!reading->IsEmpty()) {
    revision = call.Resolve(*reading, call.request.Param("rev"));
    if (!revision) return;
  }
  const auto answer = JudgeAll(call.request, *reading, revision, *body);
  if (!answer) return call.Fail(answer.error());
  call.response.SetJson(*answer);
}

}  // namespace

void AddPreuploadRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "POST", "/preupload/*rev", PostPreupload, {kMaxBodyBytes});
}

}  // namespace banyan::node
