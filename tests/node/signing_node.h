#pragma once
// Another node, as far as a test node sees it: it has keys and signs requests.

#include "federation/follow/peers.h"
#include "federation/format/introduction.h"
#include "federation/format/opening.h"
#include "federation/format/request_signature.h"
#include "node/own_log.h"
#include "tests/node/test_node.h"

namespace banyan::node {

class SigningNode {
 public:
  explicit SigningNode(std::uint8_t seed)
      : keys_(KeysOf(seed)),
        next_(KeysOf(static_cast<std::uint8_t>(seed + 100))),
        genesis_{{keys_.public_keys(), next_.public_keys().Commitment(), {}}, std::string(32, 'a')},
        openings_{genesis_.Render()} {}

  federation::NodeId node() const { return genesis_.node(); }
  std::string id() const { return node().ToString(); }
  const federation::SigningKeys& keys() const { return keys_; }
  std::string introduction() const { return federation::IntroductionText(openings_); }

  // Gives up its keys for those of a second epoch.
  void BeginSecondEpoch() {
    openings_.push_back(federation::Opening{
        node(),
        1,
        {0, {5, federation::LogHash()}},
        {next_.public_keys(), {}, {}},
        Sha256(),
        federation::OpenReason::Compromise,
        {}}.Render());
    keys_ = next_;
  }

  // How a request is signed; a test may change it.
  struct Form {
    std::string authority = "hub.test";  // of TestNode::kPublicUrl
    std::string before_path = "/prefix";
    std::int64_t off_s = 0;  // from the node's clock
    std::string nonce = {};  // empty: a new one
    bool introduces = true;
  };
  Ask Signed(TestNode& at, Ask ask, const Form& form) {
    const auto mark = std::min(ask.target.find('?'), ask.target.size());
    federation::RequestToSign what{ask.method,
                                   form.authority,
                                   form.before_path + ask.target.substr(0, mark),
                                   mark == ask.target.size() ? "?" : ask.target.substr(mark),
                                   {}};
    if (!ask.body.empty()) {
      what.content = HashSha256(AsBytes(ask.body));
      ask.headers.emplace_back("Content-Digest", federation::ContentDigestText(*what.content));
    }
    auto nonce = std::to_string(++nonces_);
    nonce = form.nonce.empty() ? std::string(22 - nonce.size(), 'n') + nonce : form.nonce;
    federation::RequestSignature signature{
        node(), at.clock().NowMs() / 1000 + form.off_s, nonce, false, {}};
    signature.Sign(what, keys_.transport);
    ask.headers.emplace_back("Signature-Input", signature.InputText());
    ask.headers.emplace_back("Signature", signature.SignatureText());
    if (form.introduces) ask.headers.emplace_back("Banyan-Introduction", introduction());
    return ask;
  }
  Reply Send(TestNode& at, const Ask& ask, const Form& form) {
    return at.Send(Signed(at, ask, form));
  }
  Reply Send(TestNode& at, const Ask& ask) { return Send(at, ask, Form()); }

 private:
  static federation::SigningKeys KeysOf(std::uint8_t byte) {
    Secret seed;
    seed.fill(byte);
    return federation::SigningKeys(seed);
  }
  federation::SigningKeys keys_;
  const federation::SigningKeys next_;
  const federation::Genesis genesis_;
  std::vector<Bytes> openings_;
  int nonces_ = 0;
};

// What another client of the node could look at.
inline std::string Look(const Reply& reply) {
  std::string text = std::to_string(reply.status) + "\n";
  for (const auto& [name, value] : reply.headers.fields()) {
    if (name != "Date" && name != "X-Request-Id") text += name + ": " + value + "\n";
  }
  return text + "\n" + reply.body;
}

// The node reads it in the job that it has for that.
inline void WritePolicy(TestNode& node, const std::string& text) {
  MUST(WriteFileDurably(DiskFileSystem(), node.directory() + "/policy.toml", AsBytes(text)));
  node.Restart();
  MUST(node.node().own_log().Update());
}

}  // namespace banyan::node
