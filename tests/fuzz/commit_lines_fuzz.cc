// Whatever is read as the lines of a commit must name legal paths only, and files that this
// repository may use, of which a new node has none but those that stand in the lines.

#include <algorithm>
#include <memory>
#include <variant>

#include "node/commit_body.h"
#include "node/data_directory.h"
#include "storage/base/repository_name.h"
#include "tests/support/temp_directory.h"

namespace banyan::node {
namespace {

class TextBody final : public BodySource {
 public:
  explicit TextBody(ByteView bytes) : left_(bytes), size_bytes_(bytes.size()) {}
  Result<std::size_t> Read(std::span<std::uint8_t> out) override {
    const auto count = std::min(left_.size(), out.size());
    std::copy_n(left_.begin(), count, out.begin());
    left_ = left_.subspan(count);
    return count;
  }
  std::optional<std::uint64_t> size_bytes() const override { return size_bytes_; }

 private:
  ByteView left_;
  const std::uint64_t size_bytes_;
};

struct NewNode {
  TempDirectory directory;
  Config config;
  std::unique_ptr<DataDirectory> data = *DataDirectory::Open(
      SystemClock(), SystemRandom(), DiskFileSystem(), {directory.Join("data"), true, 0});
  storage::Usage usage;
  RateLimiter downloads{SystemClock()};
  Metrics metrics;
  LinkSigner signer{data->seed()};
  AnswerCache answers{data->database()};
  PolicyFile policy{DiskFileSystem(), directory.Join("policy.toml"), PolicyFile::Missing::Fine};
  Hub hub{SystemClock(), SystemRandom(), config, data->database(), data->content(), usage,
          downloads,     metrics,        signer, answers,          policy};
};

void TryInput(ByteView input) {
  static NewNode node;
  TextBody source(input);
  Request request;
  request.body = &source;
  CommitBody body(node.hub, node.hub.content, request, 1);
  if (!body.ReadHeader()) return;
  const auto operations = body.ReadOperations();
  if (!operations) return;
  for (const auto& operation : *operations) {
    const auto& path =
        std::visit([](const auto& one) -> const std::string& { return one.path; }, operation);
    ENSURE(storage::ValidatePath(path).has_value());
  }
}

}  // namespace
}  // namespace banyan::node

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::node::TryInput({data, size});
  return 0;
}
