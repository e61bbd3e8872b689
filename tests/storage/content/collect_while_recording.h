#pragma once
// A collection during which a file is recorded.

#include <atomic>
#include <thread>

#include "storage/content/collector.h"
#include "storage/content/content_core.h"
#include "tests/support/store_fixture.h"

namespace banyan::tests {

// `put` is recorded for the repository, and pinned no longer, after the collection marked what is
// live and before it sweeps.
inline void CollectWhileRecording(StoreFixture& f, std::int64_t repository,
                                  storage::ContentStore::SmallFile& put,
                                  const storage::CollectionOptions& options) {
  auto& core = f.local().core();
  std::thread recording;
  const auto start_recording = [&](storage::Connection&) {
    std::atomic<bool> holds = false;
    recording = std::thread([&] {
      ReaderLock lock(core.collection_mutex);  // holds the sweep back, not the marking
      holds = true;
      MUST(f.database->Write([&](storage::Connection& c) -> Status {
        put.content.row = TRY(storage::RecordFile(c, put.content, 1));
        return storage::HoldFile(c, repository, put.content, storage::Holding::Committed, 1);
      }));
      put.pin.reset();
    });
    while (!holds) std::this_thread::yield();
    return Ok();
  };
  MUST(storage::Collect(f.local(), options, {nullptr, start_recording}));
  recording.join();
}

}  // namespace banyan::tests
