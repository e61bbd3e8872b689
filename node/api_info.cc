// GET /api/banyan/v0/info: what this node is and what it takes, for clients of Banyan's own routes.

#include "node/links.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/base/version.h"
#include "storage/content/chunk_encoding.h"

namespace banyan::node {
namespace {

Json LimitsJson(const Config& config) {
  Json limits = {{"batch_bytes", config.transfer_batch.bytes},
                 {"commit_bytes", config.upload_max_commit.bytes}};
  if (config.upload_max_file.bytes != 0) limits["file_bytes"] = config.upload_max_file.bytes;
  return limits;
}

Json InfoJson(const Config& config, const Request& request) {
  Json encodings = Json::array();
  for (int i = 0; i < storage::kEncodingCount; ++i) encodings.push_back(i);
  return {{"software", "banyan"},
          {"version", Version()},
          {"url", BaseUrl(config, request)},
          {"encodings", std::move(encodings)},
          {"anonymous", config.access_anonymous},
          {"registration", config.access_registration},
          {"limits", LimitsJson(config)}};
}

}  // namespace

void AddInfoRoutes(Router& router, Hub& hub) {
  router.Add("GET", "/api/banyan/v0/info", [&hub](Request& request, Response& response) {
    response.SetJson(InfoJson(hub.config, request));
  });
}

}  // namespace banyan::node
