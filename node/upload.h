#pragma once
// Taking in the bytes of one file over HTTP: cut, hashed and stored as they arrive, and recorded
// as uploaded to a repository only when size and digest are what was announced. What is stored of a
// file that was wrong or broke off is left over (storage/history/upload_store.h).

#include <functional>

#include "node/hub.h"
#include "storage/content/content_store.h"
#include "storage/content/session_owner.h"

namespace banyan::node {

struct ExpectedFile {
  std::uint64_t size_bytes = 0;
  std::optional<Sha256> sha256;  // nullopt: any content of that size
};

struct UploadTarget {
  storage::SessionOwner owner;
  std::optional<Sha256> whole;  // set: the upload is a part of this file
  // Asked in the transaction that records the file, since a body may take hours: its error ends the
  // upload.
  std::function<Status(storage::Connection&)> still_allowed;
};

// Reads the request's body. Invalid when it is another file than expected, TooLarge when the disk
// is full or the quota does not suffice, NotFound when the repository is gone, and the errors of
// reading the body.
Result<storage::FileContent> ReceiveFile(Hub& hub, Request& request, const ExpectedFile& expected,
                                         const UploadTarget& target);

// Puts stored parts together into one file, in this order, and lets go of those that were uploaded
// for it alone; the rest as ReceiveFile.
Result<storage::FileContent> JoinFiles(Hub& hub, const std::vector<storage::FileContent>& parts,
                                       const ExpectedFile& expected, const UploadTarget& target);

}  // namespace banyan::node
