#include "node/own_address.h"

#include "tests/support/catch.h"

using namespace banyan::node;

TEST_CASE("AnAddressOfTheNodeItselfIsRecognised") {
  Config config;
  config.listen = "0.0.0.0:8440";
  config.public_url = "https://a.example.org/hub/";
  for (const auto* own : {"https://a.example.org/hub", "http://127.0.0.1:8440",
                          "http://localhost:8440", "https://[::1]:8440"}) {
    INFO(own);
    CHECK(IsOwnAddress(config, own));
  }
  for (const auto* other : {"https://a.example.org", "http://127.0.0.1:8441", "http://b:8440",
                            "/media/stick", "node:a", "http://127.0.0.1"}) {
    INFO(other);
    CHECK_FALSE(IsOwnAddress(config, other));
  }
  config.listen = "192.0.2.1:8440";
  CHECK(IsOwnAddress(config, "http://192.0.2.1:8440"));
  CHECK_FALSE(IsOwnAddress(config, "http://127.0.0.1:8440"));
}
