// What parses as the two headers of a signature, a line each, or as a digest prints to the same
// text; an introduction never proves keys for a node that it does not begin with.

#include "federation/format/introduction.h"
#include "federation/format/request_signature.h"

namespace banyan::federation {
namespace {

void TryInput(ByteView input) {
  const auto text = AsText(input);
  const auto line = std::min(text.find('\n'), text.size());
  const auto rest = text.substr(std::min(line + 1, text.size()));
  const auto signature = RequestSignature::Parse(text.substr(0, line), rest);
  if (signature) {
    ENSURE(signature->InputText() == text.substr(0, line));
    ENSURE(signature->SignatureText() == rest);
  }
  if (const auto digest = ParseContentDigest(text)) ENSURE(ContentDigestText(*digest) == text);
  ENSURE(!ReadIntroduction(NodeId(LogHash()), text));
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
