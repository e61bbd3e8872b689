#include "node/request_signer.h"

#include "federation/format/request_signature.h"
#include "federation/known_keys.h"

namespace banyan::node {
namespace {

federation::RequestToSign WhatIsSigned(std::string_view address, const ApiRequest& request) {
  const bool is_tls = address.starts_with("https://");
  address.remove_prefix(address.find("://") + 3);
  const auto slash = std::min(address.find('/'), address.size());
  const auto mark = std::min(request.path.find('?'), request.path.size());
  federation::RequestToSign out{request.method,
                                federation::CanonicalAuthority(address.substr(0, slash), is_tls),
                                std::string(address.substr(slash)) + request.path.substr(0, mark),
                                mark == request.path.size() ? "?" : request.path.substr(mark),
                                {}};
  if (!request.body.empty()) out.content = HashSha256(AsBytes(request.body));
  return out;
}

}  // namespace

std::optional<federation::NodeId> RequestSigner::node() const {
  const auto log = log_.Look();
  return log == nullptr ? std::nullopt : std::optional(log->origin.node);
}

Result<std::string> RequestSigner::Introduction(federation::LogId log) const {
  auto lease = TRY(database_.Read());
  return federation::IntroductionOf(*lease, log);
}

void RequestSigner::Introduce(federation::LogId log, HeaderList& headers) const {
  const auto introduction = Introduction(log);
  if (introduction) headers.Set(federation::kIntroductionHeader, *introduction);
}

void RequestSigner::Sign(std::string_view address, Introduces introduces,
                         ApiRequest& request) const {
  const auto log = log_.Look();
  if (log == nullptr) return;
  const auto signed_as = WhatIsSigned(address, request);
  federation::RequestSignature signature{log->origin.node,
                                         clock_.NowMs() / 1000,
                                         RandomAlphanumeric(random_, federation::kRequestNonceSize),
                                         false,
                                         {}};
  signature.Sign(signed_as, log->origin.keys.transport);
  auto& headers = request.headers;
  headers.Set(federation::kSignatureInputHeader, signature.InputText());
  headers.Set(federation::kSignatureHeader, signature.SignatureText());
  if (signed_as.content) {
    headers.Set(federation::kContentDigestHeader,
                federation::ContentDigestText(*signed_as.content));
  }
  if (introduces == Introduces::Yes) Introduce(log->origin.log, headers);
}

void RequestSigner::SignAnswer(std::string_view asked, std::string_view body,
                               HeaderList& headers) const {
  const auto log = log_.Look();
  if (log == nullptr) return;
  const auto content = HashSha256(AsBytes(body));
  federation::AnswerSignature signature{log->origin.node, {}};
  signature.Sign(asked, content, log->origin.keys.transport);
  headers.Set(federation::kContentDigestHeader, federation::ContentDigestText(content));
  headers.Set(federation::kSignatureInputHeader, signature.InputText());
  headers.Set(federation::kSignatureHeader, signature.SignatureText());
  Introduce(log->origin.log, headers);
}

}  // namespace banyan::node
