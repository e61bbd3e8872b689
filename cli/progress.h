#pragma once
// The line that shows how a transfer goes, on a terminal only:
//
//   Pulling 1.2 GB of 4.1 GB (29 %), 3.4 MB/s, 12 min 5 s left, 300 MB resumed, 120 MB reused

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <thread>

#include "cli/output.h"
#include "storage/base/clock.h"

namespace banyan::cli {

// Bytes of content, of all files together. What is done is the sum of moved, resumed and reused.
struct TransferFigures {
  std::uint64_t total_bytes = 0;    // 0 until known
  std::uint64_t moved_bytes = 0;    // over the network in this run
  std::uint64_t resumed_bytes = 0;  // there from an interrupted run
  std::uint64_t reused_bytes = 0;   // deduplicated: found on the other side, or on this machine
  std::uint64_t files = 0;          // complete
  std::uint64_t total_files = 0;

  std::uint64_t DoneBytes() const { return moved_bytes + resumed_bytes + reused_bytes; }
};

// The rate over the last seconds, from readings of a counter. Not safe for concurrent use.
class RateMeter {
 public:
  void Add(std::int64_t now_ms, std::uint64_t bytes);
  // 0 until there are two readings.
  std::uint64_t BytesPerSecond() const;

 private:
  struct Reading {
    std::int64_t at_ms;
    std::uint64_t bytes;
  };
  std::deque<Reading> readings_;
};

// The line as above; what is zero or not known is left out.
std::string ProgressText(const std::string& verb, const TransferFigures& figures,
                         std::uint64_t bytes_per_s);
// For the end: "4.1 GB in 12 files: 1.2 GB moved in 35 s (34 MB/s), 300 MB resumed, ..."
std::string TransferSummary(const TransferFigures& figures, std::int64_t duration_ms);

// Redraws the line from a thread of its own for as long as it lives; does nothing when standard
// error is no terminal, or with --quiet or --json. Other remarks must wait until it is gone.
class Progress {
 public:
  // `sample` is called from that thread. Borrows `clock` and `output`.
  Progress(Clock& clock, Output& output, std::string verb, std::function<TransferFigures()> sample);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void Draw();

  Clock& clock_;
  Output& output_;
  const std::string verb_;
  const std::function<TransferFigures()> sample_;
  RateMeter meter_;
  std::uint64_t shown_done_bytes_ = 0;  // never shown going back
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace banyan::cli
