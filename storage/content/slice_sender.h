#pragma once
// Hands slices to a sink: at first on the caller's thread, and from a thread of its own once the
// sink has proved fast, so that decoding goes on while the system copies what was decoded. A slow
// sink costs no thread and no second slice, and few threads are lent out in all.
//
//   Send ──▶ sink                          until 4 MiB went within 20 ms and a thread is free
//   Send ──▶ queue of 3 ──thread──▶ sink   from then on

#include <atomic>

#include "storage/base/clock.h"
#include "storage/base/queue_worker.h"
#include "storage/base/spare_memory.h"
#include "storage/content/content_store.h"

namespace banyan::storage {

// How many senders of a store have a thread. Thread safe.
class SenderThreads {
 public:
  bool Take();
  void Give() { taken_.fetch_sub(1); }

 private:
  std::atomic<unsigned> taken_ = 0;
};

// Used by one thread, which calls the sink itself only after Drain.
class SliceSender {
 public:
  using Sink = FileReader::Sink;
  using Memory = SpareMemory::Memory;

  // All references outlive the sender. `slice_bytes` is the size of every Memory.
  SliceSender(const Sink& sink, std::size_t slice_bytes, SenderThreads& threads, Clock& clock);
  // Slices that wait are dropped.
  ~SliceSender();
  SliceSender(const SliceSender&) = delete;
  SliceSender& operator=(const SliceSender&) = delete;

  // Sends the first `size` bytes of `memory`, or queues them, and gives memory for the next slice.
  // Fails with the sink's error, perhaps of an earlier slice; no call may follow.
  Result<Memory> Send(Memory memory, std::size_t size);
  // Waits until the sink has taken all; errors as Send.
  Status Drain();

 private:
  struct Slice {
    Memory memory;
    std::size_t size = 0;
  };

  Result<Memory> SendHere(Memory memory, std::size_t size);

  const Sink& sink_;
  SenderThreads& threads_;
  Clock& clock_;
  std::uint64_t judged_bytes_ = 0;  // sent since `since_ms_`
  std::int64_t since_ms_;
  SpareMemory spare_;
  QueueWorker<Slice> worker_;
};

}  // namespace banyan::storage
