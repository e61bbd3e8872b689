#pragma once
// One revision of a repository as metadata readers see it: the list of its files and a way to
// read parts of them. Keeps them free of catalog and content store.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/range_reader.h"

namespace banyan::storage {

struct RevisionFile {
  std::string path;
  std::uint64_t size_bytes = 0;  // of the content, also for files behind LFS pointers
};

struct RevisionView {
  std::vector<RevisionFile> files;  // any order; paths differ
  // Exactly `size_bytes` bytes at `offset` of a listed file. NotFound when this node does not
  // hold the content.
  std::function<Result<Bytes>(const std::string& path, std::uint64_t offset,
                              std::uint64_t size_bytes)>
      read;
  // False for a file of a mirror whose content is not here: no fault of the file. Empty: all is.
  std::function<bool(const std::string& path)> is_held;

  // nullptr when no file has this path.
  const RevisionFile* Find(std::string_view path) const;
  // A listed file that is not here.
  bool IsAbsent(const std::string& path) const { return is_held && !is_held(path); }
  // Valid while the view lives.
  FileRange Range(const RevisionFile& file) const;
  // The first `max_bytes` bytes, or the whole of a shorter file.
  Result<std::string> ReadText(const RevisionFile& file, std::uint64_t max_bytes) const;
};

// True for errors that say something about this file's content (malformed, not held, too large);
// false for those after which the whole reading should be tried again later.
bool IsAboutContent(const Error& error);

}  // namespace banyan::storage
