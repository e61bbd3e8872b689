#pragma once
// Signed requests, and signed answers to them (PROTOCOL.md section 7): HTTP message signatures
// (RFC 9421) in one form only. What is parsed is rendered again and compared. Values and pure
// functions.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "federation/format/node_id.h"
#include "storage/base/signing.h"

namespace banyan::federation {

inline constexpr std::size_t kRequestNonceSize = 22;         // letters and digits
inline constexpr std::int64_t kRequestSignatureLifeS = 300;  // before and after `created`
inline constexpr std::string_view kSignatureInputHeader = "Signature-Input";
inline constexpr std::string_view kSignatureHeader = "Signature";
inline constexpr std::string_view kContentDigestHeader = "Content-Digest";

// What of a request is signed.
struct RequestToSign {
  std::string method;
  std::string authority;          // as CanonicalAuthority gives it
  std::string path;               // as sent, without its query
  std::string query;              // with "?" before it; "?" when there is none
  std::optional<Sha256> content;  // digest of the body; nullopt: no body
};

// The bytes that are signed: a line for each component, then the parameters (RFC 9421 section 2.5).
struct SignatureComponent {
  std::string name;
  std::string value;
  std::string parameters = {};  // ";req", say
};
std::string SignatureBase(std::span<const SignatureComponent> components,
                          std::string_view parameters);

struct RequestSignature {
  NodeId node;  // who signs, with the transport key of its current epoch
  std::int64_t created_s = 0;
  std::string nonce;
  bool covers_content = false;
  Signature signature{};

  // From the two headers. Invalid for anything that InputText and SignatureText would not give
  // back.
  static Result<RequestSignature> Parse(std::string_view input, std::string_view signature);
  std::string InputText() const;
  std::string SignatureText() const;

  void Sign(const RequestToSign& request, const SigningKey& key);
  // False as well when the request has a body that is not covered, or none that is.
  bool Verifies(const RequestToSign& request, const PublicKey& key) const;
};

// An answer of status 200, bound to the request that it answers.
struct AnswerSignature {
  NodeId node;  // who answers, with the transport key of its current epoch
  Signature signature{};

  // As RequestSignature::Parse.
  static Result<AnswerSignature> Parse(std::string_view input, std::string_view signature);
  std::string InputText() const;
  std::string SignatureText() const;

  // `asked` is SignatureText of the request, `content` the digest of the answer's body.
  void Sign(std::string_view asked, const Sha256& content, const SigningKey& key);
  bool Verifies(std::string_view asked, const Sha256& content, const PublicKey& key) const;
};

// RFC 9530, SHA-256 and nothing else: "sha-256=:<base64>:".
std::string ContentDigestText(const Sha256& digest);
Result<Sha256> ParseContentDigest(std::string_view text);

// The host and port of a Host header as they are signed: lower case, without the port that the
// scheme stands for.
std::string CanonicalAuthority(std::string_view host, bool is_tls);

}  // namespace banyan::federation
