#pragma once
// What the node counts, and its text for Prometheus (exposition format 0.0.4). All names, with
// their units and meanings, stand in one table in node/metrics.cc. Counting is thread safe.

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "node/http/http_server.h"
#include "storage/content/scrub_pass.h"

namespace banyan::node {

enum class Counter : std::size_t {
  RateLimited,       // requests answered 429
  TokensRefused,     // requests with a token or link that is not valid
  FilesServed,       // answers with the content of a file
  FileBytesServed,   // of those answers, as far as sent
  UploadsTaken,      // files that arrived whole and right
  UploadBytesTaken,  // of those
  UploadsRefused,    // files whose size or digest was not what was announced
  Commits,           // commits made over HTTP
  JobsFailed,        // runs of background jobs that ended in an error
  ScrubbedBytes,     // stored bytes that the node re-read by itself
  kCount,
};

class Metrics {
 public:
  // Upper bounds of the request duration histogram; one bucket more takes the rest.
  static constexpr std::array<std::int64_t, 9> kBoundsMs = {1,   5,    25,   100,   250,
                                                            500, 1000, 5000, 30'000};

  void Add(Counter counter, std::uint64_t amount = 1) {
    counters_[static_cast<std::size_t>(counter)].fetch_add(amount, std::memory_order_relaxed);
  }
  std::uint64_t Get(Counter counter) const {
    return counters_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }
  // How long a handler took to make its answer; sending the body is not in it.
  void ObserveRequest(std::int64_t duration_ms);

  // Cumulative, as Prometheus has it: [i] counts durations up to kBoundsMs[i]; the last, all.
  std::array<std::uint64_t, kBoundsMs.size() + 1> Durations() const;
  std::uint64_t duration_sum_ms() const { return duration_sum_ms_; }

 private:
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::kCount)> counters_{};
  std::array<std::atomic<std::uint64_t>, kBoundsMs.size() + 1> durations_{};
  std::atomic<std::uint64_t> duration_sum_ms_ = 0;
};

// What is asked of others when metrics are read.
struct MetricsView {
  const Metrics& metrics;
  HttpCounters http;
  std::int64_t uptime_ms = 0;
  std::uint64_t repositories = 0;
  std::uint64_t stored_bytes = 0;  // logical: what is charged to namespaces
  std::uint64_t files = 0;
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t damaged_files = 0;  // as scrubs found
  storage::WholeScrub scrub{};      // the last one; ended_ms 0: none yet
};
std::string RenderMetrics(const MetricsView& view);

}  // namespace banyan::node
