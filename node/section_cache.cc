#include "node/section_cache.h"

namespace banyan::node {
namespace {

constexpr std::size_t kRememberedFiles = 128;

}  // namespace

Result<SectionCache::Sections> SectionCache::Load(const storage::FileContent& file) {
  {
    MutexLock lock(mutex_);
    const auto found = sections_.find(file.hash);
    if (found != sections_.end() && found->second->recipe() == file.recipe) return found->second;
  }
  Sections sections = TRY(storage::FileSections::Load(store_, file));
  MutexLock lock(mutex_);
  if (sections_.insert_or_assign(file.hash, sections).second) recent_.push_front(file.hash);
  if (recent_.size() > kRememberedFiles) {
    sections_.erase(recent_.back());
    recent_.pop_back();
  }
  return sections;
}

}  // namespace banyan::node
