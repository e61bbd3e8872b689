#include "federation/format/request_signature.h"

#include <algorithm>
#include <charconv>

namespace banyan::federation {
namespace {

constexpr std::string_view kLabel = "banyan=";
constexpr std::string_view kBare = R"(("@method" "@authority" "@path" "@query"))";
constexpr std::string_view kWithContent =
    R"(("@method" "@authority" "@path" "@query" "content-digest"))";
constexpr std::string_view kOfAnswer =
    R"(("@status" "content-digest" "signature";req;key="banyan");keyid=")";
constexpr std::string_view kCreated = ";created=";
constexpr std::string_view kNonce = ";nonce=\"";
constexpr std::string_view kKeyId = "\";keyid=\"";
constexpr std::string_view kEnd = "\";alg=\"ed25519\"";
constexpr std::size_t kNodeIdSize = 52;
constexpr std::size_t kMaxDigits = 12;

Error Malformed(std::string_view what) {
  return Error(Errc::Invalid, "signature of a request: " + std::string(what));
}

// Takes `word` from the front of `text`.
Status Take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return Malformed("not of the one form that is known here");
  text.remove_prefix(word.size());
  return Ok();
}

std::string_view TakeSome(std::string_view& text, std::size_t size) {
  const auto taken = text.substr(0, size);
  text.remove_prefix(taken.size());
  return taken;
}

bool IsNonce(std::string_view text) {
  return text.size() == kRequestNonceSize && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

std::string SignatureTextOf(const Signature& signature) {
  return std::string(kLabel) + ":" + ToBase64(signature) + ":";
}

// "sha-256=:...:" or "banyan=:...:".
Result<Bytes> ParseByteSequence(std::string_view text, std::string_view label) {
  TRY(Take(text, label));
  if (text.size() < 2 || !text.starts_with(':') || !text.ends_with(':')) {
    return Malformed("no byte sequence");
  }
  return ParseBase64(text.substr(1, text.size() - 2));
}

Result<Signature> ParseSignature(std::string_view text) {
  const Bytes raw = TRY(ParseByteSequence(text, kLabel));
  Signature signature{};
  if (raw.size() != signature.size()) return Malformed("not of 64 bytes");
  std::ranges::copy(raw, signature.begin());
  return signature;
}

std::string Parameters(const AnswerSignature& signature) {
  return std::string(kOfAnswer) + signature.node.ToString() + std::string(kEnd);
}

std::string BaseOf(const AnswerSignature& signature, std::string_view asked,
                   const Sha256& content) {
  asked.remove_prefix(std::min(asked.size(), kLabel.size()));
  const std::vector<SignatureComponent> components = {
      {"@status", "200"},
      {"content-digest", ContentDigestText(content)},
      {"signature", std::string(asked), ";req;key=\"banyan\""}};
  return SignatureBase(components, Parameters(signature));
}

std::string Parameters(const RequestSignature& signature) {
  return std::string(signature.covers_content ? kWithContent : kBare) + std::string(kCreated) +
         std::to_string(signature.created_s) + std::string(kNonce) + signature.nonce +
         std::string(kKeyId) + signature.node.ToString() + std::string(kEnd);
}

std::string BaseOf(const RequestSignature& signature, const RequestToSign& request) {
  std::vector<SignatureComponent> components = {{"@method", request.method},
                                                {"@authority", request.authority},
                                                {"@path", request.path},
                                                {"@query", request.query}};
  if (request.content) {
    components.push_back({"content-digest", ContentDigestText(*request.content)});
  }
  return SignatureBase(components, Parameters(signature));
}

}  // namespace

std::string SignatureBase(std::span<const SignatureComponent> components,
                          std::string_view parameters) {
  std::string base;
  for (const auto& part : components) {
    base += "\"" + part.name + "\"" + part.parameters + ": " + part.value + "\n";
  }
  return base + "\"@signature-params\": " + std::string(parameters);
}

Result<RequestSignature> RequestSignature::Parse(std::string_view input,
                                                 std::string_view signature) {
  std::string_view left = input;
  TRY(Take(left, kLabel));
  const bool covers_content = left.starts_with(kWithContent);
  TRY(Take(left, covers_content ? kWithContent : kBare));
  TRY(Take(left, kCreated));
  std::int64_t created_s = 0;
  const auto digits = TakeSome(left, std::min(left.find(';'), kMaxDigits));
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), created_s);
  if (error != std::errc() || end != digits.data() + digits.size() || created_s < 0) {
    return Malformed("created is no time");
  }
  TRY(Take(left, kNonce));
  const auto nonce = TakeSome(left, kRequestNonceSize);
  TRY(Take(left, kKeyId));
  const auto node = TRY(NodeId::Parse(TakeSome(left, kNodeIdSize)));
  RequestSignature parsed{node, created_s, std::string(nonce), covers_content, {}};
  parsed.signature = TRY(ParseSignature(signature));
  if (!IsNonce(nonce) || parsed.InputText() != input || parsed.SignatureText() != signature) {
    return Malformed("not of the one form that is known here");
  }
  return parsed;
}

std::string RequestSignature::InputText() const { return std::string(kLabel) + Parameters(*this); }

std::string RequestSignature::SignatureText() const { return SignatureTextOf(signature); }

void RequestSignature::Sign(const RequestToSign& request, const SigningKey& key) {
  covers_content = request.content.has_value();
  signature = key.Sign(AsBytes(BaseOf(*this, request)));
}

bool RequestSignature::Verifies(const RequestToSign& request, const PublicKey& key) const {
  if (covers_content != request.content.has_value()) return false;
  return key.Verifies(AsBytes(BaseOf(*this, request)), signature);
}

Result<AnswerSignature> AnswerSignature::Parse(std::string_view input, std::string_view signature) {
  std::string_view left = input;
  TRY(Take(left, kLabel));
  TRY(Take(left, kOfAnswer));
  const auto node = TRY(NodeId::Parse(TakeSome(left, kNodeIdSize)));
  const auto bytes = TRY(ParseSignature(signature));
  const AnswerSignature parsed{node, bytes};
  if (parsed.InputText() == input && parsed.SignatureText() == signature) return parsed;
  return Malformed("not of the one form that is known here");
}

std::string AnswerSignature::InputText() const { return std::string(kLabel) + Parameters(*this); }
std::string AnswerSignature::SignatureText() const { return SignatureTextOf(signature); }

void AnswerSignature::Sign(std::string_view asked, const Sha256& content, const SigningKey& key) {
  signature = key.Sign(AsBytes(BaseOf(*this, asked, content)));
}

bool AnswerSignature::Verifies(std::string_view asked, const Sha256& content,
                               const PublicKey& key) const {
  return key.Verifies(AsBytes(BaseOf(*this, asked, content)), signature);
}

std::string ContentDigestText(const Sha256& digest) {
  return "sha-256=:" + ToBase64(digest.bytes()) + ":";
}

Result<Sha256> ParseContentDigest(std::string_view text) {
  const Bytes raw = TRY(ParseByteSequence(text, "sha-256="));
  if (raw.size() != Sha256::kSize) return Malformed("no SHA-256");
  return Sha256::FromRaw(raw);
}

std::string CanonicalAuthority(std::string_view host, bool is_tls) {
  std::string authority(host);
  std::ranges::transform(authority, authority.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::string_view standard = is_tls ? ":443" : ":80";
  if (authority.ends_with(standard)) authority.resize(authority.size() - standard.size());
  return authority;
}

}  // namespace banyan::federation
