#include "storage/history/hub_tags.h"

#include <algorithm>

#include "tests/support/gguf_bytes.h"
#include "tests/support/must.h"
#include "tests/support/revision_files.h"
#include "tests/support/safetensors_bytes.h"

using namespace banyan;
using namespace banyan::storage;
using Texts = std::vector<std::string>;

namespace {

Texts TagsOf(const std::string& yaml, RepositoryKind kind = RepositoryKind::Model) {
  RevisionFiles files;
  files.Add("README.md", "---\n" + yaml + "---\n");
  return MUST(ReadRepositoryMetadata(files.View(), kind)).tags;
}

bool Has(const Texts& tags, std::string_view tag) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

}  // namespace

TEST_CASE("ModelTagsAreThoseOfPublicHubs") {
  REQUIRE(TagsOf("license: apache-2.0\nlanguage: [en, cn]\npipeline_tag: text-generation\n"
                 "library_name: transformers\ntags: [chat, en]\nbase_model: a/b\n"
                 "datasets: [c/d, squad]\n") ==
          Texts{"transformers", "text-generation", "chat", "en", "zh", "language:en", "language:zh",
                "base_model:a/b", "base_model:finetune:a/b", "dataset:c/d", "dataset:squad",
                "license:apache-2.0"});
}

TEST_CASE("WhatWeightsAreMadeOfIsATag") {
  RevisionFiles files;
  files.Add("README.md", "---\ntags: ['dtype:f64', 'architecture:mine', chat]\n---\n")
      .Add("config.json", R"({"architectures":["LlamaForCausalLM"]})")
      .Add("model.safetensors",
           SafetensorsBytes("{\"a\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]},"
                            "\"b\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[2,4]}}",
                            Bytes(4)));
  auto tags = MUST(ReadRepositoryMetadata(files.View(), RepositoryKind::Model)).tags;
  CHECK(tags == Texts{"transformers", "safetensors", "text-generation", "dtype:bf16",
                      "dtype:f8_e4m3", "architecture:llamaforcausallm", "chat"});
  RevisionFiles quantised;
  GgufBytes gguf;
  gguf.Counts(0, 2).Key("general.architecture", "llama").Key("general.file_type", 15);
  quantised.Add("tiny.gguf", gguf.bytes());
  tags = MUST(ReadRepositoryMetadata(quantised.View(), RepositoryKind::Model)).tags;
  CHECK(tags == Texts{"gguf", "dtype:q4_k_m", "architecture:llama"});
  tags = MUST(ReadRepositoryMetadata(files.View(), RepositoryKind::Dataset)).tags;
  CHECK_FALSE(Has(tags, "dtype:bf16"));
  CHECK(Has(tags, "chat"));
}

TEST_CASE("DatasetTagsAreThoseOfPublicHubs") {
  REQUIRE(TagsOf("license: [cc-by-4.0, other]\nlicense_name: qwen\nlanguage: sw\n"
                 "task_categories: translation\nsize_categories: n<1K\n",
                 RepositoryKind::Dataset) ==
          Texts{"task_categories:translation", "size_categories:n<1K", "sw", "language:sw",
                "license:cc-by-4.0", "license:other", "license:qwen"});
}

TEST_CASE("NobodyCanClaimADerivedTag") {
  const auto tags = TagsOf(
      "license: gpl-3.0\ntags: ['license:mit', 'base_model:x/y', ok]\n"
      "language: 'license:mit'\nlibrary_name: 'license:mit'\n"
      "pipeline_tag: 'license:mit'\n");
  REQUIRE_FALSE(Has(tags, "license:mit"));
  REQUIRE_FALSE(Has(tags, "base_model:x/y"));
  REQUIRE(Has(tags, "ok"));
  REQUIRE(Has(tags, "license:gpl-3.0"));
}

TEST_CASE("TagsAreBounded") {
  std::string yaml = "tags:\n- \"a\\tb\"\n- " + std::string(129, 'x') + "\n";
  for (int i = 0; i < 1000; ++i) yaml += "- t" + std::to_string(i) + "\n";
  const auto tags = TagsOf(yaml);
  REQUIRE(tags.size() == kMaxBuiltTags);
  REQUIRE(tags[0] == "t0");
}

TEST_CASE("RepositoryIdsAreRecognised") {
  for (const std::string good : {"gpt2", "a/b", "Qwen/Qwen2.5-7B", "a_b/c.d"}) {
    REQUIRE(LooksLikeRepositoryId(good));
  }
  for (const std::string bad :
       {"", "/", "a/", "/b", "a/b/c", "a b", "a/b:c", "..", "../x", "模/型"}) {
    INFO(bad);
    REQUIRE_FALSE(LooksLikeRepositoryId(bad));
  }
  REQUIRE_FALSE(LooksLikeRepositoryId(std::string(97, 'a')));
}

TEST_CASE("PapersAreFoundInLinks") {
  REQUIRE(
      FindPapers("see https://arxiv.org/abs/2310.12345v2, [x](http://arxiv.org/pdf/1706.03762.pdf)"
                 " arXiv:2401.0001 arxiv:2310.12345 ArXiv:2501.00001") ==
      Texts{"2310.12345", "1706.03762", "2401.0001", "2501.00001"});
  REQUIRE(FindPapers("arxiv.org/abs/12.3 arxiv:231012345 arxiv: x xiv:2310.12345 arx").empty());
  std::string many;
  for (int i = 0; i < 100; ++i) many += "arxiv:2310." + std::to_string(10000 + i) + " ";
  REQUIRE(FindPapers(many).size() == 32);
}
