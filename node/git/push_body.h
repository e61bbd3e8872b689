#pragma once
// What was sent for a push, whole, in a file without a name: nothing else waits for its sender, and
// nothing of it is left when the node ends.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "node/http/request_body.h"
#include "storage/base/file_system.h"

namespace banyan::node {

// Used by one thread.
class PushBody {
 public:
  static constexpr std::uint64_t kStepBytes = 16u << 20;
  // Asked at the begin and after each step, with what is kept so far. After an error nothing more
  // is kept: the rest is read and dropped, since git reads no answer before it has sent all.
  using RequireRoom = std::function<Status(std::uint64_t kept_bytes)>;

  // Reads all of `body` into a file that is made at `path`. Errors: those of the body and the file.
  static Result<std::unique_ptr<PushBody>> Receive(FileSystem& fs, const std::string& path,
                                                   RequestBody& body,
                                                   const RequireRoom& require_room);
  explicit PushBody(std::unique_ptr<File> file) : file_(std::move(file)) {}

  // The next bytes of what was kept, 0 at the end.
  Result<std::size_t> Read(std::span<std::uint8_t> out);
  std::uint64_t size_bytes() const { return size_bytes_; }
  // Why not all of it was kept.
  const std::optional<Error>& refused() const { return refused_; }

 private:
  Status Keep(ByteView bytes, const RequireRoom& require_room);

  const std::unique_ptr<File> file_;
  std::uint64_t size_bytes_ = 0;
  std::uint64_t granted_bytes_ = 0;
  std::uint64_t read_bytes_ = 0;
  std::optional<Error> refused_;
};

}  // namespace banyan::node
