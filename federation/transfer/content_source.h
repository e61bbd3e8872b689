#pragma once
// What is needed of whoever sends content (PROTOCOL.md section 7). Everything it gives is checked
// by its taker against the hash that it asked for, so an implementation may be a liar.
// Implementations are thread safe. Errors: NotFound, Denied, Unavailable (try another, or later),
// Io (the connection broke, again and again: try another), Invalid.

#include <functional>
#include <string>

#include "storage/base/bytes.h"
#include "storage/base/digest.h"
#include "storage/base/result.h"

namespace banyan::federation {

inline constexpr std::uint64_t kWholeBody = ~std::uint64_t{0};

class ContentSource {
 public:
  virtual ~ContentSource() = default;
  // For messages: the node's address.
  virtual std::string Name() const = 0;
  // A node of the tree under `root`.
  virtual Result<Bytes> FetchObject(const Sha256& root, const Sha256& id) = 0;
  virtual Result<Bytes> FetchOutline(const FileHash& file) = 0;
  virtual Result<Bytes> FetchSection(const FileHash& file, std::size_t section) = 0;
  // Bytes [offset, offset + size) of the section's data body, or all from there with kWholeBody, in
  // pieces; every encoding that this program decodes may come.
  using Sink = std::function<Status(ByteView piece)>;
  virtual Status FetchData(const FileHash& file, std::size_t section, std::uint64_t offset,
                           std::uint64_t size_bytes, const Sink& sink) = 0;
};

}  // namespace banyan::federation
