// GET /api/models and /api/datasets: lists and search, in pages. Queries: search, author, filter
// (tags), pipeline_tag, library, language, license, dtype, architecture, num_parameters, gated,
// inference, inference_provider, sort, direction, limit, cursor; full, cardData, config and expand
// for more or other properties.

#include <algorithm>
#include <charconv>

#include "node/hub_json.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/ascii_case.h"
#include "storage/base/json.h"
#include "storage/catalog/repository_search.h"
#include "storage/metadata/licence.h"

namespace banyan::node {
namespace {

using storage::RepositoryKind;
using storage::RepositoryQuery;

void AddSplit(std::string_view list, std::vector<std::string>& out,
              const std::string& prefix = "") {
  while (!list.empty()) {
    const auto item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    if (!item.empty()) out.push_back(prefix + std::string(item));
  }
}

Result<std::size_t> ParseLimit(std::string_view text) {
  std::size_t limit = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size()) return limit;
  return Error(Errc::Invalid, "limit: expected a number");
}

// As the catalog has it: a hub's id ("apache-2.0"), a title or an SPDX expression may be asked for.
std::string LicenceWanted(const std::string& text) {
  const auto licence = storage::NormaliseLicence(text);
  return licence.kind == storage::LicenceKind::Unknown ? text : licence.expression;
}

// One parameter of the request; those that nobody knows here are left alone.
Status TakeParameter(const QueryParam& param, RepositoryQuery& query) {
  const auto& [name, raw, value] = param;
  if (value.empty()) return Ok();
  if (name == "search") query.search = value;
  if (name == "author") query.author = value;
  if (name == "filter" || name == "tags") AddSplit(value, query.tags);
  if (name == "language") AddSplit(value, query.languages);
  if (name == "dtype" || name == "architecture") {
    AddSplit(LowerAscii(value), query.tags, name + ":");
  }
  if (name == "pipeline_tag") query.task = value;
  if (name == "library") query.library = value;
  if (name == "license") query.licence = LicenceWanted(value);
  if (name == "num_parameters") query.parameters = TRY(storage::ParseParameterRange(value));
  if (name == "apps") {
    return Error(Errc::Invalid,
                 "apps: this node does not know which programs run a model: ask for a library or a "
                 "tag instead");
  }
  if (name == "sort") query.sort = TRY(storage::ParseSortKey(value));
  if (name == "direction") query.ascending = value == "1";
  if (name == "limit") query.limit = TRY(ParseLimit(value));
  if (name == "cursor") query.cursor = value;
  return Ok();
}

Result<RepositoryQuery> ParseRequest(const Request& request, RepositoryKind kind) {
  RepositoryQuery query;
  query.kind = kind;
  query.limit = storage::kMaxPageSize;
  for (const auto& param : request.query) TRY(TakeParameter(param, query));
  if (request.Query("gated")) query.gated = request.QueryFlag("gated");
  return query;
}

// Asked for models that somebody runs for others, which no node knows of.
bool MatchesNothing(const Request& request) {
  return std::ranges::any_of(request.query, [](const QueryParam& param) {
    const bool is_served = param.name == "inference" || param.name == "inference_provider";
    return is_served && !param.value.empty();
  });
}

// Which properties the items get.
struct Shape {
  std::vector<std::string> expand;  // only these, if any
  bool card = false;
  bool config = false;
  bool NeedsMetadata() const { return !expand.empty() || card || config; }
};

Shape ShapeOf(const Request& request) {
  Shape shape;
  for (const auto& param : request.query) {
    if (param.name == "expand" || param.name == "expand[]") shape.expand.push_back(param.value);
  }
  const bool full = request.QueryFlag("full");
  shape.card = full || request.QueryFlag("cardData");
  shape.config = full || request.QueryFlag("config");
  return shape;
}

Result<Json> ItemJson(const storage::ListedRepository& item, const Shape& shape) {
  Json json = RepositoryJson(item.repository, item.tags);
  if (!shape.NeedsMetadata()) return json;
  Json more = Json::object();
  AddMetadataJson(more, TRY(ParseJson(item.metadata)), item.repository.id.kind);
  if (!shape.expand.empty()) {
    json.update(more);
    return KeepProperties(json, shape.expand);
  }
  for (auto& [name, value] : more.items()) {
    const bool is_card = name == "cardData" || name == "description";
    if (is_card ? shape.card : shape.config) json[name] = value;
  }
  return json;
}

Result<storage::RepositoryPage> Search(Hub& hub, const Request& request, RepositoryKind kind) {
  auto query = TRY(ParseRequest(request, kind));
  if (MatchesNothing(request)) return storage::RepositoryPage();
  query.with_metadata = ShapeOf(request).NeedsMetadata();
  auto lease = TRY(hub.database.Read());
  return storage::SearchRepositories(*lease, request.caller, query);
}

void GetList(Hub& hub, RepositoryKind kind, const Request& request, Response& response) {
  if (request.caller.IsAnonymous() && !hub.config.access_anonymous) {
    return AnswerSignIn(response, "Sign in to see what this node holds");
  }
  const auto page = Search(hub, request, kind);
  if (!page) return Fail(response, page.error());
  const auto shape = ShapeOf(request);
  Json items = Json::array();
  for (const auto& item : page->items) {
    auto json = ItemJson(item, shape);
    if (!json) return Fail(response, json.error());
    items.push_back(*std::move(json));
  }
  if (!page->next_cursor.empty()) {
    response.headers.Set("Link", NextLink(hub, request, "cursor", page->next_cursor));
  }
  response.SetJson(items);
}

}  // namespace

void AddListRoutes(Router& router, Hub& hub) {
  for (const auto kind : {RepositoryKind::Model, RepositoryKind::Dataset}) {
    router.Add("GET", "/api/" + std::string(storage::Plural(kind)),
               [&hub, kind](Request& request, Response& response) {
                 GetList(hub, kind, request, response);
               });
  }
}

}  // namespace banyan::node
