#include "node/immutable_answer.h"

#include "node/http/conditional.h"

namespace banyan::node {

void AnswerImmutable(const Request& request, const std::string& tag, const Bytes& bytes,
                     Response& response) {
  response.headers.Set("Cache-Control", kImmutable);
  response.headers.Set("Content-Type", kBinary);
  if (const auto range = SelectBytes(request, "\"" + tag + "\"", bytes.size(), response)) {
    response.body = std::string(AsText(ByteView(bytes).subspan(range->offset, range->size_bytes)));
  }
}

}  // namespace banyan::node
