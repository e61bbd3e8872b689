#pragma once
// Banyan's own chunk-level routes (node/api/chunks.md): reading files and manifests by hash, and
// uploading through sessions.

#include <functional>
#include <list>
#include <map>
#include <memory>

#include "federation/mirror/arriving_files.h"
#include "node/http/http_types.h"
#include "node/http/router.h"
#include "node/repository_lookup.h"
#include "node/section_cache.h"
#include "node/turn.h"
#include "storage/base/mutex.h"
#include "storage/catalog/caller.h"
#include "storage/catalog/quota.h"
#include "storage/content/content_session.h"
#include "storage/content/session_offers.h"
#include "storage/history/readable_content.h"
#include "storage/history/uploads.h"

namespace banyan::node {

// Who asks. Denied for credentials that are wrong; anonymous without any.
using Authenticate =
    std::function<Result<storage::Caller>(storage::Connection& connection, const Request& request)>;

struct ContentApiOptions {
  std::uint64_t batch_bytes = 16u << 20;  // of one chunk batch
  std::uint64_t offer_bytes = 80u << 20;  // of one offer
  bool admits_anonymous = true;           // to read
  std::uint64_t max_file_bytes = 0;       // 0: no limit
  storage::QuotaPolicy quota = {};
  federation::ArrivingFiles* arriving = nullptr;  // of mirrors; nullptr: only whole files are read
};

// Lives as long as the router that its routes were added to. Thread safe.
class ContentApi {
 public:
  ContentApi(storage::LocalContentStore& store, Random& random, Authenticate authenticate,
             ContentApiOptions options = {});
  void AddRoutes(Router& router);
  // Drops kept offers of sessions that expired.
  Status RemoveEndedOffers();

 private:
  using Repository = storage::Repository;

  // Routing: content_api.cc. A handler's error becomes the answer.
  void Add(Router& router, std::string_view method, const std::string& pattern,
           Status (ContentApi::*handler)(Request&, Response&));
  // The handler of something under a repository, which it gets if the caller has that access.
  void Add(Router& router, std::string_view method, const std::string& rest, storage::Access access,
           Status (ContentApi::*handler)(const Repository&, Request&, Response&),
           RouteOptions options = {});
  std::optional<Repository> FindRepository(storage::RepositoryKind kind, storage::Access access,
                                           const Request& request, Response& response);
  bool Identify(Request& request, Response& response);

  // Reading objects: content_api_read.cc
  Status GetRevision(const Repository& repository, Request& request, Response& response);
  Status GetObject(Request& request, Response& response);
  Status PostObjects(Request& request, Response& response);
  Status GetHoldings(Request& request, Response& response);

  // Reading a file: content_api_sections.cc
  Status GetOutline(Request& request, Response& response);
  Status GetSection(Request& request, Response& response);
  Status GetData(Request& request, Response& response);
  Status GetRun(Request& request, Response& response);
  Status GetHave(Request& request, Response& response);
  Status GetHeldChunks(Request& request, Response& response);
  using FilePtr = std::shared_ptr<const storage::SectionedFile>;
  Result<FilePtr> ReadableFile(const Request& request);

  // Reading several: content_api_files.cc
  Status PostFiles(Request& request, Response& response);

  // Writing: content_api_write.cc
  Status BeginSession(const Repository& repository, Request& request, Response& response);
  Status AddOffer(const Repository& repository, Request& request, Response& response);
  Status RequireRoomFor(const Repository& repository,
                        const std::vector<storage::OfferedFile>& files);
  Status RequireLooseRoomFor(const Repository& repository, std::uint64_t size_bytes);
  Status GetOffer(const Repository& repository, Request& request, Response& response);
  Status PutChunks(const Repository& repository, Request& request, Response& response);
  Status TakeOffer(const Repository& repository, Request& request, Response& response);
  Status EndSession(const Repository& repository, Request& request, Response& response);
  Result<std::shared_ptr<storage::ContentSession>> SessionOf(const Repository& repository,
                                                             const Request& request);
  Status AnswerLacking(storage::ContentSession& session, std::uint32_t number,
                       const std::vector<storage::OfferedFile>& files, Response& response);

  storage::LocalContentStore& store_;
  Random& random_;
  const Authenticate authenticate_;
  const ContentApiOptions options_;
  storage::SessionOffers offers_;
  storage::ReadableObjects objects_;

  SectionCache sections_;
  Turn large_files_;
  Mutex mutex_;
  std::map<std::string, std::weak_ptr<storage::ContentSession>> sessions_ GUARDED_BY(mutex_);
  std::list<std::shared_ptr<storage::ContentSession>> recent_sessions_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
