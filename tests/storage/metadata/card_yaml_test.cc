#include "storage/metadata/card_yaml.h"

#include "storage/metadata/front_matter.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;
using Texts = std::vector<std::string>;

namespace {

Card Parse(std::string_view yaml) {
  return MUST(ParseCard("---\n" + std::string(yaml) + "---\n# Title\n"));
}

}  // namespace

TEST_CASE("ModelCardGivesItsFields") {
  const auto card = Parse(R"(license: apache-2.0
language:
- en
- zh
pipeline_tag: text-generation
library_name: transformers
tags: [chat, pytorch]
base_model: Qwen/Qwen2.5-7B
base_model_relation: finetune
datasets:
- HuggingFaceH4/ultrachat
metrics: accuracy
co2_eq_emissions:
  emissions: 12.5
extra_gated_prompt: Please agree
extra_gated_fields:
  Country: country
)");
  REQUIRE(card.has_front_matter);
  REQUIRE(card.licences == Texts{"apache-2.0"});
  REQUIRE(card.languages == Texts{"en", "zh"});
  REQUIRE(card.pipeline_tag == "text-generation");
  REQUIRE(card.library_name == "transformers");
  REQUIRE(card.tags == Texts{"chat", "pytorch"});
  REQUIRE(card.base_models == Texts{"Qwen/Qwen2.5-7B"});
  REQUIRE(card.base_model_relation == "finetune");
  REQUIRE(card.datasets == Texts{"HuggingFaceH4/ultrachat"});
  REQUIRE(card.metrics == Texts{"accuracy"});
  REQUIRE(card.gate["extra_gated_fields"]["Country"] == "country");
  REQUIRE(card.gate.size() == 2);
  REQUIRE(card.data["co2_eq_emissions"]["emissions"] == 12.5);
  REQUIRE(card.data.begin().key() == "license");  // order kept
  REQUIRE(card.problems.empty());
}

TEST_CASE("DatasetCardGivesItsFields") {
  const auto card = Parse(R"(license: [cc-by-sa-3.0, gfdl]
pretty_name: 1.10
task_categories: question-answering
size_categories: 10K<n<100K
configs:
- config_name: default
  data_files: "*.parquet"
)");
  REQUIRE(card.licences == Texts{"cc-by-sa-3.0", "gfdl"});
  REQUIRE(card.pretty_name == "1.10");
  REQUIRE(card.tasks == Texts{"question-answering"});
  REQUIRE(card.size_categories == Texts{"10K<n<100K"});
  REQUIRE(card.data["configs"][0]["config_name"] == "default");
}

TEST_CASE("NorwegianStaysALanguage") {
  REQUIRE(Parse("language: no\n").languages == Texts{"no"});
  REQUIRE(Parse("language: [no, on, yes]\n").languages == Texts{"no", "on", "yes"});
  REQUIRE(Parse("language: no\n").data["language"] == "no");
}

TEST_CASE("ModelScopeCardIsUnderstood") {
  const auto card = Parse(
      "tasks:\n- text-generation\nframeworks: pytorch\ndomain: nlp\n"
      "license: Apache License 2.0\n");
  REQUIRE(card.tasks == Texts{"text-generation"});
  REQUIRE(card.library_name == "pytorch");
  REQUIRE(CardLicences(card)[0].expression == "Apache-2.0");
}

TEST_CASE("MissingCardDeclaresNoLicence") {
  for (const std::string_view readme : {"", "# Only text\n", "\n\ntext\n---\nnot: yaml\n---\n",
                                        "---\n---\n", "---\n# comment\n---\n"}) {
    const auto card = MUST(ParseCard(readme));
    INFO(readme);
    REQUIRE(card.data == OrderedJson::object());
    REQUIRE(CardLicences(card)[0].kind == LicenceKind::NoneDeclared);
  }
  REQUIRE(CardLicences(Parse("license:\n"))[0].kind == LicenceKind::NoneDeclared);
  REQUIRE(CardLicences(Parse("license: unknown\n"))[0].kind == LicenceKind::Unknown);
}

TEST_CASE("FieldOfTheWrongTypeIsNotedAndTheRestKept") {
  const auto card = Parse("license: mit\ntags: {a: b}\npipeline_tag: [x]\nlanguage: [en, [fr]]\n");
  REQUIRE(card.licences == Texts{"mit"});
  REQUIRE(card.tags.empty());
  REQUIRE(card.pipeline_tag.empty());
  REQUIRE(card.languages == Texts{"en"});
  REQUIRE(card.problems.size() == 3);
  REQUIRE(card.problems[0].line == 3);
  REQUIRE(card.problems[1].ToString() == "line 4: 'pipeline_tag' must be one text");
}

TEST_CASE("BrokenCardsAreRefusedWithTheLineInTheFile") {
  const auto message = [](std::string_view readme, Errc code) {
    const auto card = ParseCard(readme);
    REQUIRE_FALSE(card.has_value());
    REQUIRE(card.error().code() == code);
    return card.error().message();
  };
  REQUIRE(message("\n\n---\na: 1\na: 2\n---\n", Errc::Invalid) ==
          "line 5: the key 'a' is written twice: keep one");
  REQUIRE(message("---\nlicense: mit\n", Errc::Invalid).starts_with("line 1: the front matter"));
  REQUIRE(message("---\n- a\n- b\n---\n", Errc::Invalid) ==
          "line 2: front matter must be 'key: value' lines");
  REQUIRE(message("---\njust text\n---\n", Errc::Invalid).starts_with("line 2"));
  message("---\na: \xC3\x28\n---\n", Errc::Invalid);
  message("---\nx: " + std::string(300000, 'x') + "\n---\n", Errc::TooLarge);
}

TEST_CASE("LongBodyIsNoConcernOfTheCard") {
  const auto card = MUST(ParseCard("---\nlicense: mit\n---\n" + std::string(2000000, '\xFF')));
  REQUIRE(card.licences == Texts{"mit"});
}

TEST_CASE("FrontMatterIsCutAtItsFences") {
  const auto unix_lines = MUST(SplitFrontMatter("---\na: 1\n---\nbody\n---\n"));
  REQUIRE(unix_lines.yaml == "a: 1\n");
  REQUIRE(unix_lines.body == "body\n---\n");
  REQUIRE(unix_lines.first_line == 2);
  const auto windows = MUST(SplitFrontMatter("\xEF\xBB\xBF\r\n--- \r\na: 1\r\n---\r\nbody"));
  REQUIRE(windows.yaml == "a: 1\r\n");
  REQUIRE(windows.body == "body");
  REQUIRE(windows.first_line == 3);
  REQUIRE(MUST(SplitFrontMatter("---\na: 1\n---")).body.empty());
  REQUIRE_FALSE(MUST(SplitFrontMatter("----\na: 1\n----\n")).present);
  REQUIRE_FALSE(MUST(SplitFrontMatter("--- a\n---\n")).present);
  REQUIRE(MUST(SplitFrontMatter("text\n---\n")).body == "text\n---\n");
}

TEST_CASE("ManyKeysAreReadInLinearTime") {
  std::string yaml;
  for (int i = 0; i < 11000; ++i) yaml += "extra_gated_" + std::to_string(i) + ": v\n";
  REQUIRE(Parse(yaml).gate.size() == 11000);
}
