#pragma once
// A server on a free port of the loopback with routes that tests need, plain or TLS.

#include <cstdint>
#include <memory>
#include <string>

#include "node/http/http_server.h"
#include "node/http/router.h"

namespace banyan::node {

// A self-signed certificate for localhost and its key, made once per process, on disk as long as
// it runs.
struct TestCertificate {
  std::string certificate_file;
  std::string key_file;
};
const TestCertificate& SelfSignedCertificate();

// GET  /hello      "hello"              /empty    200 without body   /nothing  204
//      /unchanged  304                  /throw    throws
//      /big        kBigBytes of BigByte, from memory
//      /stream     "one", "two", "three" chunked
//      /broken     announces 10 bytes and gives 3
//      /see/...    "METHOD path|query..." as the handler sees it
//      /file       "0123456789" with ranges, ETag "v1"      /file/empty  the same with nothing
// POST /echo       the body             /ignore   does not read it   /limited  at most 10 bytes
// PUT  /count      the number of bytes read, up to 1 TiB
Router TestRoutes();

inline constexpr std::size_t kBigBytes = 8u << 20;
std::uint8_t BigByte(std::size_t index);

// Short deadlines for tests that wait for them.
HttpLimits HastyLimits();

std::unique_ptr<HttpServer> StartTestServer(const Router& router, bool tls,
                                            const HttpLimits& limits = {});

}  // namespace banyan::node
