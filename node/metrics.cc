#include "node/metrics.h"

#include <spdlog/fmt/fmt.h>

namespace banyan::node {
namespace {

struct Row {
  std::string_view name;
  std::string_view type;
  std::string_view about;
  double (*read)(const MetricsView&);
};

template <typename T>
double Number(T value) {
  return static_cast<double>(value);
}

template <Counter kCounter>
double Read(const MetricsView& view) {
  return Number(view.metrics.Get(kCounter));
}

// Prometheus style: base units (bytes, seconds), "_total" on what only grows.
constexpr Row kRows[] = {
    {"banyan_uptime_seconds", "gauge", "Since the node started.",
     [](const MetricsView& v) { return Number(v.uptime_ms) / 1000; }},
    {"banyan_http_open_connections", "gauge", "Connections open now.",
     [](const MetricsView& v) { return Number(v.http.open_connections); }},
    {"banyan_http_connections_total", "counter", "Connections accepted.",
     [](const MetricsView& v) { return Number(v.http.connections); }},
    {"banyan_http_connections_rejected_total", "counter", "Connections answered 503: too many.",
     [](const MetricsView& v) { return Number(v.http.connections_rejected); }},
    {"banyan_http_received_bytes_total", "counter", "Bytes of HTTP read, before TLS.",
     [](const MetricsView& v) { return Number(v.http.bytes_in); }},
    {"banyan_http_sent_bytes_total", "counter", "Bytes of HTTP written, before TLS.",
     [](const MetricsView& v) { return Number(v.http.bytes_out); }},
    {"banyan_rate_limited_total", "counter", "Requests answered 429.", Read<Counter::RateLimited>},
    {"banyan_credentials_refused_total", "counter", "Requests with an invalid token or link.",
     Read<Counter::TokensRefused>},
    {"banyan_files_served_total", "counter", "Answers with the content of a file.",
     Read<Counter::FilesServed>},
    {"banyan_file_bytes_served_total", "counter", "Bytes of file content sent.",
     Read<Counter::FileBytesServed>},
    {"banyan_uploads_total", "counter", "Files taken in, whole and right.",
     Read<Counter::UploadsTaken>},
    {"banyan_upload_bytes_total", "counter", "Bytes of those files.",
     Read<Counter::UploadBytesTaken>},
    {"banyan_uploads_refused_total", "counter", "Files whose size or digest was wrong.",
     Read<Counter::UploadsRefused>},
    {"banyan_commits_total", "counter", "Commits made over HTTP.", Read<Counter::Commits>},
    {"banyan_jobs_failed_total", "counter", "Failed runs of background jobs.",
     Read<Counter::JobsFailed>},
    {"banyan_repositories", "gauge", "Repositories held.",
     [](const MetricsView& v) { return Number(v.repositories); }},
    {"banyan_files", "gauge", "Files held, each content once.",
     [](const MetricsView& v) { return Number(v.files); }},
    {"banyan_damaged_files", "gauge", "Files that a scrub found damaged.",
     [](const MetricsView& v) { return Number(v.damaged_files); }},
    {"banyan_scrubbed_bytes_total", "counter", "Stored bytes that the node re-read by itself.",
     Read<Counter::ScrubbedBytes>},
    {"banyan_scrub_end_timestamp_seconds", "gauge",
     "When all that is stored was read to the end last, since 1970; 0: not yet.",
     [](const MetricsView& v) { return Number(v.scrub.ended_ms) / 1000; }},
    {"banyan_scrub_damaged_chunks", "gauge", "Chunks that it found damaged then.",
     [](const MetricsView& v) { return Number(v.scrub.damaged_chunks); }},
    {"banyan_charged_bytes", "gauge", "Logical size charged to all namespaces.",
     [](const MetricsView& v) { return Number(v.stored_bytes); }},
    {"banyan_disk_free_bytes", "gauge", "Free on the file system of the data directory.",
     [](const MetricsView& v) { return Number(v.disk_free_bytes); }},
};

void RenderHead(std::string& out, std::string_view name, std::string_view type,
                std::string_view about) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, about, name, type);
}

void RenderRequests(std::string& out, const HttpCounters& http) {
  constexpr std::string_view kName = "banyan_http_requests_total";
  RenderHead(out, kName, "counter", "Requests answered, by class of status.");
  for (std::size_t i = 1; i < http.requests_by_class.size(); ++i) {
    out += fmt::format("{}{{class=\"{}xx\"}} {}\n", kName, i, http.requests_by_class[i]);
  }
}

void RenderDurations(std::string& out, const Metrics& metrics) {
  constexpr std::string_view kName = "banyan_http_request_seconds";
  RenderHead(out, kName, "histogram", "Time to make an answer, without sending its body.");
  const auto counts = metrics.Durations();
  for (std::size_t i = 0; i < Metrics::kBoundsMs.size(); ++i) {
    out += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", kName, Number(Metrics::kBoundsMs[i]) / 1000,
                       counts[i]);
  }
  out += fmt::format("{}_bucket{{le=\"+Inf\"}} {}\n", kName, counts.back());
  out += fmt::format("{}_sum {}\n", kName, Number(metrics.duration_sum_ms()) / 1000);
  out += fmt::format("{}_count {}\n", kName, counts.back());
}

}  // namespace

void Metrics::ObserveRequest(std::int64_t duration_ms) {
  std::size_t bucket = 0;
  while (bucket < kBoundsMs.size() && duration_ms > kBoundsMs[bucket]) ++bucket;
  durations_[bucket].fetch_add(1, std::memory_order_relaxed);
  duration_sum_ms_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration_ms)),
                             std::memory_order_relaxed);
}

std::array<std::uint64_t, Metrics::kBoundsMs.size() + 1> Metrics::Durations() const {
  std::array<std::uint64_t, kBoundsMs.size() + 1> out{};
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = sum += durations_[i].load();
  return out;
}

std::string RenderMetrics(const MetricsView& view) {
  std::string out;
  for (const Row& row : kRows) {
    RenderHead(out, row.name, row.type, row.about);
    out += fmt::format("{} {}\n", row.name, row.read(view));
  }
  RenderRequests(out, view.http);
  RenderDurations(out, view.metrics);
  return out;
}

}  // namespace banyan::node
