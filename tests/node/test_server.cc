#include "tests/node/test_server.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "node/http/conditional.h"
#include "node/http/http_error.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

namespace banyan::node {
namespace {

template <typename Write>
void WritePem(const std::string& path, Write write) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  ENSURE(file != nullptr);
  ENSURE(write(file) == 1);
  std::fclose(file);
}

TestCertificate MakeCertificate(const std::string& directory) {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  ENSURE(key && certificate);
  X509* x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 86400);
  X509_set_pubkey(x, key.get());
  X509_NAME* name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x, name);
  ENSURE(X509_sign(x, key.get(), EVP_sha256()) > 0);
  const TestCertificate out{directory + "/certificate.pem", directory + "/key.pem"};
  WritePem(out.certificate_file, [&](std::FILE* file) { return PEM_write_X509(file, x); });
  WritePem(out.key_file, [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return out;
}

class Pieces : public BodyProducer {
 public:
  Pieces(std::optional<std::uint64_t> size, std::vector<std::string> pieces)
      : size_(size), pieces_(std::move(pieces)) {}
  std::optional<std::uint64_t> size_bytes() const override { return size_; }
  Status Write(BodySink& sink) override {
    for (const auto& piece : pieces_) TRY(sink.Write(AsBytes(piece)));
    return Ok();
  }

 private:
  std::optional<std::uint64_t> size_;
  std::vector<std::string> pieces_;
};

Handler Text(std::string text) {
  return [text](Request&, Response& response) { response.SetText("text/plain", text); };
}

Handler StatusOnly(int status) {
  return [status](Request&, Response& response) { response.status = status; };
}

Handler Produce(std::optional<std::uint64_t> size, std::vector<std::string> pieces) {
  return [=](Request&, Response& response) {
    response.producer = std::make_unique<Pieces>(size, pieces);
  };
}

void Echo(Request& request, Response& response) {
  auto body = request.ReadAll(Request::kDefaultBodyLimitBytes);
  if (!body) return Fail(response, body.error());
  response.SetText("text/plain", *std::move(body));
}

void CountBody(Request& request, Response& response) {
  Bytes buffer(64u << 10);
  std::uint64_t total = 0;
  for (;;) {
    const auto count = request.ReadBody(buffer);
    if (!count) return Fail(response, count.error());
    if (*count == 0) break;
    total += *count;
  }
  response.SetText("text/plain", std::to_string(total));
}

void See(Request& request, Response& response) {
  std::string text = request.method + " " + request.path;
  for (const auto& param : request.query) text += "|" + param.name + "=" + param.value;
  for (const auto& param : request.params) text += "|" + param.value;
  response.SetText("text/plain", text);
}

Handler File(std::string content) {
  return [content](Request& request, Response& response) {
    const auto part = SelectBytes(request, "\"v1\"", content.size(), response);
    if (part) response.body = content.substr(part->offset, part->size_bytes);
  };
}

}  // namespace

const TestCertificate& SelfSignedCertificate() {
  static const TempDirectory directory;
  static const TestCertificate certificate = MakeCertificate(directory.path());
  return certificate;
}

std::uint8_t BigByte(std::size_t index) {
  return static_cast<std::uint8_t>((index * 2654435761u) >> 13);
}

Router TestRoutes() {
  static const auto big = [] {
    auto bytes = std::make_shared<Bytes>(kBigBytes);
    for (std::size_t i = 0; i < kBigBytes; ++i) (*bytes)[i] = BigByte(i);
    return bytes;
  }();
  Router router;
  router.Add("GET", "/hello", Text("hello"));
  router.Add("GET", "/empty", Text(""));
  router.Add("GET", "/nothing", StatusOnly(204));
  router.Add("GET", "/unchanged", StatusOnly(304));
  router.Add("GET", "/throw", [](Request&, Response&) { throw std::runtime_error("secret"); });
  router.Add("GET", "/big",
             [](Request&, Response& response) { response.producer = MappedBody(*big, big); });
  router.Add("GET", "/stream", Produce(std::nullopt, {"one", "two", "three"}));
  router.Add("GET", "/broken", Produce(10, {"one"}));
  router.Add("GET", "/see/*rest", See);
  router.Add("GET", "/file", File("0123456789"));
  router.Add("GET", "/file/empty", File(""));
  router.Add("POST", "/echo", Echo);
  router.Add("POST", "/ignore", Text("ignored"));
  router.Add("POST", "/limited", Echo, {.max_body_bytes = 10});
  router.Add("PUT", "/count", CountBody, {.max_body_bytes = 1ull << 40});
  return router;
}

HttpLimits HastyLimits() {
  HttpLimits limits;
  limits.header_timeout_ms = 300;
  limits.idle_timeout_ms = 300;
  limits.transfer_window_ms = 300;
  limits.min_bytes_per_s = 4 << 10;
  limits.linger_ms = 200;
  return limits;
}

std::unique_ptr<HttpServer> StartTestServer(const Router& router, bool tls,
                                            const HttpLimits& limits) {
  HttpServerOptions options;
  options.limits = limits;
  if (tls) {
    options.certificate_file = SelfSignedCertificate().certificate_file;
    options.key_file = SelfSignedCertificate().key_file;
  }
  return MUST(HttpServer::Start(
      options, SystemClock(), SystemRandom(),
      [&router](Request& request, Response& response) { router.Dispatch(request, response); }));
}

}  // namespace banyan::node
