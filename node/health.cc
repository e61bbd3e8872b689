#include "node/health.h"

#include "node/units.h"

namespace banyan::node {

Status Health::Check() {
  MutexLock lock(mutex_);
  const std::int64_t now_ms = parts_.clock.MonotonicMs();
  if (!checked_ms_ || now_ms - *checked_ms_ >= 1000) {
    last_ = Probe();
    checked_ms_ = now_ms;
  }
  return last_;
}

Status Health::Probe() {
  {
    auto lease = TRY(parts_.database.Read().Context("catalog"));
    TRY(lease->Execute("SELECT id FROM repository LIMIT 1").Context("catalog"));
  }
  TRY(parts_.store().Context("content"));
  const std::uint64_t free_bytes = TRY(parts_.fs.FreeBytes(parts_.directory));
  if (free_bytes < parts_.min_free_bytes) {
    return Error(Errc::NoSpace, "disk: " + Format(ByteSize{free_bytes >> 20 << 20}) +
                                    " free, less than storage.min_free");
  }
  const std::string path = parts_.directory + "/health.tmp";
  {
    auto file = TRY(parts_.fs.Open(path, OpenMode::Create));
    TRY(file->WriteAt(0, AsBytes("banyan")));
    TRY(file->Sync());
  }
  return parts_.fs.Remove(path);
}

}  // namespace banyan::node
