#include "federation/follow/reader_book.h"

namespace banyan::federation {

ReaderBook::Turn ReaderBook::Begin(const Part& part, std::int64_t peer, std::int64_t now_ms) {
  const auto found = readers_.find(part);
  if (found != readers_.end()) {
    if (found->second.peer == peer) return Turn::Yes;
    if (now_ms < found->second.until_ms) return Turn::Waits;
  }
  readers_[part] = {peer, now_ms + kReaderPatienceMs};
  return Turn::Yes;
}

void ReaderBook::Answered(std::int64_t peer) {
  for (auto& [part, reader] : readers_) {
    if (reader.peer == peer) reader.until_ms += kReaderAnswerMs;
  }
}

void ReaderBook::End(const Part& part, std::int64_t peer) {
  const auto found = readers_.find(part);
  if (found != readers_.end() && found->second.peer == peer) readers_.erase(found);
}

void ReaderBook::EndAll(std::int64_t peer) {
  std::erase_if(readers_, [&](const auto& item) { return item.second.peer == peer; });
}

}  // namespace banyan::federation
