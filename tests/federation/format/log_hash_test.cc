#include "federation/format/log_hash.h"

#include "tests/federation/format/log_vectors.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

TEST_CASE("HashesLeavesAndNodesAsRfc6962") {
  REQUIRE(HashLeaf({}).ToString() ==
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  REQUIRE(HashLeaf(AsBytes("L123456")).ToString() ==
          "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
  REQUIRE(HashLeaf(Entry(0)).ToString() ==
          "773885a613489e24ce2cf76199d6a423f042e4bbf12d7eecee912ef276c65701");
  REQUIRE(EmptyRoot() == FromBase64("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
}

TEST_CASE("FrontierGivesTheRootOfEverySize") {
  REQUIRE(Frontier().Root() == EmptyRoot());
  REQUIRE(LogOf(1).Root() == FromBase64("dziFphNIniTOLPdhmdakI/BC5LvxLX7s7pEu8nbGVwE="));
  REQUIRE(LogOf(3).Root() == FromBase64("lPvQ3YNvUDAWkubQ6t5yjuGexSv/8WBu2AfIV11aqhk="));
  REQUIRE(LogOf(4).Root() == FromBase64("l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4="));
  REQUIRE(LogOf(7).Root() == FromBase64("mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc="));
  REQUIRE(LogOf(300).Root() == FromBase64("yjk9Apa+xeC43KuYO9H7fRRh9RLnJny4ljGtJv1m2Eg="));
}

TEST_CASE("FrontierGoesOnFromWhatWasKept") {
  const Frontier seven = LogOf(7);
  REQUIRE(seven.hashes().size() == 3);
  auto restored = MUST(Frontier::From(7, seven.hashes()));
  while (restored.size() < 300) restored.Append(HashLeaf(Entry(restored.size())));
  REQUIRE(restored.Root() == LogOf(300).Root());
  MUST_FAIL(Frontier::From(6, seven.hashes()), Errc::Invalid);
  MUST_FAIL(Frontier::From(0, seven.hashes()), Errc::Invalid);
}
