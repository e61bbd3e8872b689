#pragma once
// Who reads what of an origin: of several peers that show the same log one is asked for it, and the
// others when that one does not get on (row 13 of the attacks). In memory only.

#include <cstdint>
#include <map>
#include <utility>

namespace banyan::federation {

// How long a reader may keep others waiting: at first, and more for each answer that came.
inline constexpr std::int64_t kReaderPatienceMs = 10'000;
inline constexpr std::int64_t kReaderAnswerMs = 2'000;

class ReaderBook {
 public:
  enum class What { Log, Names };
  using Part = std::pair<std::int64_t, What>;  // of an origin, by its row
  enum class Turn { Yes, Waits };

  // The peer is to be asked for it, from now on or still. A reader that is too slow loses its place
  // to the first that asks, and may go on all the same.
  Turn Begin(const Part& part, std::int64_t peer, std::int64_t now_ms);
  // The peer gave an answer, to whatever it was asked for.
  void Answered(std::int64_t peer);
  void End(const Part& part, std::int64_t peer);
  void EndAll(std::int64_t peer);

 private:
  friend class ServiceMemory;
  struct Reader {
    std::int64_t peer = 0;
    std::int64_t until_ms = 0;
  };
  std::map<Part, Reader> readers_;
};

}  // namespace banyan::federation
