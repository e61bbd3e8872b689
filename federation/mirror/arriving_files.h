#pragma once
// The files of mirrors that are being brought here, for whoever asks by hash before they are
// entered. What is withheld, passed over or not the latest by now is as absent as what is unknown.

#include <map>
#include <memory>

#include "federation/mirror/mirror_rows.h"
#include "storage/content/sectioned_file.h"

namespace banyan::federation {

// Thread safe.
class ArrivingFiles {
 public:
  using FilePtr = std::shared_ptr<const storage::SectionedFile>;

  // What one run of a mirror passes on, until its end. Thread safe. Borrows `files`, if there are
  // any: nullptr passes nothing on.
  class Passing {
   public:
    Passing(ArrivingFiles* files, std::int64_t card_row) : files_(files), card_row_(card_row) {}
    ~Passing();
    Passing(const Passing&) = delete;
    Passing& operator=(const Passing&) = delete;
    // In the state of the mirror's card with this leaf, which must be open to all. Replaces what
    // was passed on of that file.
    void Set(const LogHash& leaf, const FileHash& hash, FilePtr file);

   private:
    ArrivingFiles* const files_;
    const std::int64_t card_row_;
  };

  // NotFound unless a mirror that is to be brought here passes it on now.
  Result<FilePtr> Find(storage::Connection& connection, const FileHash& hash) EXCLUDES(mutex_);

 private:
  struct Passed {
    LogHash leaf;
    FilePtr file;
  };
  Mutex mutex_;
  std::map<std::pair<FileHash, std::int64_t>, Passed> passed_ GUARDED_BY(mutex_);  // by card's row
};

}  // namespace banyan::federation
