#include "node/peer_gate.h"

#include "federation/format/request_signature.h"
#include "federation/known_keys.h"
#include "node/http/http_error.h"
#include "node/http/router.h"
#include "node/signed_body.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

using federation::NodeId;
using federation::RequestSignature;
using storage::Connection;

enum class Standing { Known, Stranger };

Result<Standing> StandingOf(Connection& connection, const federation::Policy& policy,
                            const NodeId& node) {
  const bool is_reader = policy.readers && policy.readers->contains(node);
  if (is_reader || policy.accept_from.contains(node)) return Standing::Known;
  auto rows = connection.Query("SELECT 1 FROM peer WHERE node = ? LIMIT 1", node.genesis());
  const bool is_peer = rows.Next();
  TRY(rows.status());
  return is_peer ? Standing::Known : Standing::Stranger;
}

// How this node is called: the host and path of public_url.
struct OwnName {
  std::string authority;  // empty: nobody said
  std::string path;       // before every path of ours; a proxy takes it away
};

OwnName NameOf(const Config& config) {
  std::string_view url = config.public_url;
  const auto scheme = url.find("://");
  if (scheme == url.npos) return {};
  const bool is_tls = url.starts_with("https");
  url.remove_prefix(scheme + 3);
  const auto slash = std::min(url.find('/'), url.size());
  return {federation::CanonicalAuthority(url.substr(0, slash), is_tls),
          std::string(url.substr(slash))};
}

// No name of another machine, so that what is signed for it was not meant for another node.
bool IsLoopback(std::string_view authority) {
  const auto host = authority.starts_with('[') ? authority.substr(0, authority.find(']') + 1)
                                               : authority.substr(0, authority.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

std::string QueryOf(const Request& request) {
  const auto mark = request.target.find('?');
  return mark == std::string::npos ? "?" : request.target.substr(mark);
}

std::optional<Sha256> SignedContent(const Request& request) {
  const auto text = request.headers.Find(federation::kContentDigestHeader);
  if (!text) return std::nullopt;
  const auto digest = federation::ParseContentDigest(*text);
  return digest ? std::optional(*digest) : std::nullopt;
}

// What a proxy made of the host and path of the request does not matter where public_url says what
// they are. Without it only the loopback is believed: who asked this node under another name may
// have been asked to by whoever has that name.
enum class Made { ForUs, ForAnother, ByAnother };
Made CheckMaker(const Config& config, const RequestSignature& signature, const Request& request,
                const std::optional<Sha256>& content, const PublicKey& key) {
  const auto own = NameOf(config);
  const auto fits = [&](const std::string& authority, const std::string& before) {
    return signature.Verifies(
        {request.method, authority, before + request.path, QueryOf(request), content}, key);
  };
  if (!own.authority.empty() && fits(own.authority, own.path)) return Made::ForUs;
  const auto host = request.headers.Find("Host").value_or("");
  const auto called = federation::CanonicalAuthority(host, request.is_tls);
  if (!fits(called, "")) return Made::ByAnother;
  return own.authority.empty() && IsLoopback(called) ? Made::ForUs : Made::ForAnother;
}

}  // namespace

Result<PeerGate::Identity> PeerGate::Prove(const Request& request) {
  Identity identity;
  const auto input = request.headers.Find(federation::kSignatureInputHeader);
  const auto text = request.headers.Find(federation::kSignatureHeader);
  if (!input || !text) return identity;
  const auto signature = RequestSignature::Parse(*input, *text);
  if (!signature) return identity;
  std::optional<federation::KeySet> keys;
  const auto introduction = request.headers.Find(federation::kIntroductionHeader);
  {
    auto lease = TRY(parts_.database.Read());
    const auto policy = parts_.policy.policy();
    if (TRY(StandingOf(*lease, *policy, signature->node)) == Standing::Stranger) return identity;
    keys = TRY(federation::FindKeys(*lease, signature->node, introduction));
  }
  if (!keys) return identity;
  const auto content = SignedContent(request);
  switch (CheckMaker(parts_.config, *signature, request, content, keys->transport)) {
    case Made::ByAnother: return identity;
    case Made::ForAnother:
      identity.problem =
          "the request was signed for another address than the public_url of this node";
      return identity;
    case Made::ForUs: break;
  }
  if (request.body_size_bytes() != 0 && !content) {
    identity.problem = "the body of the request is not signed";
    return identity;
  }
  const auto now_s = parts_.clock.NowMs() / 1000;
  const auto taken = nonces_.Take(signature->node, signature->created_s, signature->nonce, now_s);
  if (!taken) {
    identity.problem = taken.error().message();
    return identity;
  }
  identity.node = signature->node;
  identity.content = content;
  if (introduction) {
    TRY(federation::KeepIntroduction(parts_.database, signature->node, *introduction));
  }
  return identity;
}

Result<std::unique_ptr<BodySource>> PeerGate::Identify(Request& request) {
  const auto identity = TRY(Prove(request));
  if (identity.node) Admit(*identity.node, request);
  request.signature_problem = identity.problem;
  std::unique_ptr<BodySource> body;
  if (identity.content && request.body != nullptr) {
    body = std::make_unique<SignedBody>(*request.body, *identity.content);
  }
  return body;
}

void PeerGate::Admit(const NodeId& node, Request& request) const {
  const auto policy = parts_.policy.policy();
  request.caller_node = node;
  request.is_reader = policy->readers && policy->readers->contains(node);
}

bool PeerGate::MayRead(const Request& request) const {
  return !request.caller.IsAnonymous() || request.is_reader || !parts_.policy.policy()->readers;
}

bool PeerGate::MayBring(const Request& request) const {
  return request.caller_node && parts_.policy.policy()->accept_from.contains(*request.caller_node);
}

bool IsTreeOfFiles(const Request& request) {
  const std::string_view path = request.path;
  const bool is_hint = request.method == "POST" && path == "/fed/heads";
  return path.starts_with("/fed/") && !path.starts_with("/fed/wants") && !is_hint;
}

void AnswerStranger(const Request& request, Response& response) {
  if (request.signature_problem.empty()) return Router::AnswerNotFound(response);
  Fail(response, 401, request.signature_problem);
}

}  // namespace banyan::node
