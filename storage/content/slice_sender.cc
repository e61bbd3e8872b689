#include "storage/content/slice_sender.h"

#include <algorithm>
#include <system_error>
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
      slice_bytes_(slice_bytes),
      threads_(threads),
      clock_(clock),
      since_ms_(clock.MonotonicMs()) {}

SliceSender::~SliceSender() {
  if (!worker_.joinable()) return;
  {
    MutexLock lock(mutex_);
    ended_ = true;
    changed_.NotifyAll();
  }
  worker_.join();
  threads_.Give();
}

Result<SliceSender::Memory> SliceSender::Send(Memory memory, std::size_t size) {
  if (!worker_.joinable()) return SendHere(std::move(memory), size);
  MutexLock lock(mutex_);
  while (queue_.size() >= kQueueSlices && status_) changed_.Wait(mutex_);
  if (!status_) return status_.error();
  queue_.push_back({std::move(memory), size});
  changed_.NotifyAll();
  if (spare_.empty()) return std::make_unique_for_overwrite<std::uint8_t[]>(slice_bytes_);
  memory = std::move(spare_.back());
  spare_.pop_back();
  return memory;
}

Result<SliceSender::Memory> SliceSender::SendHere(Memory memory, std::size_t size) {
  TRY(sink_(ByteView(memory.get(), size)));
  judged_bytes_ += size;
  if (judged_bytes_ < kJudgedBytes) return memory;
  const std::int64_t now_ms = clock_.MonotonicMs();
  const bool is_fast = now_ms - since_ms_ <= kFastMs;
  judged_bytes_ = 0;
  since_ms_ = now_ms;
  if (is_fast && threads_.Take()) Start();
  return memory;
}

void SliceSender::Start() {
  try {
    worker_ = std::thread([this] { Work(); });
  } catch (const std::system_error&) {  // the system has none to give: go on without
    threads_.Give();
  }
}

Status SliceSender::Drain() {
  MutexLock lock(mutex_);
  while (!queue_.empty() && status_) changed_.Wait(mutex_);
  return status_;
}

// Nobody above this thread would catch what a library throws.
Status SliceSender::Call(ByteView slice) {
  try {
    return sink_(slice);
  } catch (const std::exception& fault) {
    return Error(Errc::Io, std::string("sending: ") + fault.what());
  }
}

void SliceSender::Work() {
  for (;;) {
    ByteView slice;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !ended_) changed_.Wait(mutex_);
      if (ended_) return;
      slice = ByteView(queue_.front().memory.get(), queue_.front().size);
    }
    Status sent = Call(slice);
    MutexLock lock(mutex_);
    spare_.push_back(std::move(queue_.front().memory));
    queue_.pop_front();
    changed_.NotifyAll();
    if (sent) continue;
    status_ = std::move(sent);
    return;
  }
}

}  // namespace banyan::storage
