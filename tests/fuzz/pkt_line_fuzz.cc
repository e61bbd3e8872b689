// What is read as a report of a push must be the same when it is written and read again.
#include <cstdint>

#include "node/git/push_report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using banyan::node::PushReport;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto report = PushReport::Parse(text);
  if (!report) return 0;
  auto again = PushReport::Parse(report->ToString());
  ENSURE(again.has_value());
  again->ExplainMoved();
  again->RefuseAll("reason");
  for (const auto& line : again->lines) ENSURE(!line.starts_with("ok "));
  return 0;
}
