#include "storage/metadata/gguf.h"

#include <functional>

#include "storage/metadata/gguf_types.h"
#include "tests/support/bytes_file.h"
#include "tests/support/gguf_bytes.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

TEST_CASE("GgufHeaderGivesWhatAModelPageShows") {
  for (const bool big_endian : {false, true}) {
    GgufBytes gguf(3, big_endian);
    gguf.Counts(2, 9).Key("general.architecture", "llama").Key("llama.context_length", 131072);
    gguf.Key("general.file_type", 15).Key("general.license", "apache-2.0");
    gguf.List("tokenizer.ggml.tokens", GgufValueType::String, 40);
    for (int i = 0; i < 40; ++i) gguf.Text("token");
    gguf.List("general.languages", GgufValueType::String, 2).Text("en").Text("yo");
    gguf.Key("tokenizer.chat_template", "{{ messages }}");
    gguf.Key("flag", GgufValueType::Bool).Number<std::uint8_t>(1);
    gguf.Key("general.name", "Tiny");
    gguf.Tensor("a", {256, 3}, 12, 0).Tensor("b", {7}, 0, 448);
    const auto header = MUST(gguf.Read(31 + 448 + 28));
    REQUIRE(header.version == 3);
    REQUIRE(header.big_endian == big_endian);
    REQUIRE(header.tensor_count == 2);
    REQUIRE(header.parameter_count == 256 * 3 + 7);
    REQUIRE(header.parameters_by_type.at("Q4_K") == 768);
    REQUIRE(header.parameters_by_type.at("F32") == 7);
    REQUIRE(header.architecture == "llama");
    REQUIRE(header.quantisation == "Q4_K_M");
    REQUIRE(header.context_length == 131072);
    REQUIRE(header.has_tokenizer);
    REQUIRE(header.chat_template == "{{ messages }}");
    REQUIRE(header.licence == "apache-2.0");
    REQUIRE(header.metadata["general.languages"] == Json({"en", "yo"}));
    REQUIRE(header.metadata["tokenizer.ggml.tokens"]["count"] == 40);
    REQUIRE(header.metadata["flag"] == true);
    REQUIRE(header.metadata_complete);
    REQUIRE(header.header_bytes % 32 == 0);
  }
}

TEST_CASE("GgufWithoutTensorsIsAVocabulary") {
  GgufBytes gguf(2);
  gguf.Counts(0, 1).Key("general.architecture", "bert");
  const auto header = MUST(gguf.Read());
  REQUIRE(header.version == 2);
  REQUIRE(header.parameter_count == 0);
  REQUIRE_FALSE(header.context_length.has_value());
  REQUIRE_FALSE(header.has_tokenizer);
}

TEST_CASE("EveryGgufValueTypeIsRead") {
  GgufBytes gguf;
  gguf.Counts(0, 12);
  gguf.Key("u8", GgufValueType::U8).Number<std::uint8_t>(200);
  gguf.Key("i8", GgufValueType::I8).Number<std::uint8_t>(0xFF);
  gguf.Key("u16", GgufValueType::U16).Number<std::uint16_t>(65535);
  gguf.Key("i16", GgufValueType::I16).Number<std::uint16_t>(0xFFFE);
  gguf.Key("i32", GgufValueType::I32).Number<std::uint32_t>(0xFFFFFFFF);
  gguf.Key("u64", GgufValueType::U64).Number<std::uint64_t>(~0ull);
  gguf.Key("i64", GgufValueType::I64).Number<std::uint64_t>(~0ull);
  gguf.Key("f32", GgufValueType::F32).Number<std::uint32_t>(0x3FC00000);
  gguf.Key("f64", GgufValueType::F64).Number<std::uint64_t>(0x7FF0000000000000);
  gguf.Key("bad_utf8", "a\xFF");
  gguf.List("numbers", GgufValueType::I16, 2).Number<std::uint16_t>(1).Number<std::uint16_t>(2);
  gguf.List("nested", GgufValueType::Array, 1).Number<std::uint32_t>(0).Number<std::uint64_t>(3);
  gguf.Number<std::uint8_t>(1).Number<std::uint8_t>(2).Number<std::uint8_t>(3);
  const auto metadata = MUST(gguf.Read()).metadata;
  REQUIRE(metadata.dump() ==
          R"({"bad_utf8":"a�","f32":1.5,"f64":"inf","i16":-2,"i32":-1,"i64":-1,"i8":-1,)"
          R"("nested":{"count":1,"list":"array"},"numbers":[1,2],"u16":65535,)"
          R"("u64":18446744073709551615,"u8":200})");
}

TEST_CASE("HugeGgufCountsFailBeforeMemoryIsTaken") {
  MUST_FAIL(GgufBytes().Counts(~0ull, 0).Read(), Errc::Corrupt);
  MUST_FAIL(GgufBytes().Counts(0, ~0ull).Read(), Errc::Corrupt);
  MUST_FAIL(GgufBytes().Counts(kMaxGgufTensors + 1, 0).Read(1u << 20), Errc::Corrupt);
  MUST_FAIL(GgufBytes().Counts(kMaxGgufTensors + 1, 0).Read(1u << 30), Errc::TooLarge);
  MUST_FAIL(GgufBytes().Counts(0, kMaxGgufKeys + 1).Read(1u << 30), Errc::TooLarge);
  MUST_FAIL(GgufBytes().Counts(1000, 0).Read(), Errc::Corrupt);  // none follow
  MUST_FAIL(GgufBytes().Counts(0, 1).Number(~0ull).Read(), Errc::Corrupt);
  MUST_FAIL(GgufBytes().Counts(0, 1).Key("a", GgufValueType::String).Number(~0ull).Read(),
            Errc::Corrupt);
  MUST_FAIL(GgufBytes().Counts(0, 1).Key("a", GgufValueType::String).Number(1ull << 40).Read(99),
            Errc::Corrupt);
  for (const auto type :
       {GgufValueType::U8, GgufValueType::F64, GgufValueType::String, GgufValueType::Array}) {
    MUST_FAIL(GgufBytes().Counts(0, 1).List("a", type, ~0ull).Read(1u << 20), Errc::Corrupt);
    MUST_FAIL(GgufBytes().Counts(0, 1).List("a", type, 1ull << 60).Read(1u << 20), Errc::Corrupt);
  }
  // A text far past what is read, inside an even larger file.
  MUST_FAIL(
      GgufBytes().Counts(0, 1).Key("a", GgufValueType::String).Number(1ull << 30).Read(1ull << 40),
      Errc::TooLarge);
  for (const auto type : {GgufValueType::U8, GgufValueType::String, GgufValueType::Array}) {
    MUST_FAIL(GgufBytes().Counts(0, 1).List("a", type, 1ull << 28).Read(1ull << 40),
              Errc::TooLarge);
  }
}

TEST_CASE("GgufListsMayNotNestWithoutEnd") {
  const auto nested = [](int depth) {
    GgufBytes gguf;
    gguf.Counts(0, 1).Key("a", GgufValueType::Array);
    for (int i = 1; i < depth; ++i) gguf.Number<std::uint32_t>(9).Number<std::uint64_t>(1);
    return gguf.Number<std::uint32_t>(0).Number<std::uint64_t>(0).Read();
  };
  MUST(nested(4));
  MUST_FAIL(nested(5), Errc::Corrupt);
  MUST_FAIL(nested(100'000), Errc::Corrupt);
}

TEST_CASE("GgufFormIsStrict") {
  using Build = std::function<void(GgufBytes&)>;
  const auto refuse = [](const char* what, const Build& build, Errc code = Errc::Corrupt) {
    INFO(what);
    GgufBytes gguf;
    build(gguf);
    MUST_FAIL(gguf.Read(4096), code);
  };
  refuse("twice", [](auto& g) { g.Counts(0, 2).Key("a", 1).Key("a", 2); });
  refuse("bool", [](auto& g) {
    g.Counts(0, 1).Key("a", GgufValueType::Bool).template Number<std::uint8_t>(2);
  });
  refuse("alignment 0", [](auto& g) { g.Counts(0, 1).Key("general.alignment", 0); });
  refuse("alignment 12", [](auto& g) { g.Counts(0, 1).Key("general.alignment", 12); });
  refuse("alignment text", [](auto& g) { g.Counts(0, 1).Key("general.alignment", "32"); });
  refuse("name", [](auto& g) { g.Counts(1, 0).Tensor(std::string(257, 'n'), {1}, 0, 0); });
  refuse("same name",
         [](auto& g) { g.Counts(2, 0).Tensor("t", {1}, 0, 0).Tensor("t", {1}, 0, 32); });
  refuse("dimensions",
         [](auto& g) { g.Counts(1, 0).Text("t").template Number<std::uint32_t>(4000); });
  refuse("overflow", [](auto& g) { g.Counts(1, 0).Tensor("t", {1ull << 32, 1ull << 32}, 0, 0); });
  refuse("size overflow", [](auto& g) { g.Counts(1, 0).Tensor("t", {1ull << 62}, 28, 0); });
  refuse("sum overflow", [](auto& g) {
    g.Counts(2, 0).Tensor("t", {1ull << 63}, 41, 0).Tensor("u", {1ull << 63}, 41, 0);
  });
  refuse("offset overflow", [](auto& g) { g.Counts(1, 0).Tensor("t", {8}, 0, ~0ull - 31); });
  refuse("blocks", [](auto& g) { g.Counts(1, 0).Tensor("t", {100}, 2, 0); });
  refuse("unaligned", [](auto& g) { g.Counts(1, 0).Tensor("t", {1}, 0, 4); });
  refuse("overlap",
         [](auto& g) { g.Counts(2, 0).Tensor("t", {32}, 0, 0).Tensor("u", {8}, 0, 96); });
  refuse("outside", [](auto& g) { g.Counts(1, 0).Tensor("t", {1024}, 0, 32); });
}

TEST_CASE("WhatALaterGgufMayHoldIsUnknownAndHidesNothing") {
  using Build = std::function<void(GgufBytes&)>;
  const auto unknown = [](const char* what, std::uint64_t keys, const Build& build) {
    INFO(what);
    // Over the tensor before, behind it, outside the file.
    for (const std::uint64_t offset : {0u, 32u, 8192u}) {
      GgufBytes gguf;
      gguf.Counts(2, keys);
      build(gguf);
      const auto read = gguf.Tensor("last", {8}, 0, offset).Read(4096);
      MUST_FAIL(read, offset == 32 ? Errc::Invalid : Errc::Corrupt);
    }
  };
  unknown("empty key", 1, [](auto& g) { g.Key("", 1).Tensor("t", {8}, 0, 0); });
  unknown("key with control", 1, [](auto& g) { g.Key("a\nb", 1).Tensor("t", {8}, 0, 0); });
  unknown("dimensions", 0, [](auto& g) { g.Tensor("t", {1, 1, 2, 2, 2}, 0, 0); });
  const auto unknown_type = [](const Build& build) {
    GgufBytes gguf;
    gguf.Counts(0, 1);
    build(gguf);
    MUST_FAIL(gguf.Read(4096), Errc::Invalid);
  };
  unknown_type([](auto& g) { g.Text("a").template Number<std::uint32_t>(13); });
  unknown_type([](auto& g) { g.List("a", GgufValueType{13}, 1); });
  unknown_type([](auto& g) { g.List("a", GgufValueType{13}, 100); });
  MUST_FAIL(GgufBytes().Counts(1, 0).Tensor("t", {8}, 5000, 0).Read(4096), Errc::Invalid);
  const auto alignment = [](std::uint64_t data_bytes) {
    GgufBytes gguf;
    gguf.Counts(1, 1).Key("general.alignment", 2u << 20).Tensor("t", {8}, 0, 0);
    return gguf.Read(data_bytes);
  };
  MUST_FAIL(alignment(4u << 20), Errc::Invalid);
  MUST_FAIL(alignment(1u << 20), Errc::Corrupt);
}

TEST_CASE("UnknownTensorTypesAreCountedByNumber") {
  GgufBytes gguf;
  gguf.Counts(1, 0).Tensor("t", {8}, 77, 0);
  const auto header = MUST(gguf.Read(64));
  REQUIRE(header.parameters_by_type.at("type-77") == 8);
  REQUIRE(header.quantisation == "type-77");
}

TEST_CASE("OtherVersionsAndFilesAreRefused") {
  MUST_FAIL(GgufBytes(1).Counts(0, 0).Read(), Errc::Invalid);
  MUST_FAIL(GgufBytes(4).Counts(0, 0).Read(), Errc::Invalid);
  MUST_FAIL(GgufBytes(0).Counts(0, 0).Read(), Errc::Invalid);
  const BytesFile other{Bytes(100, 0x50)};
  MUST_FAIL(ReadGgufHeader(other.Range()), Errc::Corrupt);
  const BytesFile empty{{}};
  MUST_FAIL(ReadGgufHeader(empty.Range()), Errc::Corrupt);
}

TEST_CASE("EveryTruncatedGgufFails") {
  GgufBytes gguf;
  gguf.Counts(1, 2).Key("general.architecture", "llama");
  gguf.List("l", GgufValueType::String, 2).Text("a").Text("b").Tensor("t", {8}, 0, 0);
  MUST(gguf.Read(100));
  for (std::size_t size = 0; size < gguf.bytes().size(); ++size) {
    const BytesFile file{
        {gguf.bytes().begin(), gguf.bytes().begin() + static_cast<std::ptrdiff_t>(size)}};
    INFO(size);
    REQUIRE_FALSE(ReadGgufHeader(file.Range()).has_value());
  }
}

TEST_CASE("LargeTokenizerIsReadThroughAWindow") {
  GgufBytes gguf;
  gguf.Counts(0, 3).List("tokenizer.ggml.tokens", GgufValueType::String, 200'000);
  for (int i = 0; i < 200'000; ++i) gguf.Text("token");
  gguf.List("tokenizer.ggml.scores", GgufValueType::F32, 200'000);
  for (int i = 0; i < 200'000; ++i) gguf.Number<std::uint32_t>(0);
  gguf.Key("general.architecture", "late");
  const BytesFile file{gguf.bytes(), 1ull << 40};
  const auto header = MUST(ReadGgufHeader(file.Range()));
  REQUIRE(header.architecture == "late");
  REQUIRE(file.read_bytes < 6'000'000);
  REQUIRE(file.reads < 20);
}

TEST_CASE("GgufMetadataIsBoundedButItsOwnKeysAreKept") {
  GgufBytes gguf;
  gguf.Counts(0, 202);
  for (int i = 0; i < 200; ++i) gguf.Key("k" + std::to_string(i), std::string(1000, 'x'));
  gguf.Key("general.architecture", "llama").Key("too.long", std::string(5000, 'x'));
  const auto header = MUST(gguf.Read());
  REQUIRE(header.metadata.dump().size() < 70'000);
  REQUIRE_FALSE(header.metadata_complete);
  REQUIRE(header.architecture == "llama");
  REQUIRE_FALSE(header.metadata.contains("too.long"));
}

TEST_CASE("GgufFileTypesHaveNames") {
  REQUIRE(NameOfGgufFileType(0) == "F32");
  REQUIRE(NameOfGgufFileType(18) == "Q6_K");
  REQUIRE(NameOfGgufFileType(1024 + 7) == "Q8_0");
  REQUIRE(NameOfGgufFileType(38) == "MXFP4_MOE");
  REQUIRE(NameOfGgufFileType(4).empty());
  REQUIRE(NameOfGgufFileType(~0ull).empty());
}
