#pragma once
// The sections of files that were read lately. Thread safe.

#include <list>
#include <map>
#include <memory>

#include "storage/base/mutex.h"
#include "storage/content/file_sections.h"

namespace banyan::node {

class SectionCache {
 public:
  using Sections = std::shared_ptr<const storage::FileSections>;

  explicit SectionCache(storage::LocalContentStore& store) : store_(store) {}
  Result<Sections> Load(const storage::FileContent& file) EXCLUDES(mutex_);

 private:
  storage::LocalContentStore& store_;
  Mutex mutex_;
  std::map<FileHash, Sections> sections_ GUARDED_BY(mutex_);
  std::list<FileHash> recent_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
