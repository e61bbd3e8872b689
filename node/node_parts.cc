#include "node/node_parts.h"

#include "federation/due_deletion.h"
#include "node/collection.h"
#include "node/git_call.h"
#include "node/head_metadata.h"
#include "node/http/client_address.h"
#include "node/http/host_port.h"
#include "node/http/http_error.h"
#include "node/log_api.h"
#include "node/peer_api.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kFlushPauseMs = 10'000;
constexpr const char* kDescribeHeads = "describe_heads";
constexpr std::int64_t kDescribePauseMs = 60'000;
constexpr const char* kWriteCards = "write_cards";
constexpr std::int64_t kLogPauseMs = 2'000;
constexpr std::int64_t kSignWaitMs = 1'000;  // of who asks which heads are here
constexpr std::int64_t kPolicyPauseMs = 10'000;
constexpr std::int64_t kDeletePauseMs = 60'000;
constexpr std::int64_t kNeighboursPauseMs = 2'000;
constexpr std::int64_t kScrubPauseMs = 1'000;

HttpServerOptions ServerOptions(const Config& config) {
  HttpServerOptions options;
  const auto listen = *ParseHostPort(config.listen);
  options.host = listen.host;
  options.port = listen.port;
  options.certificate_file = config.tls_certificate;
  options.key_file = config.tls_key;
  options.limits.max_connections = static_cast<std::size_t>(config.http_max_connections);
  options.limits.header_timeout_ms = config.http_header_timeout.ms;
  options.limits.idle_timeout_ms = config.http_idle_timeout.ms;
  options.limits.transfer_window_ms = config.http_transfer_window.ms;
  options.limits.min_bytes_per_s = static_cast<std::int64_t>(config.http_min_rate.bytes);
  return options;
}

GitService::Options GitOptions(const Config& config) {
  return {config.git_program,
          {config.data + "/git", config.git_cache.bytes, config.storage_min_free.bytes},
          {config.git_memory.bytes, 0, config.git_time.ms},
          config.git_max_push.bytes,
          config.git_processes};
}

Result<std::int64_t> ReadNumber(storage::Connection& connection, const char* sql) {
  auto rows = connection.Query(sql);
  const bool found = rows.Next();
  TRY(Status(rows.status()));
  return found ? rows.Int(0) : 0;
}

std::string PolicyPath(const Config& config) {
  const auto own = config.data + "/" + std::string(kPolicyName);
  return config.federation_policy.empty() ? own : config.federation_policy;
}

void AnswerHealth(Health& health, Response& response) {
  response.headers.Set("Cache-Control", "no-store");
  const auto status = health.Check();
  if (status) return response.SetJson({{"status", "ok"}});
  log::Warning("node", "event=unhealthy error=\"{}\"", status.error().message());
  Fail(response, 503, status.error().message());
}

}  // namespace

Status Node::Parts::Start() {
  TRY(policy_.Read());
  TRY(git_.Start());
  TRY(Listen());
  jobs_.Start(MakeJobs());
  jobs_.RunSoon(kDescribeHeads, 0);  // what ended between a commit and this
  if (config_.storage_scrub_rate.bytes > 0 && config_.storage_scrub_every.ms > 0) {
    scrub_jobs_.Start({{"scrub", kScrubPauseMs, [this] { return ScrubOn(); }}});
  }
  follower_.Start();
  bringer_.Start();
  return Ok();
}

Node::Parts::Parts(const Seams& seams, const Config& config, std::unique_ptr<DataDirectory> data)
    : seams_(seams),
      config_(config),
      started_ms_(seams.clock.MonotonicMs()),
      data_(std::move(data)),
      downloads_(seams.clock),
      memory_(seams.clock, {config_.http_body_memory.bytes}),
      signer_(data_->seed()),
      health_({seams.clock, seams.fs, data_->database(), config.data, config.storage_min_free.bytes,
               [this] { return data_->content().core().packs->CheckUsable(); }}),
      answers_(data_->database()),
      policy_(seams.fs, PolicyPath(config),
              config.federation_policy.empty() ? PolicyFile::Missing::Fine
                                               : PolicyFile::Missing::Wrong),
      gate_({seams.clock, config_, data_->database(), policy_}),
      git_(seams.clock, seams.fs, data_->database(), data_->content(), GitOptions(config_)),
      hub_{seams.clock, seams.random, config_,    data_->database(), data_->content(),
           usage_,      downloads_,   metrics_,   signer_,           answers_,
           policy_,     &demanded_,   &arriving_, &holders_},
      content_api_(data_->content(), seams.random,
                   [](storage::Connection&, const Request& request) { return request.caller; },
                   {.batch_bytes = static_cast<std::size_t>(config_.transfer_batch.bytes),
                    .admits_anonymous = config_.access_anonymous,
                    .max_file_bytes = config_.upload_max_file.bytes,
                    .quota = hub_.quota(),
                    .arriving = &arriving_}),
      xet_api_(hub_),
      own_log_({seams.clock, seams.random, seams.fs, data_->database(), data_->content(), config_,
                policy_, [this] { return follower_.Peers(); }}),
      signer_of_requests_(seams.clock, seams.random, data_->database(), own_log_),
      desk_(seams.clock, [this](const federation::NodeId& node) { follower_.NodeCame(node); }),
      follower_(hub_, seams.fs, {signer_of_requests_, desk_}),
      demanded_(hub_, follower_),
      holders_(seams.clock, follower_),
      router_(MakeRoutes(hub_)),
      bringer_({seams.clock, data_->database(), router_, gate_, signer_of_requests_}),
      admin_api_({seams.clock, seams.random, seams.fs, data_->content(), config_.data, follower_,
                  bringer_, desk_, own_log_, config_, seams.shared_fs}),
      front_({seams.clock, config_, data_->database(), usage_, metrics_, gate_, signer_, router_,
              memory_}),
      jobs_(seams.clock, metrics_),
      scrub_(data_->content(), {config_.storage_scrub_rate.bytes, config_.storage_scrub_every.ms}),
      scrub_jobs_(seams.clock, metrics_) {
  content_api_.AddRoutes(router_);
  admin_api_.AddRoutes(router_);
  if (config_.xet_enabled) xet_api_.AddRoutes(router_);
  if (config_.git_enabled) {
    AddGitRoutes(router_, hub_, git_);
    AddGitPushRoutes(router_, hub_, git_);
  }
  AddLogRoutes(router_, hub_, own_log_, [this] { SignDue(); });
  AddPeerRoutes(router_, {gate_, desk_, follower_, signer_of_requests_});
  follower_.OnOwnShown([this] { own_log_.AskSoon(); });
  router_.Add("GET", "/healthz",
              [this](Request&, Response& response) { AnswerHealth(health_, response); });
  router_.Add("GET", "/metrics",
              [this](Request& request, Response& response) { AnswerMetrics(request, response); });
}

Status Node::Parts::Listen() {
  server_ = TRY(HttpServer::Start(
      ServerOptions(config_), seams_.clock, seams_.random,
      [this](Request& request, Response& response) { front_.Handle(request, response); }));
  listening_ = server_.get();
  return Ok();
}

std::vector<Jobs::Job> Node::Parts::MakeJobs() {
  std::vector<Jobs::Job> jobs;
  jobs.push_back(
      {"flush_usage", kFlushPauseMs, [this] { return usage_.Flush(data_->database()); }});
  jobs.push_back({kDescribeHeads, kDescribePauseMs,
                  [this] { return DescribeHeads(data_->database(), data_->content()); }});
  jobs.push_back({kWriteCards, kLogPauseMs, [this] { return WriteCards(); }});
  jobs.push_back({"read_policy", kPolicyPauseMs, [this] { return follower_.ReadPolicy(); }});
  jobs.push_back({"delete_due", kDeletePauseMs, [this] { return DeleteDue(); }});
  if (config_.federation_neighbours) {
    neighbours_.emplace(seams_.clock);
    jobs.push_back({"neighbours", kNeighboursPauseMs, [this] { return LookForNeighbours(); }});
  }
  if (config_.storage_collect_every.ms > 0) {
    jobs.push_back(
        {"collect", config_.storage_collect_every.ms, [this] { return CollectGarbage(); }});
  }
  return jobs;
}

Status Node::Parts::WriteCards() {
  TRY(own_log_.Update());
  const auto open = own_log_.Look();
  TellWhetherToCosign(open.get());
  const auto head = open == nullptr ? federation::LogState() : open->files->published();
  if (head == published_) return Ok();
  published_ = head;
  follower_.NoteRelease();
  bringer_.Hurry();
  return Ok();
}

// What stops the own log from being signed stops this too. Once for each epoch's key.
void Node::Parts::TellWhetherToCosign(const OwnLog::Open* open) {
  std::optional<federation::Cosigner> cosigner;
  if (open != nullptr && own_log_.Problem().empty()) {
    cosigner = federation::Cosigner{open->origin.node, open->origin.keys.mirror};
  }
  const auto key = cosigner ? std::optional(cosigner->key.public_key()) : std::nullopt;
  if (key == cosigns_by_) return;
  cosigns_by_ = key;
  follower_.TakeCosigner(std::move(cosigner));
}

void Node::Parts::SignDue() {
  const auto due = own_log_.LookDue();
  if (due && *due == OwnLog::Due::Something) jobs_.RunSoon(kWriteCards, kSignWaitMs);
}

Status Node::Parts::CollectGarbage() {
  const auto report = TRY(CollectNode(data_->content(), {}));
  TRY(content_api_.RemoveEndedOffers());
  if (report.history.revisions_deleted > 0) git_.copies().Forget();
  log::Info("node", "event=collected revisions={} files={} freed_bytes={} sessions={}",
            report.history.revisions_deleted, report.content.files_deleted,
            report.content.freed_bytes, report.content.sessions_expired);
  return Ok();
}

// A little; the rest with the next runs.
Status Node::Parts::ScrubOn() {
  metrics_.Add(Counter::ScrubbedBytes, TRY(scrub_.Step(scrub_ends_)));
  return Ok();
}

// Once the node has the name that it is announced by.
Status Node::Parts::LookForNeighbours() {
  const auto open = own_log_.Look();
  if (open == nullptr) return Ok();
  const auto host = ParseHostPort(config_.listen)->host;
  auto seen =
      neighbours_->Look({open->origin.node, port(), config_.UsesTls(), LookReachedOver(host)});
  if (seen) follower_.TakeNeighbours(*std::move(seen));
  return Ok();
}

// What was taken down, and whose day has come.
Status Node::Parts::DeleteDue() {
  std::int64_t deleted = 0;
  do {
    TRY(data_->database().Write([&](storage::Connection& connection) -> Status {
      deleted = TRY(federation::DeleteOneDue(connection, *policy_.policy(), seams_.clock.NowMs()));
      return Ok();
    }));
    if (deleted != 0) log::Info("node", "event=deleted_by_policy repository={}", deleted);
  } while (deleted != 0);
  return Ok();
}

void Node::Parts::Stop(std::int64_t grace_ms) {
  scrub_ends_ = true;
  desk_.Stop();
  demanded_.LetGo();
  if (server_) server_->Stop(grace_ms);
  bringer_.Stop();
  follower_.Stop();
  demanded_.Stop();
  jobs_.Stop();
  scrub_jobs_.Stop();
  neighbours_.reset();
  const auto flushed = usage_.Flush(data_->database());
  if (!flushed) log::Warning("node", "event=flush_failed error=\"{}\"", flushed.error().message());
}

Result<MetricsView> Node::Parts::View() {
  const HttpServer* server = listening_;
  if (server == nullptr) return Error(Errc::Unavailable, "the node is starting: ask again");
  MetricsView view{metrics_, server->counters()};
  view.uptime_ms = seams_.clock.MonotonicMs() - started_ms_;
  view.disk_free_bytes = TRY(seams_.fs.FreeBytes(config_.data));
  auto lease = TRY(data_->database().Read());
  const auto number = [&](const char* sql) -> Result<std::uint64_t> {
    return static_cast<std::uint64_t>(TRY(ReadNumber(*lease, sql)));
  };
  view.repositories = TRY(number("SELECT count(*) FROM repository"));
  view.files = TRY(number("SELECT count(*) FROM file"));
  view.damaged_files = TRY(number("SELECT count(*) FROM file WHERE damaged = 1"));
  view.stored_bytes = TRY(number("SELECT coalesce(sum(used_bytes), 0) FROM namespace"));
  view.scrub = TRY(storage::ReadScrubPass(*lease)).last.value_or(storage::WholeScrub());
  return view;
}

void Node::Parts::AnswerMetrics(const Request& request, Response& response) {
  const auto allowed = *ParseNetworks(config_.metrics_clients);
  const bool is_listed =
      WhoIsPeer(request) == Peer::Client && ContainsAddress(allowed, request.peer_address);
  if (!request.caller.IsOperator() && !is_listed) {
    return Fail(response, 403, "Metrics are for the operator, and for addresses it has listed");
  }
  const auto view = View();
  if (!view) return Fail(response, view.error());
  response.SetText("text/plain; version=0.0.4; charset=utf-8", RenderMetrics(*view));
}

}  // namespace banyan::node
