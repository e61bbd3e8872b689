#include "cli/repository_address.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::cli;
using storage::RepositoryKind;

TEST_CASE("AddressesParseAndPrint") {
  for (const auto* text : {"alice/tiny", "alice/tiny@v1.0", "datasets/alice/words",
                           "datasets/alice/words@feature/x"}) {
    REQUIRE(MUST(ParseRepositoryAddress(text)).ToString() == text);
  }
  const auto address = MUST(ParseRepositoryAddress("datasets/alice/words@feature/x"));
  REQUIRE(address.id.kind == RepositoryKind::Dataset);
  REQUIRE(address.ApiPath() == "/api/datasets/alice/words");
  REQUIRE(address.RevisionPath() == "/api/datasets/alice/words/revision/feature%2Fx");
  REQUIRE(MUST(ParseRepositoryAddress("alice/tiny")).EscapedRevision() == "HEAD");
}

TEST_CASE("AddressesTakePagesAndPlurals") {
  REQUIRE(MUST(ParseRepositoryAddress("models/alice/tiny")).ToString() == "alice/tiny");
  REQUIRE(MUST(ParseRepositoryAddress("http://127.0.0.1:8440/datasets/a/b")).ToString() ==
          "datasets/a/b");
}

TEST_CASE("AddressesThatAreNoneSayHowToWriteThem") {
  for (const auto* bad : {"", "tiny", "a/b/c", "alice/tiny@", "alice/../x", "http://host",
                          "datasets/tiny", "a b/c"}) {
    INFO(bad);
    const auto result = ParseRepositoryAddress(bad);
    MUST_FAIL(result, Errc::Invalid);
    REQUIRE(result.error().message().find("NAMESPACE/NAME") != std::string::npos);
  }
  MUST_FAIL(ParseRepositoryAddress("alice/tiny@v1", RevisionPart::Refused), Errc::Invalid);
}
