#include "storage/history/repository_metadata.h"

#include <algorithm>

#include "tests/support/gguf_bytes.h"
#include "tests/support/must.h"
#include "tests/support/revision_files.h"
#include "tests/support/safetensors_bytes.h"

using namespace banyan;
using namespace banyan::storage;
using Texts = std::vector<std::string>;

namespace {

constexpr std::string_view kReadme = R"(---
license: apache-2.0
language: [en, zh]
base_model: Qwen/Qwen2.5-7B
datasets: a/b
tags: [chat]
---
# Tiny 模型

A small model, see https://arxiv.org/abs/2310.12345.
)";

RepositoryMetadata Read(const RevisionFiles& files, RepositoryKind kind = RepositoryKind::Model) {
  return MUST(ReadRepositoryMetadata(files.View(), kind));
}

Bytes TinyGguf(std::string_view licence) {
  GgufBytes gguf;
  gguf.Counts(1, 3).Key("general.architecture", "llama").Key("llama.context_length", 4096);
  gguf.Key("general.license", licence).Tensor("t", {8}, 0, 0);
  auto bytes = gguf.bytes();
  bytes.resize(bytes.size() + 96);
  return bytes;
}

}  // namespace

TEST_CASE("RevisionIsReadAsAWhole") {
  RevisionFiles files;
  files.Add("README.md", kReadme)
      .Add("config.json", R"({"model_type":"qwen2","architectures":["Qwen2ForCausalLM"]})")
      .Add("LICENSE", "text")
      .Add("model.safetensors", std::string("\x02\0\0\0\0\0\0\0{}", 10));
  const auto metadata = Read(files);
  REQUIRE(metadata.problems.empty());
  REQUIRE(metadata.licences[0].expression == "Apache-2.0");
  REQUIRE(LicenceColumn(metadata) == "Apache-2.0");
  REQUIRE(metadata.licence_files == Texts{"LICENSE"});
  REQUIRE(metadata.task == "text-generation");
  REQUIRE(metadata.library == "transformers");
  REQUIRE(metadata.base_model_relation == "finetune");
  REQUIRE(metadata.parameter_count == 0);
  REQUIRE(metadata.title == "Tiny 模型");
  REQUIRE(metadata.description == "A small model, see https://arxiv.org/abs/2310.12345.");
  REQUIRE(metadata.search_text.find("Tiny 模 型") == 0);
  REQUIRE(metadata.search_text.find('\n') == std::string::npos);
  REQUIRE(std::count(metadata.tags.begin(), metadata.tags.end(), "arxiv:2310.12345") == 1);
}

TEST_CASE("EmptyRevisionDeclaresNothing") {
  const auto metadata = Read(RevisionFiles());
  REQUIRE(metadata.licences[0].kind == LicenceKind::NoneDeclared);
  REQUIRE(LicenceColumn(metadata).empty());
  REQUIRE(metadata.tags.empty());
  REQUIRE(metadata.search_text.empty());
  REQUIRE_FALSE(metadata.parameter_count.has_value());
}

TEST_CASE("UnreadableCardIsUnknownNotSilent") {
  RevisionFiles files;
  files.Add("README.md", "---\na: 1\na: 2\n---\n# Title\n\ntext\n").Add("a.gguf", TinyGguf("mit"));
  const auto metadata = Read(files);
  REQUIRE_FALSE(metadata.card_is_readable);
  REQUIRE(metadata.licences[0].kind == LicenceKind::Unknown);
  REQUIRE(LicenceColumn(metadata) == "NOASSERTION");
  REQUIRE(metadata.problems == Texts{"README.md: line 3: the key 'a' is written twice: keep one"});
  REQUIRE(metadata.title == "Title");
  REQUIRE(metadata.description == "text");
  REQUIRE(metadata.library == "gguf");
  REQUIRE(metadata.embedded_licences == Texts{"mit"});
  REQUIRE(metadata.parameter_count == 8);
}

TEST_CASE("RelationToTheBaseModelIsInferred") {
  const auto relation = [](const std::string& yaml, const std::string& file) {
    RevisionFiles files;
    files.Add("README.md", "---\n" + yaml + "---\n");
    if (file == "a.gguf") {
      files.Add(file, TinyGguf(""));
    } else {
      files.Add(file, "{\"quantization_config\":{}}");
    }
    return Read(files).base_model_relation;
  };
  REQUIRE(relation("base_model: a/b\n", "x").compare("finetune") == 0);
  REQUIRE(relation("base_model: [a/b, c/d]\n", "x") == "merge");
  REQUIRE(relation("base_model: a/b\n", "a.gguf") == "quantized");
  REQUIRE(relation("base_model: a/b\n", "config.json") == "quantized");
  REQUIRE(relation("base_model: a/b\n", "adapter_config.json") == "adapter");
  REQUIRE(relation("base_model: a/b\nbase_model_relation: merge\n", "x") == "merge");
  REQUIRE(relation("base_model: a/b\nbase_model_relation: odd\n", "x") == "finetune");
  REQUIRE(relation("base_model: 'not an id'\n", "x").empty());
}

TEST_CASE("DatasetIgnoresModelFiles") {
  RevisionFiles files;
  files.Add("README.md", "---\npretty_name: \"Two\\nlines\"\npipeline_tag: x\n---\n")
      .Add("a.gguf", "broken")
      .Add("a.parquet", "x");
  const auto metadata = Read(files, RepositoryKind::Dataset);
  REQUIRE(metadata.problems.empty());
  REQUIRE(metadata.title == "Two lines");
  REQUIRE(metadata.task.empty());
  REQUIRE(metadata.tags == Texts{"format:parquet"});
}

TEST_CASE("ContentThatIsNotHeldIsAProblemAndAFailingDiskAnError") {
  RevisionFiles absent;
  absent.AddBroken("README.md", Errc::NotFound).AddBroken("a.gguf", Errc::NotFound);
  const auto metadata = Read(absent);
  REQUIRE(metadata.problems.size() == 2);
  REQUIRE(metadata.licences[0].kind == LicenceKind::Unknown);
  RevisionFiles failing;
  failing.AddBroken("README.md", Errc::Io);
  MUST_FAIL(ReadRepositoryMetadata(failing.View(), RepositoryKind::Model), Errc::Io);
}

TEST_CASE("LargeReadmeIsReadInPart") {
  RevisionFiles files;
  files.Add("README.md", "---\nlicense: mit\n---\n" + std::string(3u << 20, 'x'));
  const auto metadata = Read(files);
  REQUIRE(metadata.licences[0].expression == "MIT");
  REQUIRE(metadata.description.size() == kMaxDescriptionBytes);
}

TEST_CASE("MetadataJsonIsWhatTheApiShows") {
  RevisionFiles files;
  files.Add("README.md", kReadme).Add("a.gguf", TinyGguf("mit"));
  const auto json = ToJson(Read(files));
  REQUIRE(json["cardData"].begin().key() == "license");
  REQUIRE(json["gguf"]["total"] == 8);
  REQUIRE(json["gguf"]["architecture"] == "llama");
  REQUIRE(json["gguf"]["context_length"] == 4096);
  REQUIRE(json["licences"][0]["kind"] == "permissive");
  REQUIRE(json["licences"][0]["osi"] == true);
  REQUIRE(json["base_models"] == OrderedJson({"Qwen/Qwen2.5-7B"}));
  REQUIRE_FALSE(json.contains("safetensors"));

  RevisionFiles safetensors;
  safetensors.Add("model.safetensors", std::string("\x02\0\0\0\0\0\0\0{}", 10));
  const auto counts = ToJson(Read(safetensors))["safetensors"];
  REQUIRE(counts.dump() == R"({"parameters":{},"total":0})");
}

TEST_CASE("WhatASafetensorsFileSaysOfItselfIsShownWithinBounds") {
  std::string more;
  for (int i = 0; i < 40; ++i) {
    more += ",\"k" + std::to_string(10 + i) + "\":\"" + std::string(1000, 'x') + "\"";
  }
  RevisionFiles files;
  files.Add("model.safetensors",
            SafetensorsBytes("{\"__metadata__\":{\"format\":\"pt\",\"long\":\"" +
                             std::string(1021, 'y') + "\"" + more + "}}"));
  const auto metadata = Read(files);
  REQUIRE(metadata.problems.empty());
  const auto shown = ToJson(metadata)["safetensors"]["metadata"];
  CHECK(shown["format"] == "pt");
  CHECK_FALSE(shown.contains("long"));
  CHECK(shown["k10"].get<std::string>().size() == 1000);
  CHECK(shown.dump().size() > (15u << 10));
  CHECK(shown.dump().size() < (17u << 10));
}

TEST_CASE("WeightsAreFoundByWhatTheyAreMadeOf") {
  RevisionFiles files;
  files.Add("a.gguf", TinyGguf("mit"));
  const auto text = Read(files).search_text;
  CHECK(text.find("architecture:llama") != std::string::npos);
  CHECK(text.find("dtype:f32") != std::string::npos);
}
