#include "storage/history/revision_view.h"

#include <algorithm>

namespace banyan::storage {

const RevisionFile* RevisionView::Find(std::string_view path) const {
  const auto it = std::find_if(files.begin(), files.end(),
                               [&](const RevisionFile& file) { return file.path == path; });
  return it == files.end() ? nullptr : &*it;
}

FileRange RevisionView::Range(const RevisionFile& file) const {
  return {file.size_bytes, [this, path = file.path](std::uint64_t offset, std::uint64_t size) {
            return read(path, offset, size);
          }};
}

Result<std::string> RevisionView::ReadText(const RevisionFile& file,
                                           std::uint64_t max_bytes) const {
  const auto bytes = TRY(read(file.path, 0, std::min(file.size_bytes, max_bytes)));
  return std::string(AsText(bytes));
}

bool IsAboutContent(const Error& error) {
  switch (error.code()) {
    case Errc::NotFound:
    case Errc::Corrupt:
    case Errc::Invalid:
    case Errc::TooLarge: return true;
    case Errc::Denied:
    case Errc::Withheld:
    case Errc::Conflict:
    case Errc::NoSpace:
    case Errc::Unavailable:
    case Errc::Io:
    case Errc::Cancelled: return false;
  }
  return false;
}

}  // namespace banyan::storage
