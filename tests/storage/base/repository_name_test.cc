#include "storage/base/repository_name.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

TEST_CASE("NamespacesFollowTheHubsRulesAndSpareOurRoutes") {
  for (const char* good :
       {"a", "acme", "Acme-AI", "a.b_c-d", "0", "x1", "datasets2", "a_-b", "fed-x",
        "abcdefghijklmnop", "abcdefghijklmno_x", "abcdefghijklmno1_x"}) {
    INFO(good);
    MUST(ValidateNamespace(good));
  }
  MUST(ValidateNamespace(std::string(64, 'x')));
  for (const char* bad : {"",
                          "-a",
                          "a-",
                          ".a",
                          "a.",
                          "_a",
                          "a_",
                          "a--b",
                          "a..b",
                          "a b",
                          "a/b",
                          "é",
                          "a\n",
                          "a%2fb",
                          "x.git",
                          "x.GIT",
                          "datasets",
                          "Datasets",
                          "API",
                          "fed",
                          "v2",
                          "v1",
                          "models",
                          "spaces",
                          "login",
                          "logout",
                          "metrics",
                          "healthz",
                          "settings",
                          "join",
                          "organizations",
                          "docs",
                          "static",
                          "assets",
                          "about",
                          "kernels",
                          "buckets",
                          "collections",
                          "new",
                          "search",
                          "admin",
                          "well-known",
                          "resolve",
                          "raw",
                          "tree",
                          "blob",
                          "robots.txt",
                          "favicon.ico",
                          "lfs",
                          "abcdefghijklmnop_x",
                          "ABCDEFGHIJKLMN27_acme"}) {
    INFO(bad);
    MUST_FAIL(ValidateNamespace(bad), Errc::Invalid);
  }
  MUST_FAIL(ValidateNamespace(std::string(65, 'x')), Errc::Invalid);
  MUST_FAIL(ValidateNamespace(std::string_view("a\0b", 3)), Errc::Invalid);
}

TEST_CASE("RepositoryNamesAreLongerAndMayBeRouteWords") {
  for (const char* good : {"a", "datasets", "Llama-3.1-8B", "gpt2", "v1.0", "git"}) {
    INFO(good);
    MUST(ValidateRepositoryName(good));
  }
  MUST(ValidateRepositoryName(std::string(96, 'x')));
  MUST_FAIL(ValidateRepositoryName(std::string(97, 'x')), Errc::Invalid);
  for (const char* bad : {"", "a.git", "a.Git", "a--b", "..", "-x", "x_", "a:b", "a\\b"}) {
    INFO(bad);
    MUST_FAIL(ValidateRepositoryName(bad), Errc::Invalid);
  }
}

TEST_CASE("KindsParseInBothForms") {
  REQUIRE(MUST(ParseRepositoryKind("model")) == RepositoryKind::Model);
  REQUIRE(MUST(ParseRepositoryKind("models")) == RepositoryKind::Model);
  REQUIRE(MUST(ParseRepositoryKind("dataset")) == RepositoryKind::Dataset);
  REQUIRE(MUST(ParseRepositoryKind("datasets")) == RepositoryKind::Dataset);
  for (const char* bad : {"", "space", "spaces", "Model", "modelss"}) {
    MUST_FAIL(ParseRepositoryKind(bad), Errc::Invalid);
  }
}

TEST_CASE("RepositoryIdsParseWithoutJudgingReservation") {
  const auto id = MUST(ParseRepositoryId(RepositoryKind::Dataset, "Acme/Corpus.v1"));
  REQUIRE(id.owner == "Acme");
  REQUIRE(id.name == "Corpus.v1");
  REQUIRE(id.Path() == "Acme/Corpus.v1");
  MUST(ParseRepositoryId(RepositoryKind::Model, "datasets/x"));
  MUST(ParseRepositoryId(RepositoryKind::Model, "abcdefghijklmnop_" + std::string(64, 'n') + "/x"));
  MUST_FAIL(ParseRepositoryId(RepositoryKind::Model, "a" + std::string(64, 'n') + "/x"),
            Errc::Invalid);
  MUST_FAIL(
      ParseRepositoryId(RepositoryKind::Model, "abcdefghijklmnop_" + std::string(65, 'n') + "/x"),
      Errc::Invalid);
  for (const char* bad : {"", "x", "/", "a/", "/b", "a/b/c", "a//b", "../b", "a/..", "a/b.git"}) {
    INFO(bad);
    MUST_FAIL(ParseRepositoryId(RepositoryKind::Model, bad), Errc::Invalid);
  }
}

TEST_CASE("FoldedNamesIgnoreAsciiCaseOnly") {
  REQUIRE(FoldName("Acme-AI.V2_x") == "acme-ai.v2_x");
  REQUIRE(FoldName("\xC3\x89") == "\xC3\x89");
}
