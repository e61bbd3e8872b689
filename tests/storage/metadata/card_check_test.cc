#include "storage/metadata/card_check.h"

#include <algorithm>

#include "storage/metadata/task_tags.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

std::string Warnings(std::string_view yaml, RepositoryKind kind = RepositoryKind::Model) {
  std::string all;
  const auto card = MUST(ParseCard("---\n" + std::string(yaml) + "---\n"));
  for (const auto& warning : CardWarnings(card, kind)) all += warning + "\n";
  return all;
}

bool Warns(std::string_view yaml, std::string_view about,
           RepositoryKind kind = RepositoryKind::Model) {
  const auto all = Warnings(yaml, kind);
  INFO(all);
  return all.find(about) != std::string::npos;
}

}  // namespace

TEST_CASE("GoodCardsGiveNoWarnings") {
  REQUIRE(Warnings("license: apache-2.0\nlanguage: [en, no, sr-Latn, code]\n"
                   "pipeline_tag: text-generation\nbase_model: a/b\n"
                   "base_model_relation: quantized\n")
              .empty());
  REQUIRE(Warnings("license: other\nlicense_name: my-licence\nlicense_link: LICENSE\n").empty());
  REQUIRE(Warnings("license: [mit, cc-by-4.0]\ntask_categories: [text-retrieval]\n"
                   "size_categories: n<1K\n",
                   RepositoryKind::Dataset)
              .empty());
}

TEST_CASE("LicenceProblemsAreNamed") {
  REQUIRE(Warns("tags: x\n", "none declared"));
  REQUIRE(Warns("license: my-own\n", "'my-own' is no known id"));
  REQUIRE(Warns("license: gpl\n", "names a family"));
  REQUIRE(Warns("license: other\n", "license_name"));
  REQUIRE(Warns("license: other\nlicense_name: x\n", "license_link"));
  REQUIRE(Warns("license: mit\nlicense_name: x\n", "only with 'license: other'"));
  REQUIRE(Warns("license: [mit, gpl-3.0]\n", "all of them together"));
  REQUIRE_FALSE(Warns("license: unknown\n", "no known id"));
}

TEST_CASE("UnknownValuesAreNamed") {
  REQUIRE(Warns("pipeline_tag: text-gen\n", "'text-gen' is no known task"));
  REQUIRE(Warns("pipeline_tag: text-retrieval\n", "no known task"));  // datasets only
  REQUIRE(Warns("task_categories: x\n", "task_categories: 'x'", RepositoryKind::Dataset));
  REQUIRE(Warns("language: English\n", "'English' is no language code"));
  REQUIRE(Warns("language: [e1]\n", "no language code"));
  REQUIRE(Warns("base_model: a/b\nbase_model_relation: child\n", "'child' is not one of"));
  REQUIRE(Warns("base_model_relation: merge\n", "no 'base_model:'"));
  REQUIRE(Warns("size_categories: big\n", "'big' is not a known size", RepositoryKind::Dataset));
  REQUIRE(Warns("tags: {a: b}\n", "line 2: 'tags' must be"));
}

TEST_CASE("WarningsAreBounded") {
  std::string yaml = "language: [";
  for (int i = 0; i < 3000; ++i) yaml += std::string(40, 'x') + ", ";
  const auto all = Warnings(yaml + std::string(90000, 'y') + "]\n");
  REQUIRE(std::count(all.begin(), all.end(), '\n') == 200);
  REQUIRE(Warnings("language: " + std::string(90000, 'y') + "\n").size() < 300);
}

TEST_CASE("TaskTagsSayWhereTheyBelong") {
  REQUIRE(FindTaskTag("text-generation")->modality == "nlp");
  REQUIRE_FALSE(FindTaskTag("text-retrieval")->in_models);
  REQUIRE_FALSE(FindTaskTag("keypoint-detection")->in_datasets);
  REQUIRE(FindTaskTag("other")->in_models);
  REQUIRE(FindTaskTag("") == nullptr);
}
