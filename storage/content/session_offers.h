#pragma once
// The offers of a session, kept beside the catalog as <data>/sessions/<session>/<number>, durable,
// so that an interrupted push goes on without sending its chunk lists again. What they take there
// counts as loose as long as the session is open. Thread safe.

#include <string>

#include "storage/base/file_system.h"
#include "storage/content/content_session.h"
#include "storage/content/file_offer.h"

namespace banyan::storage {

class SessionOffers {
 public:
  SessionOffers(FileSystem& fs, std::string directory)
      : fs_(fs), directory_(std::move(directory)) {}

  // What an offer of that size takes on the disk: whole blocks.
  static std::uint64_t BytesOnDisk(std::uint64_t size_bytes) {
    return (size_bytes / kBlockBytes + 1) * kBlockBytes;
  }
  // Keeps an offer that the caller could parse, and has room for. Numbers count from 1 in each
  // session; TooLarge for more than a session may have, NotFound when it has ended.
  Result<std::uint32_t> Add(ContentSession& session, ByteView offer);
  Result<std::vector<OfferedFile>> Get(const ContentSession& session, std::uint32_t number);
  // Of a kept offer; NotFound when there is none.
  Result<std::uint64_t> SizeOf(const ContentSession& session, std::uint32_t number) const;
  // With the end of the session.
  Status RemoveAll(const std::string& session_name);
  // Those of sessions that the catalog does not know any more.
  Status RemoveEnded(Connection& connection);

 private:
  static constexpr std::uint64_t kBlockBytes = 4096;
  std::string DirectoryOf(const std::string& session_name) const {
    return directory_ + "/sessions/" + session_name;
  }
  std::string PathOf(const ContentSession& session, std::uint32_t number) const {
    return DirectoryOf(session.name()) + "/" + std::to_string(number);
  }
  FileSystem& fs_;
  const std::string directory_;
  Mutex mutex_;
};

}  // namespace banyan::storage
