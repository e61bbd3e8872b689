#pragma once
// How many exchanges with each peer go on at a time.
//
// One connection over a lossy link carries what its losses allow, whatever the link could: at 300
// ms and 2 % loss about 42 kB/s. So where connections are slow their number is doubled, once more
// for as long as that pays, and halved again when it did not. All peers have the same number,
// judged by what came from all of them: what they share, the link at this end, is not divided in
// ever more parts. A value; times are monotonic.

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace banyan::federation {

class StreamCount {
 public:
  static constexpr std::size_t kFirst = 4;       // while one answer is kept, others come
  static constexpr std::size_t kFirstOfAll = 8;  // with all peers together, at least
  static constexpr std::size_t kMost = 16;
  static constexpr double kFastBytesPerMs = 4096;   // of one connection: more of them are no use
  static constexpr std::int64_t kBeginMs = 5'000;   // until the first burst of connections is over
  static constexpr std::int64_t kSettleMs = 1'000;  // before a measurement, for new connections
  static constexpr std::int64_t kWindowMs = 3'000;  // of a measurement
  static constexpr std::int64_t kPauseMs = 15'000;  // between two tries, after one that did not pay
  static constexpr double kGain = 1.15;             // pays

  explicit StreamCount(std::size_t peers)
      : each_(std::max(kFirst, kFirstOfAll / std::max<std::size_t>(peers, 1))) {}

  std::size_t each() const { return each_; }
  // So many bytes came just now, of so many peers; what comes while not all exchanges are used says
  // nothing.
  struct Use {
    std::size_t peers = 0;
    std::size_t exchanges = 0;
  };
  void Came(std::uint64_t bytes, const Use& use, std::int64_t now_ms);

 private:
  void Judge(double bytes_per_ms, std::size_t peers, std::int64_t now_ms);
  void Measure(std::int64_t from_ms);

  std::size_t each_;
  bool has_begun_ = false;
  bool is_trying_ = false;  // what was doubled last
  double before_ = 0;       // bytes a ms, with half as many
  std::int64_t next_try_ms_ = 0;
  std::int64_t from_ms_ = -1;  // of the measurement; -1: none goes on
  std::uint64_t bytes_ = 0;
};

}  // namespace banyan::federation
