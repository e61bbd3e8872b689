#include "federation/format/request_signature.h"

#include "tests/support/catch.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

Secret SeedOf(std::string_view base64) {
  const Bytes raw = MUST(ParseBase64(base64));
  Secret seed{};
  REQUIRE(raw.size() == seed.size());
  std::copy(raw.begin(), raw.end(), seed.begin());
  return seed;
}

const NodeId kNode{HashLeaf(AsBytes("genesis"))};

RequestToSign MakeRequest() { return {"GET", "example.com", "/fed/heads", "?since=1", {}}; }

RequestSignature MakeSignature(const RequestToSign& request, const SigningKey& key) {
  RequestSignature signature{kNode, 1618884473, "abcdefghijABCDEFGHIJ01", false, {}};
  signature.Sign(request, key);
  return signature;
}

}  // namespace

// RFC 9421, B.1.4 and B.2.6.
TEST_CASE("TheEd25519ExampleOfRfc9421IsSignedAsThere") {
  const SigningKey key(SeedOf("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU="));
  CHECK(key.public_key().ToString() == "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=");
  const std::vector<SignatureComponent> components = {{"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
                                                      {"@method", "POST"},
                                                      {"@path", "/foo"},
                                                      {"@authority", "example.com"},
                                                      {"content-type", "application/json"},
                                                      {"content-length", "18"}};
  const auto base = SignatureBase(
      components, R"(("date" "@method" "@path" "@authority" "content-type" "content-length"))"
                  R"(;created=1618884473;keyid="test-key-ed25519")");
  CHECK(ToBase64(key.Sign(AsBytes(base))) ==
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==");
}

TEST_CASE("ASignatureHasOneForm") {
  const SigningKey key(SeedOf("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU="));
  const auto signature = MakeSignature(MakeRequest(), key);
  const auto input = signature.InputText();
  const auto text = signature.SignatureText();
  CHECK(input == R"(banyan=("@method" "@authority" "@path" "@query");created=1618884473)"
                 R"(;nonce="abcdefghijABCDEFGHIJ01";keyid=")" +
                     kNode.ToString() + R"(";alg="ed25519")");
  CHECK(MUST(RequestSignature::Parse(input, text)).Verifies(MakeRequest(), key.public_key()));
  for (std::size_t i = 0; i < input.size(); ++i) {
    auto other = input;
    other[i] = other[i] == '7' ? '8' : '7';
    const auto parsed = RequestSignature::Parse(other, text);
    INFO(other);
    CHECK((!parsed || !parsed->Verifies(MakeRequest(), key.public_key())));
    CHECK_FALSE(RequestSignature::Parse(input.substr(0, i), text));
  }
  for (const auto& other :
       {input + " ", " " + input, input + ";tag=\"x\"", input + ", b=()", std::string()}) {
    INFO(other);
    MUST_FAIL(RequestSignature::Parse(other, text), Errc::Invalid);
  }
  for (const auto& other : {text + " ", text + ", b=:AA==:", text.substr(0, 40), std::string(),
                            std::string("banyan=::"), std::string("banyan=:")}) {
    INFO(other);
    MUST_FAIL(RequestSignature::Parse(input, other), Errc::Invalid);
  }
}

TEST_CASE("EveryPartOfARequestIsCovered") {
  const SigningKey key(SeedOf("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU="));
  auto request = MakeRequest();
  request.content = HashSha256(AsBytes("body"));
  const auto signature = MakeSignature(request, key);
  CHECK(signature.Verifies(request, key.public_key()));
  CHECK(signature.InputText().find("content-digest") != std::string::npos);
  const auto changed = [&](const auto& change) {
    auto other = request;
    change(other);
    return signature.Verifies(other, key.public_key());
  };
  CHECK_FALSE(changed([](auto& other) { other.method = "PUT"; }));
  CHECK_FALSE(changed([](auto& other) { other.authority = "example.org"; }));
  CHECK_FALSE(changed([](auto& other) { other.path = "/fed/head"; }));
  CHECK_FALSE(changed([](auto& other) { other.query = "?"; }));
  CHECK_FALSE(changed([](auto& other) { other.content = HashSha256(AsBytes("bodY")); }));
  CHECK_FALSE(changed([](auto& other) { other.content.reset(); }));
  CHECK_FALSE(signature.Verifies(request, SigningKey(Secret{}).public_key()));
}

TEST_CASE("AContentDigestIsSha256AndNothingElse") {
  const auto digest = HashSha256(AsBytes("{\"hello\": \"world\"}"));
  const std::string text = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";  // RFC 9530
  CHECK(ContentDigestText(digest) == text);
  CHECK(MUST(ParseContentDigest(text)) == digest);
  for (const auto& other : {text + " ", text.substr(1), text.substr(0, text.size() - 1),
                            std::string("sha-256=:AAAA:"), "sha-512" + text.substr(7)}) {
    INFO(other);
    MUST_FAIL(ParseContentDigest(other), Errc::Invalid);
  }
}

TEST_CASE("AnAuthorityHasNoPortOfItsScheme") {
  CHECK(CanonicalAuthority("Example.COM:443", true) == "example.com");
  CHECK(CanonicalAuthority("example.com:443", false) == "example.com:443");
  CHECK(CanonicalAuthority("127.0.0.1:80", false) == "127.0.0.1");
  CHECK(CanonicalAuthority("[::1]:8080", false) == "[::1]:8080");
}

TEST_CASE("AnAnswerIsBoundToWhatWasAskedAndSaysWhoAnswers") {
  const SigningKey key(SeedOf("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU="));
  const auto asked = MakeSignature(MakeRequest(), key).SignatureText();
  const auto content = HashSha256(AsBytes("body"));
  AnswerSignature made{kNode, {}};
  made.Sign(asked, content, key);
  const auto input = made.InputText();
  CHECK(input == R"(banyan=("@status" "content-digest" "signature";req;key="banyan");keyid=")" +
                     kNode.ToString() + R"(";alg="ed25519")");
  const auto parsed = MUST(AnswerSignature::Parse(input, made.SignatureText()));
  CHECK(parsed.node == kNode);
  CHECK(parsed.Verifies(asked, content, key.public_key()));
  CHECK_FALSE(parsed.Verifies(asked, HashSha256(AsBytes("other")), key.public_key()));
  CHECK_FALSE(parsed.Verifies(made.SignatureText(), content, key.public_key()));
  for (std::size_t i = 0; i < input.size(); ++i) {
    auto other = input;
    other[i] = other[i] == 'a' ? 'b' : 'a';
    const auto changed = AnswerSignature::Parse(other, made.SignatureText());
    CHECK((!changed || !changed->Verifies(asked, content, key.public_key())));
    CHECK_FALSE(AnswerSignature::Parse(input.substr(0, i), made.SignatureText()));
  }
  MUST_FAIL(AnswerSignature::Parse(input + " ", made.SignatureText()), Errc::Invalid);
  MUST_FAIL(AnswerSignature::Parse(input, made.SignatureText() + " "), Errc::Invalid);
  // An answer is no request.
  MUST_FAIL(RequestSignature::Parse(input, made.SignatureText()), Errc::Invalid);
}
