#include "federation/mirror/stream_count.h"

#include <algorithm>

#include "tests/support/must.h"

using banyan::federation::StreamCount;

namespace {

// A link on which each stream carries so much, and all together at most so much (bytes a ms).
struct Link {
  double stream = 0;
  double all = 0;
  std::size_t peers = 1;
  StreamCount streams{peers};
  std::int64_t now_ms = 0;

  void Pass(std::int64_t ms) {
    for (const auto end = now_ms + ms; now_ms < end; now_ms += 50) {
      const auto exchanges = peers * streams.each();
      const double rate = std::min(all, stream * static_cast<double>(exchanges));
      streams.Came(static_cast<std::uint64_t>(rate * 50), {peers, exchanges}, now_ms);
    }
  }
};

}  // namespace

TEST_CASE("ALossyLinkGetsAsManyStreamsAsPay") {
  Link link{42, 2000};
  CHECK(link.streams.each() == 8);
  link.Pass(20'000);
  CHECK(link.streams.each() == 16);
  link.Pass(120'000);
  CHECK(link.streams.each() == StreamCount::kMost);
}

TEST_CASE("AThinLinkIsNotDividedInManyParts") {
  Link link{250, 250, 2};
  link.Pass(20'000);
  CHECK(link.streams.each() == StreamCount::kFirst);
}

TEST_CASE("AFastLinkNeedsNoMoreStreams") {
  Link link{50'000, 1'000'000};
  link.Pass(20'000);
  CHECK(link.streams.each() == 8);
}

TEST_CASE("PeersThatShareALinkDoNotOutbidEachOther") {
  Link link{250, 250, 8};
  int more = 0;
  for (int second = 0; second < 120; ++second) {
    link.Pass(1'000);
    if (link.streams.each() > StreamCount::kFirst) ++more;
  }
  CHECK(more > 0);   // it was tried
  CHECK(more < 60);  // now and then
}

TEST_CASE("StreamsThatAreNotUsedTellNothing") {
  StreamCount streams(4);
  for (std::int64_t now = 0; now < 60'000; now += 50) streams.Came(2'000, {4, 3}, now);
  CHECK(streams.each() == StreamCount::kFirst);
}
