#pragma once
// When which peer is asked what it has of which file that is being fetched. Decisions only.
//
// Each is asked when a file is begun, and those that have not the whole of it again and again. A
// question costs one bit for each 64 KiB of the file, so of a large one it is asked more seldom.

#include <map>
#include <optional>
#include <vector>

#include "storage/base/bytes.h"

namespace banyan::federation {

// Used by one thread at a time.
class HoldingsWatch {
 public:
  using FileId = std::uint64_t;
  struct Question {
    FileId file = 0;
    std::size_t peer = 0;
    bool is_doubt = false;  // it lacked what was assumed or said of it before
  };
  // `at_once`: questions that may be under way, each of another peer.
  HoldingsWatch(std::size_t peers, std::size_t at_once) : at_once_(at_once), busy_(peers) {}

  // Nobody is asked about a small file, nor a single peer, unless it has less than was assumed.
  bool AsksAtOnce(std::size_t chunks) const;
  FileId Add(std::size_t chunks, std::int64_t now_ms);
  void Drop(FileId file) { files_.erase(file); }

  // To be asked now; it counts as asked until Answered, even when its file is dropped meanwhile.
  std::optional<Question> Next(std::int64_t now_ms);
  // Whether Next will have one later.
  bool IsWaiting() const;
  void Answered(const Question& question, bool has_whole, std::int64_t now_ms);
  // It has less than was said or assumed.
  void Doubt(FileId file, std::size_t peer, std::int64_t now_ms);
  // Everybody who was to be asked at the begin has answered, or failed to.
  bool HasHeardAll(FileId file) const;

 private:
  struct Asked {
    bool has_answered = false;
    bool is_doubted = false;
    std::optional<std::int64_t> next_ms = {};
  };
  struct File {
    std::int64_t pause_ms = 0;
    std::vector<Asked> peers;
  };

  const std::size_t at_once_;
  std::vector<bool> busy_;  // peers with a question under way
  std::map<FileId, File> files_;
  FileId last_id_ = 0;
};

}  // namespace banyan::federation
