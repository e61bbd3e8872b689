#include "storage/content/slice_sender.h"

#include <algorithm>
#include <utility>

namespace banyan::storage {
namespace {

constexpr std::uint64_t kJudgedBytes = 4u << 20;
constexpr std::int64_t kFastMs = 20;  // for kJudgedBytes
constexpr std::size_t kQueueSlices = 3;

}  // namespace

bool SenderThreads::Take() {
  if (taken_.fetch_add(1) < 2 * std::max(1u, std::thread::hardware_concurrency())) return true;
  Give();
  return false;
}

SliceSender::SliceSender(const Sink& sink, std::size_t slice_bytes, SenderThreads& threads,
                         Clock& clock)
    : sink_(sink),
      threads_(threads),
      clock_(clock),
      since_ms_(clock.MonotonicMs()),
      spare_(slice_bytes),
      worker_(kQueueSlices, [this](Slice slice) {
        const Status sent = sink_(ByteView(slice.memory.get(), slice.size));
        spare_.Give(std::move(slice.memory));
        return sent;
      }) {}

SliceSender::~SliceSender() {
  if (worker_.started()) threads_.Give();
}

Result<SliceSender::Memory> SliceSender::Send(Memory memory, std::size_t size) {
  if (!worker_.started()) return SendHere(std::move(memory), size);
  TRY(worker_.Give({std::move(memory), size}));
  return spare_.Take();
}

Result<SliceSender::Memory> SliceSender::SendHere(Memory memory, std::size_t size) {
  TRY(sink_(ByteView(memory.get(), size)));
  judged_bytes_ += size;
  if (judged_bytes_ < kJudgedBytes) return memory;
  const std::int64_t now_ms = clock_.MonotonicMs();
  const bool is_fast = now_ms - since_ms_ <= kFastMs;
  judged_bytes_ = 0;
  since_ms_ = now_ms;
  // When the system has no thread to give, it goes on without.
  if (is_fast && threads_.Take() && !worker_.Start()) threads_.Give();
  return memory;
}

Status SliceSender::Drain() { return worker_.Drain(); }

}  // namespace banyan::storage
