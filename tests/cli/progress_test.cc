#include "cli/progress.h"

#include "tests/cli/fake_terminal.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::cli;

TEST_CASE("RateMeterForgetsOldReadings") {
  RateMeter meter;
  REQUIRE(meter.BytesPerSecond() == 0);
  meter.Add(0, 0);
  meter.Add(0, 100);
  REQUIRE(meter.BytesPerSecond() == 0);
  meter.Add(1000, 5000);
  REQUIRE(meter.BytesPerSecond() == 5000);
  for (std::int64_t at = 2000; at <= 60'000; at += 1000) meter.Add(at, 5000);
  REQUIRE(meter.BytesPerSecond() == 0);
}

TEST_CASE("ProgressTextSaysWhatIsKnown") {
  TransferFigures figures;
  REQUIRE(ProgressText("Pulling", figures, 0) == "Pulling 0 B");
  figures.total_bytes = 4'100'000;
  figures.moved_bytes = 700'000;
  figures.resumed_bytes = 300'000;
  REQUIRE(ProgressText("Pulling", figures, 100'000) ==
          "Pulling 1.0 MB of 4.1 MB (24 %), 100 kB/s, 31 s left, 300 kB resumed");
  figures.reused_bytes = 3'100'000;
  REQUIRE(ProgressText("Pushing", figures, 0) ==
          "Pushing 4.1 MB of 4.1 MB (100 %), 300 kB resumed, 3.1 MB reused");
}

TEST_CASE("SummaryNamesRateAndSavings") {
  TransferFigures figures;
  figures.moved_bytes = 2'000'000;
  figures.reused_bytes = 5'000'000;
  figures.files = 2;
  REQUIRE(TransferSummary(figures, 4000) ==
          "7.0 MB in 2 files: 2.0 MB moved in 4 s (500 kB/s), 5.0 MB reused");
}

TEST_CASE("ProgressIsQuietWhenNotATerminal") {
  FakeTerminal terminal;
  Output output(terminal, {});
  {
    const Progress progress(SystemClock(), output, "Pulling", [] { return TransferFigures(); });
  }
  REQUIRE(terminal.error().empty());
}

TEST_CASE("ProgressDrawsOneLineAndRemovesIt") {
  FakeTerminal terminal;
  terminal.is_terminal = true;
  terminal.columns = 12;
  Output output(terminal, {});
  {
    const Progress progress(SystemClock(), output, "Pulling",
                            [] { return TransferFigures{.total_bytes = 10}; });
    while (terminal.error().empty()) SystemClock().SleepMs(1);
  }
  REQUIRE(terminal.error() == "\r\x1b[KPulling 0 …\r\x1b[K");
}
