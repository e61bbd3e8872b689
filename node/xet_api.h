#pragma once
// The chunk store that stock clients of Xet talk to (node/api/xet.md), below kXetPath and its
// aliases of older clients. Which tokens it takes: node/xet_grant.h.

#include <list>
#include <memory>

#include "node/http/router.h"
#include "node/hub.h"
#include "node/section_cache.h"
#include "node/turn.h"
#include "node/xet_grant.h"
#include "storage/xet/xet_session.h"

namespace banyan::node {

// Lives as long as the router that its routes were added to. Thread safe.
class XetApi {
 public:
  explicit XetApi(Hub& hub) : hub_(hub), sections_(hub.content) {}
  void AddRoutes(Router& router);

 private:
  enum class Version { V1, V2 };
  enum class Right { Read, Ask, Write };  // Ask: what is here already, by who may write and read
  using Handler = Status (XetApi::*)(const XetGrant&, Request&, Response&);
  using SessionPtr = std::shared_ptr<storage::XetSession>;

  // xet_api.cc. The first pattern is the route, the others are what older releases call it.
  void Add(Router& router, std::string_view method, const std::vector<std::string>& patterns,
           Right right, Handler handler, RouteOptions options = {});
  Result<XetGrant> Identify(const Request& request, Right right);
  Status RequireRights(const XetGrant& grant, Right right);

  // Reading: xet_api_read.cc
  Status GetTermsV1(const XetGrant& grant, Request& request, Response& response);
  Status GetTermsV2(const XetGrant& grant, Request& request, Response& response);
  Status GetTerms(const XetGrant& grant, Request& request, Response& response, Version version);
  Status GetTermsOfFiles(const XetGrant& grant, Request& request, Response& response);
  Status HeadFile(const XetGrant& grant, Request& request, Response& response);
  Status Fetch(Request& request, Response& response);
  Result<storage::FileContent> FindFile(const XetGrant& grant, const FileHash& hash);

  // Writing: xet_api_write.cc
  Status GetChunk(const XetGrant& grant, Request& request, Response& response);
  Status HeadXorb(const XetGrant& grant, Request& request, Response& response);
  Status PostXorb(const XetGrant& grant, Request& request, Response& response);
  Status PostShardV1(const XetGrant& grant, Request& request, Response& response);
  Status PostShardV2(const XetGrant& grant, Request& request, Response& response);
  Status RequireRoomFor(const XetGrant& grant, const std::vector<storage::ShardFile>& files);
  Result<SessionPtr> SessionOf(const XetGrant& grant) EXCLUDES(mutex_);
  SessionPtr FindSession(const storage::SessionOwner& owner, std::int64_t now_ms) REQUIRES(mutex_);

  struct KeptSession {
    SessionPtr session;
    std::int64_t until_ms = 0;
  };
  Hub& hub_;
  SectionCache sections_;
  Turn large_files_;  // one is checked at a time, so that their chunk lists do not add up
  Mutex mutex_;
  std::list<KeptSession> kept_sessions_ GUARDED_BY(mutex_);  // the last used one first
};

}  // namespace banyan::node
