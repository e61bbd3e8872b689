#pragma once
// A node that something happens to in the middle of a pull.

#include <atomic>
#include <functional>
#include <utility>

#include "cli/http_remote.h"

namespace banyan::cli {

// Gives data until `left` is used up; then `end` runs once, and all goes on.
class EndingRemote final : public HttpRemote {
 public:
  EndingRemote(ApiClient& client, int left, std::function<void()> end)
      : HttpRemote(client), left_(left), end_(std::move(end)) {}
  Status FetchData(const FileHash& file, std::size_t section, std::uint64_t offset,
                   std::uint64_t size_bytes, const Sink& sink) override {
    if (left_-- == 0) end_();
    return HttpRemote::FetchData(file, section, offset, size_bytes, sink);
  }

 private:
  std::atomic<int> left_;
  const std::function<void()> end_;
};

}  // namespace banyan::cli
