#include "storage/history/model_files.h"

#include "tests/support/gguf_bytes.h"
#include "tests/support/must.h"
#include "tests/support/revision_files.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

// A safetensors file with one tensor of so many bytes.
Bytes Safetensors(std::uint64_t size, std::string_view metadata = "") {
  const std::string header = "{" + std::string(metadata) + "\"t\":{\"dtype\":\"F16\",\"shape\":[" +
                             std::to_string(size / 2) + "],\"data_offsets\":[0," +
                             std::to_string(size) + "]}}";
  ByteWriter writer;
  writer.Le<std::uint64_t>(header.size());
  writer.Raw(AsBytes(header));
  writer.Raw(Bytes(size));
  return writer.Take();
}

Bytes Gguf(std::uint64_t elements) {
  GgufBytes gguf;
  gguf.Counts(1, 1).Key("general.architecture", "llama").Tensor("t", {elements}, 0, 0);
  auto bytes = gguf.bytes();
  bytes.resize(bytes.size() + 32 + elements * 4);
  return bytes;
}

std::string Index(const std::vector<std::string>& files) {
  std::string json = "{\"weight_map\":{";
  for (const auto& file : files) {
    json += (json.ends_with('{') ? "\"" : ",\"") + file + "\":\"" + file + "\"";
  }
  return json + "}}";
}

}  // namespace

TEST_CASE("ShardsOfAModelAreAddedUp") {
  RevisionFiles files;
  files.Add("model.safetensors.index.json", Index({"a.safetensors", "b.safetensors"}))
      .Add("a.safetensors", Safetensors(20, R"("__metadata__":{"license":"mit"},)"))
      .Add("b.safetensors", Safetensors(10))
      .Add("other.safetensors", Safetensors(1000));
  const auto model = MUST(ReadModelFiles(files.View()));
  REQUIRE(model.safetensors->parameter_count == 15);
  REQUIRE(model.safetensors->parameters_by_dtype.at("F16") == 15);
  REQUIRE(model.safetensors->file_count == 2);
  REQUIRE(model.safetensors->metadata.at("license") == "mit");
  REQUIRE(model.problems.empty());
}

TEST_CASE("WholeModelWinsOverItsIndexAndAnAmbiguousSetGivesNone") {
  RevisionFiles whole;
  whole.Add("model.safetensors", Safetensors(8)).Add("model.safetensors.index.json", "broken");
  REQUIRE(MUST(ReadModelFiles(whole.View())).safetensors->parameter_count == 4);

  RevisionFiles one;
  one.Add("weights.safetensors", Safetensors(8)).Add("sub/x.safetensors", Safetensors(80));
  REQUIRE(MUST(ReadModelFiles(one.View())).safetensors->parameter_count == 4);

  RevisionFiles two;
  two.Add("a.safetensors", Safetensors(8)).Add("b.safetensors", Safetensors(8));
  REQUIRE_FALSE(MUST(ReadModelFiles(two.View())).safetensors.has_value());
  REQUIRE_FALSE(MUST(ReadModelFiles(RevisionFiles().View())).safetensors.has_value());
}

TEST_CASE("MissingOrBrokenShardGivesNoCountButAProblem") {
  RevisionFiles missing;
  missing.Add("model.safetensors.index.json", Index({"a.safetensors", "b.safetensors"}))
      .Add("a.safetensors", Safetensors(20));
  auto model = MUST(ReadModelFiles(missing.View()));
  REQUIRE_FALSE(model.safetensors.has_value());
  REQUIRE(model.problems.size() == 1);
  REQUIRE(model.problems[0].find("'b.safetensors', which is missing") != std::string::npos);

  for (const auto code : {Errc::NotFound, Errc::Corrupt, Errc::TooLarge}) {
    RevisionFiles broken;
    broken.AddBroken("model.safetensors", code);
    model = MUST(ReadModelFiles(broken.View()));
    REQUIRE(model.problems[0].starts_with("model.safetensors: "));
  }
  for (const auto code : {Errc::Io, Errc::Unavailable, Errc::Cancelled}) {
    RevisionFiles failing;
    failing.AddBroken("model.safetensors", code);
    MUST_FAIL(ReadModelFiles(failing.View()), code);
  }
}

TEST_CASE("AFileOfAMirrorThatIsNotHereIsNoProblem") {
  RevisionFiles files;
  files.AddBroken("model.safetensors", Errc::NotFound).AddBroken("config.json", Errc::NotFound);
  auto view = files.View();
  CHECK(MUST(ReadModelFiles(view)).problems.size() == 2);
  view.is_held = [](const std::string& path) { return path == "config.json"; };
  CHECK(MUST(ReadModelFiles(view)).problems == std::vector<std::string>{"config.json: broken"});
}

TEST_CASE("FirstGgufIsShownWithItsParts") {
  RevisionFiles files;
  files.Add("b.gguf", Gguf(8))
      .Add("a-00001-of-00002.gguf", Gguf(16))
      .Add("a-00002-of-00002.gguf", Gguf(32))
      .Add("a-mmproj.gguf", Gguf(1))
      .Add("0/z.gguf", Gguf(64))
      .Add("mmproj-a.gguf", Gguf(128));
  auto model = MUST(ReadModelFiles(files.View()));
  REQUIRE(model.gguf->path == "a-00001-of-00002.gguf");
  REQUIRE(model.gguf->header.parameter_count == 48);
  REQUIRE(model.gguf->header.tensor_count == 2);

  RevisionFiles nested;
  nested.Add("Q8/m.gguf", Gguf(64)).Add("Q4/m.gguf", Gguf(8));
  REQUIRE(MUST(ReadModelFiles(nested.View())).gguf->path == "Q4/m.gguf");

  RevisionFiles partial;
  partial.Add("a-00001-of-99999.gguf", Gguf(16));
  model = MUST(ReadModelFiles(partial.View()));
  REQUIRE_FALSE(model.gguf.has_value());
  REQUIRE(model.problems.size() == 1);
  for (const std::string name :
       {"a-00001-of-0000x.gguf", "00001-of-00002.gguf", "a-00001-of-00001.gguf"}) {
    RevisionFiles single;
    single.Add(name, Gguf(16));
    REQUIRE(MUST(ReadModelFiles(single.View())).gguf->header.parameter_count == 16);
  }
}

TEST_CASE("ConfigurationNamesTheArchitecture") {
  RevisionFiles files;
  files.Add("config.json", R"({"model_type":"qwen2","architectures":["Qwen2ForCausalLM"],
                               "auto_map":{},"quantization_config":{"bits":4}})");
  auto model = MUST(ReadModelFiles(files.View()));
  REQUIRE(model.model_type == "qwen2");
  REQUIRE(model.architectures == std::vector<std::string>{"Qwen2ForCausalLM"});
  REQUIRE(model.runs_code);
  REQUIRE(model.is_quantised);
  for (const std::string bad :
       {"{", "[]", "{\"architectures\":7,\"model_type\":[]}", "{\"architectures\":[1,2]}"}) {
    RevisionFiles broken;
    broken.Add("config.json", bad);
    REQUIRE(MUST(ReadModelFiles(broken.View())).architectures.empty());
  }
  RevisionFiles large;
  large.Add("config.json", std::string((1u << 20) + 1, ' '));
  REQUIRE(MUST(ReadModelFiles(large.View())).problems.size() == 1);
}

TEST_CASE("HeadersOfOneRevisionAreBoundedTogether") {
  // Each header is acceptable; all of them together are not.
  RevisionFiles files;
  std::vector<std::string> names;
  for (int i = 0; i < 6; ++i) {
    names.push_back(std::to_string(i) + ".safetensors");
    files.Add(names.back(), Safetensors(8, std::string(1000, ' ')));
  }
  files.Add("model.safetensors.index.json", Index(names));
  REQUIRE(MUST(ReadModelFiles(files.View(), 7000)).safetensors->file_count == 6);
  const auto model = MUST(ReadModelFiles(files.View(), 5000));
  REQUIRE_FALSE(model.safetensors.has_value());
  REQUIRE(model.problems[0].find("too long in all") != std::string::npos);
}
