#include "storage/history/file_traits.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;
using Texts = std::vector<std::string>;

namespace {

std::vector<RevisionFile> Files(const Texts& paths) {
  std::vector<RevisionFile> files;
  for (const auto& path : paths) files.push_back({path, 1});
  return files;
}

}  // namespace

TEST_CASE("WeightFormatsAreFoundByName") {
  REQUIRE(WeightFormats(Files({"a.onnx", "x/model.safetensors", "pytorch_model-1.bin",
                               "b.gguf"})) == Texts{"safetensors", "gguf", "onnx", "pytorch"});
  REQUIRE(WeightFormats(Files({"data.bin", "README.md", "safetensors"})).empty());
}

TEST_CASE("LibraryIsInferredFromItsOwnFiles") {
  REQUIRE(InferLibrary(Files({"config.json", "model.safetensors"})) == "transformers");
  REQUIRE(InferLibrary(Files({"config.json", "pytorch_model.bin", "modules.json"})) ==
          "sentence-transformers");
  REQUIRE(InferLibrary(Files({"adapter_config.json", "adapter_model.safetensors"})) == "peft");
  REQUIRE(InferLibrary(Files({"model_index.json", "unet/config.json"})) == "diffusers");
  REQUIRE(InferLibrary(Files({"a.gguf", "config.json"})) == "gguf");
  REQUIRE(InferLibrary(Files({"model.onnx"})) == "onnx");
  REQUIRE(InferLibrary(Files({"model.safetensors"})).empty());
  REQUIRE(InferLibrary({}).empty());
}

TEST_CASE("DataFormatIsThatOfMostFiles") {
  REQUIRE(DataFormat(Files({"a.parquet", "b.parquet", "c.csv", "README.md"})) == "parquet");
  REQUIRE(DataFormat(Files({"a.JPG", "b.png", "meta.jsonl"})) == "imagefolder");
  REQUIRE(DataFormat(Files({"dataset_infos.json", ".json", "x.py"})).empty());
}

TEST_CASE("LicenceFilesAreFoundAtTheTop") {
  REQUIRE(LicenceFiles(Files({"sub/LICENSE", "LICENSE.md", "Notice", "model.bin", "COPYING"})) ==
          Texts{"COPYING", "LICENSE.md", "Notice"});
}
