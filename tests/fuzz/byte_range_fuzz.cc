// The first eight bytes are the size of the body, the rest is a Range header: the answer must lie
// within the body and say what it gives.
#include "node/http/byte_range.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"

using namespace banyan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  const auto total = LoadLe<std::uint64_t>(data);
  const auto header = AsText({data + 8, size - 8});
  const auto answer = node::ResolveRange(header, total);
  ENSURE(answer.offset <= total && answer.size_bytes <= total - answer.offset);
  switch (answer.status) {
    case 200: ENSURE(answer.offset == 0 && answer.size_bytes == total); break;
    case 206: {
      ENSURE(answer.size_bytes > 0 && answer.size_bytes <= total);
      const auto last = answer.offset + (answer.size_bytes - 1);
      ENSURE(answer.content_range == "bytes " + std::to_string(answer.offset) + "-" +
                                         std::to_string(last) + "/" + std::to_string(total));
      break;
    }
    case 416: ENSURE(answer.content_range == "bytes */" + std::to_string(total)); break;
    default: ENSURE(false);
  }
  return 0;
}
