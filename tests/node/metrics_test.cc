#include "node/metrics.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

// The value of a line "name value".
std::string ValueOf(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + " ");
  if (at == text.npos) return "(none)";
  const auto begin = at + name.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("MetricsShowWhatWasCounted") {
  Metrics metrics;
  metrics.Add(Counter::Commits);
  metrics.Add(Counter::UploadBytesTaken, 1000);
  MetricsView view{metrics, {}, 1500, 7, 8, 9, 10};
  view.scrub = {1500, 20, 3};
  metrics.Add(Counter::ScrubbedBytes, 21);
  view.http.requests_by_class[2] = 5;
  const auto text = "\n" + RenderMetrics(view);
  CHECK(ValueOf(text, "banyan_commits_total") == "1");
  CHECK(ValueOf(text, "banyan_upload_bytes_total") == "1000");
  CHECK(ValueOf(text, "banyan_uptime_seconds") == "1.5");
  CHECK(ValueOf(text, "banyan_repositories") == "7");
  CHECK(ValueOf(text, "banyan_disk_free_bytes") == "10");
  CHECK(ValueOf(text, "banyan_http_requests_total{class=\"2xx\"}") == "5");
  CHECK(ValueOf(text, "banyan_scrub_end_timestamp_seconds") == "1.5");
  CHECK(ValueOf(text, "banyan_scrub_damaged_chunks") == "3");
  CHECK(ValueOf(text, "banyan_scrubbed_bytes_total") == "21");
}

TEST_CASE("DurationsAreCumulative") {
  Metrics metrics;
  for (const std::int64_t ms : {0, 1, 2, 100, 40'000}) metrics.ObserveRequest(ms);
  const auto text = RenderMetrics({metrics, {}});
  CHECK(ValueOf(text, "banyan_http_request_seconds_bucket{le=\"0.001\"}") == "2");
  CHECK(ValueOf(text, "banyan_http_request_seconds_bucket{le=\"0.1\"}") == "4");
  CHECK(ValueOf(text, "banyan_http_request_seconds_bucket{le=\"30\"}") == "4");
  CHECK(ValueOf(text, "banyan_http_request_seconds_bucket{le=\"+Inf\"}") == "5");
  CHECK(ValueOf(text, "banyan_http_request_seconds_count") == "5");
  CHECK(ValueOf(text, "banyan_http_request_seconds_sum") == "40.103");
}

TEST_CASE("EveryMetricSaysWhatItIsOnce") {
  Metrics metrics;
  const auto text = RenderMetrics({metrics, {}});
  std::vector<std::string> names;
  for (std::size_t at = text.find("# TYPE "); at != text.npos; at = text.find("# TYPE ", at + 1)) {
    const auto end = text.find('\n', at);
    const auto line = text.substr(at + 7, end - at - 7);
    const auto name = line.substr(0, line.find(' '));
    INFO(line);
    CHECK(name.starts_with("banyan_"));
    CHECK(name.ends_with("_total") == line.ends_with(" counter"));
    CHECK(std::count(names.begin(), names.end(), name) == 0);
    names.push_back(name);
  }
  CHECK(names.size() > 15);
}
