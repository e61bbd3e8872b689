#pragma once
// What a running node is made of, in the order in which it is made. Node is what others see of it.

#include <atomic>
#include <memory>

#include "node/admin_api.h"
#include "node/bringer.h"
#include "node/config.h"
#include "node/content_api.h"
#include "node/content_holders.h"
#include "node/data_directory.h"
#include "node/demanded_files.h"
#include "node/follower.h"
#include "node/front.h"
#include "node/git_service.h"
#include "node/health.h"
#include "node/http/http_server.h"
#include "node/hub.h"
#include "node/jobs.h"
#include "node/neighbours.h"
#include "node/node.h"
#include "node/own_log.h"
#include "node/peer_gate.h"
#include "node/xet_api.h"
#include "storage/content/steady_scrub.h"

namespace banyan::node {

class Node::Parts {
 public:
  Parts(const Seams& seams, const Config& config, std::unique_ptr<DataDirectory> data);
  // Node::Start, with all that there is now.
  Status Start();
  std::uint16_t port() const { return server_->port(); }
  DataDirectory& data() { return *data_; }
  OwnLog& own_log() { return own_log_; }
  Follower& follower() { return follower_; }
  DemandedFiles& demanded_files() { return demanded_; }
  WantDesk& desk() { return desk_; }
  const Router& router() const { return router_; }
  void Stop(std::int64_t grace_ms);

 private:
  Status Listen();
  std::vector<Jobs::Job> MakeJobs();
  Status WriteCards();
  void TellWhetherToCosign(const OwnLog::Open* open);
  void SignDue();
  Status CollectGarbage();
  Status ScrubOn();
  Status LookForNeighbours();
  Status DeleteDue();
  void AnswerMetrics(const Request& request, Response& response);
  Result<MetricsView> View();

  const Seams seams_;
  const Config config_;
  const std::int64_t started_ms_;  // monotonic
  const std::unique_ptr<DataDirectory> data_;
  storage::Usage usage_;
  Metrics metrics_;
  RateLimiter downloads_;
  MemoryBudget memory_;
  const LinkSigner signer_;
  Health health_;
  AnswerCache answers_;
  PolicyFile policy_;
  PeerGate gate_;
  GitService git_;
  Hub hub_;
  federation::ArrivingFiles arriving_;
  ContentApi content_api_;
  XetApi xet_api_;
  OwnLog own_log_;
  const RequestSigner signer_of_requests_;
  WantDesk desk_;
  Follower follower_;
  DemandedFiles demanded_;
  ContentHolders holders_;
  Router router_;
  Bringer bringer_;
  AdminApi admin_api_;
  Front front_;
  std::optional<Neighbours> neighbours_;  // nullopt: they are not looked for, or no more
  Jobs jobs_;
  storage::SteadyScrub scrub_;
  std::atomic<bool> scrub_ends_{false};
  Jobs scrub_jobs_;                      // apart: a slow disk holds up nothing else
  std::optional<PublicKey> cosigns_by_;  // as its job told the follower last
  federation::LogState published_;       // of the own log, as its job saw it last; empty: not open
  std::unique_ptr<HttpServer> server_;
  std::atomic<const HttpServer*> listening_{nullptr};  // server_, for the requests it already takes
};

}  // namespace banyan::node
