#include "node/xet_link.h"

#include "node/links.h"
#include "node/xet_grant.h"
#include "storage/base/json.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kTokenLifetimeMs = 3'600'000;
constexpr std::string_view kFileInfo = "application/vnd.xet-fileinfo+json";

std::string StoreUrl(const RepositoryCall& call) {
  return LinkIn(call.hub, call.request, kXetPath.substr(0, kXetPath.size() - 1));
}

bool WantsFileInfo(const Request& request) {
  return request.headers.Joined("Accept").find(kFileInfo) != std::string::npos;
}

}  // namespace

XetToken MakeXetToken(const RepositoryCall& call, std::int64_t repository, storage::Access access) {
  const auto& caller = call.request.caller;
  const XetGrant grant{access == storage::Access::Write, repository, caller.user, caller.token,
                       call.NowMs() + kTokenLifetimeMs};
  return {SignGrant(call.hub.signer, grant), grant.expires_ms / 1000, StoreUrl(call)};
}

void SetXetToken(const XetToken& token, HeaderList& headers) {
  headers.Set("X-Xet-Access-Token", token.text);
  headers.Set("X-Xet-Token-Expiration", std::to_string(token.expires_s));
  headers.Set("X-Xet-Cas-Url", token.store_url);
}

std::string XetTokenUrl(const RepositoryCall& call, const storage::RepositoryId& id,
                        storage::Access access, std::string_view revision) {
  const bool may_write = access == storage::Access::Write;
  return LinkIn(call.hub, call.request,
                "/api/" + std::string(storage::Plural(call.kind)) + "/" + id.Path() +
                    (may_write ? "/xet-write-token/" : "/xet-read-token/") + std::string(revision));
}

Result<std::optional<FileHash>> XetHashOf(const Hub& hub, RepositoryReading& reading,
                                          const storage::ManifestEntry& entry) {
  if (!hub.config.xet_enabled || !entry.IsPointer()) return std::optional<FileHash>();
  if (reading.repository.origin == 0) return std::optional(entry.hash);  // it has all
  const auto file =
      TRY(storage::FindCommittedFile(*reading.lease, reading.repository.row, entry.sha256));
  return file ? std::optional(file->hash) : std::nullopt;
}

XetOffer OfferXet(RepositoryCall& call, RepositoryReading& reading,
                  const storage::Revision& revision, const storage::ManifestEntry& entry) {
  const auto name = XetHashOf(call.hub, reading, entry);
  if (!name || !*name) return XetOffer::None;
  const auto hash = (*name)->ToString();
  const auto token_url =
      XetTokenUrl(call, reading.repository.id, storage::Access::Files, revision.commit.ToString());
  const auto terms_url = StoreUrl(call) + "/v1/reconstructions/" + hash;
  auto& headers = call.response.headers;
  headers.Set("X-Xet-Hash", hash);
  headers.Set("X-Xet-Refresh-Route", token_url);
  headers.Set("Link", "<" + token_url + ">; rel=\"xet-auth\", <" + terms_url +
                          ">; rel=\"xet-reconstruction-info\"");
  headers.Add("Vary", "Accept");
  if (!WantsFileInfo(call.request) || call.request.method != "GET") return XetOffer::Headers;
  // About the file, and not the file: no cache may give it for the other.
  headers.Set("Cache-Control", "private, no-store");
  call.response.SetText(kFileInfo, DumpJson({{"hash", hash},
                                             {"refreshUrl", token_url},
                                             {"reconstructionUrl", terms_url},
                                             {"etag", entry.sha256.ToString()},
                                             {"size", entry.size_bytes}}));
  return XetOffer::Answered;
}

}  // namespace banyan::node
