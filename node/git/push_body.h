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
  // Asked when there is more than so many bytes, which are kept so far: how many may follow before
  // it is asked again, at least one; more than kStepBytes is that. After an error, or one of the
  // disk, nothing more is kept: the rest is read and dropped, since git reads no answer before it
  // has sent all.
  using FindRoom = std::function<Result<std::uint64_t>(std::uint64_t kept_bytes)>;

  // Reads all of `body` into a file that is made at `path`. Errors: those of the body, and of
  // making the file.
  static Result<std::unique_ptr<PushBody>> Receive(FileSystem& fs, const std::string& path,
                                                   RequestBody& body, const FindRoom& find_room);
  explicit PushBody(std::unique_ptr<File> file) : file_(std::move(file)) {}

  // The next bytes of what was kept, 0 at the end.
  Result<std::size_t> Read(std::span<std::uint8_t> out);
  std::uint64_t size_bytes() const { return size_bytes_; }
  // Why not all of it was kept.
  const std::optional<Error>& refused() const { return refused_; }
  // Gives the disk back; nothing is read from then on.
  void Drop() { file_.reset(); }

 private:
  void Keep(ByteView bytes, const FindRoom& find_room);

  std::unique_ptr<File> file_;
  std::uint64_t size_bytes_ = 0;
  std::uint64_t granted_bytes_ = 0;
  std::uint64_t read_bytes_ = 0;
  std::optional<Error> refused_;
};

}  // namespace banyan::node
