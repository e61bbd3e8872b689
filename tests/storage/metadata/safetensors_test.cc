#include "storage/metadata/safetensors.h"

#include "tests/support/bytes_file.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

BytesFile FileOf(std::string_view header, std::uint64_t data_bytes) {
  ByteWriter writer;
  writer.Le<std::uint64_t>(header.size());
  writer.Raw(AsBytes(header));
  return {writer.Take(), data_bytes};
}

Result<SafetensorsHeader> Read(std::string_view header, std::uint64_t data_bytes) {
  const auto file = FileOf(header, data_bytes);
  return ReadSafetensorsHeader(file.Range());
}

// One tensor "a" with these fields.
Result<SafetensorsHeader> ReadTensor(const std::string& fields, std::uint64_t data_bytes) {
  return Read("{\"a\":{" + fields + "}}", data_bytes);
}

}  // namespace

TEST_CASE("SafetensorsHeaderGivesCountsByDtype") {
  const auto header = MUST(Read(R"({"__metadata__":{"format":"pt"},
               "w":{"dtype":"BF16","shape":[3,4],"data_offsets":[8,32]},
               "b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
               "scalar":{"dtype":"I64","shape":[],"data_offsets":[32,40]},
               "empty":{"dtype":"F16","shape":[0,7],"data_offsets":[32,32]},
               "packed":{"dtype":"F4","shape":[5,2],"data_offsets":[40,45]}}   )",
                                45));
  REQUIRE(header.tensor_count == 5);
  REQUIRE(header.parameter_count == 12 + 2 + 1 + 10);
  REQUIRE(header.parameters_by_dtype.at("BF16") == 12);
  REQUIRE(header.parameters_by_dtype.at("F4") == 10);
  REQUIRE(header.metadata.at("format") == "pt");
  REQUIRE(header.metadata_complete);
  REQUIRE(MUST(Read("{}", 0)).tensor_count == 0);
}

TEST_CASE("HugeSafetensorsFileCostsOnlyItsHeader") {
  const std::uint64_t elements = 25'000'000'000;
  const auto file = FileOf("{\"w\":{\"dtype\":\"F16\",\"shape\":[" + std::to_string(elements) +
                               "],\"data_offsets\":[0," + std::to_string(elements * 2) + "]}}",
                           elements * 2);
  REQUIRE(MUST(ReadSafetensorsHeader(file.Range())).parameter_count == elements);
  REQUIRE(file.read_bytes < 200);
}

TEST_CASE("SafetensorsLengthsAreCheckedBeforeReading") {
  const auto claims = [](std::uint64_t length, std::uint64_t file_bytes) {
    ByteWriter writer;
    writer.Le(length);
    const BytesFile file{writer.Take(), file_bytes - 8};
    auto result = ReadSafetensorsHeader(file.Range());
    REQUIRE(file.read_bytes <= 8);
    return result;
  };
  MUST_FAIL(claims(100, 50), Errc::Corrupt);
  MUST_FAIL(claims(~0ull, 1u << 30), Errc::Corrupt);
  MUST_FAIL(claims(100'000'001, 1u << 30), Errc::Corrupt);
  MUST_FAIL(claims(kMaxSafetensorsHeaderBytes + 1, 1u << 30), Errc::TooLarge);
  const BytesFile tiny{{1, 2, 3}};
  MUST_FAIL(ReadSafetensorsHeader(tiny.Range()), Errc::Corrupt);
}

TEST_CASE("SafetensorsTensorsMustTileTheFile") {
  const std::string a = R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)";
  const auto two = [&](const std::string& offsets) {
    return Read("{" + a + R"("b":{"dtype":"U8","shape":[4],"data_offsets":)" + offsets + "}}", 8);
  };
  MUST(two("[4,8]"));
  MUST_FAIL(two("[2,6]"), Errc::Corrupt);  // overlap
  MUST_FAIL(two("[0,4]"), Errc::Corrupt);  // the same bytes twice
  MUST_FAIL(two("[5,9]"), Errc::Corrupt);  // outside
  MUST_FAIL(two("[8,4]"), Errc::Corrupt);  // backwards
  MUST_FAIL(two("[4,7]"), Errc::Corrupt);  // shape disagrees
  MUST_FAIL(ReadTensor(R"("dtype":"U8","shape":[4],"data_offsets":[4,8])", 8), Errc::Corrupt);
  MUST_FAIL(ReadTensor(R"("dtype":"U8","shape":[4],"data_offsets":[0,4])", 8), Errc::Corrupt);
}

TEST_CASE("SafetensorsFieldsAreStrict") {
  const auto refuse = [](const std::string& fields) {
    INFO(fields);
    MUST_FAIL(ReadTensor(fields, 4), Errc::Corrupt);
  };
  MUST(ReadTensor(R"("data_offsets":[0,4],"shape":[2,2],"dtype":"U8")", 4));
  refuse("");
  refuse(R"("dtype":"U8","shape":[4])");
  refuse(R"("dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4])");
  refuse(R"("dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4])");
  refuse(R"("dtype":"U8","shape":[4],"data_offsets":[0,4,4])");
  refuse(R"("dtype":"U8","shape":[4],"data_offsets":[0])");
  refuse(R"("dtype":"U8","shape":[-4],"data_offsets":[0,4])");
  refuse(R"("dtype":"U8","shape":[4.0],"data_offsets":[0,4])");
  refuse(R"("dtype":"U8","shape":["4"],"data_offsets":[0,4])");
  refuse(R"("dtype":"U8","shape":[[4]],"data_offsets":[0,4])");
  refuse(R"("dtype":"U8","shape":[{}],"data_offsets":[0,4])");
  refuse(R"("dtype":"U8","shape":4,"data_offsets":[0,4])");
  refuse(R"("dtype":1,"shape":[4],"data_offsets":[0,4])");
  refuse(R"("dtype":null,"shape":[4],"data_offsets":[0,4])");
  refuse(R"("dtype":"F4","shape":[7],"data_offsets":[0,4])");
  refuse(R"("dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,4])");
  refuse(R"("dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,4])");
  refuse(R"("dtype":"U8","shape":[99999999999999999999999],"data_offsets":[0,4])");
}

TEST_CASE("SafetensorsHeaderMustBeOneJsonObject") {
  for (const std::string header :
       {"", " {}", "[]", "{", "{}x", "{\"a\":1}", "{\"a\":[]}", "{\"a\":\"x\"}", "{\"a\":null}",
        "{\"__metadata__\":{},\"__metadata__\":{}}", "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}",
        "{\"a\xFF\":{}}"}) {
    INFO(header);
    MUST_FAIL(Read(header, 0), Errc::Corrupt);
  }
  const std::string empty = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  MUST(Read("{\"a\":" + empty + "}", 0));
  MUST_FAIL(Read("{\"a\":" + empty + ",\"a\":" + empty + "}", 0), Errc::Corrupt);
  MUST_FAIL(Read("{\"a\":" + std::string(1'000'000, '[') + "}", 0), Errc::Corrupt);
}

TEST_CASE("NothingFollowsAZeroByteInASafetensorsHeader") {
  MUST_FAIL(Read(std::string_view("{}\0", 3), 0), Errc::Corrupt);
  MUST_FAIL(Read(std::string_view("{}\0{\"a\":1}", 10), 0), Errc::Corrupt);
}

TEST_CASE("WhatALaterSafetensorsMayHoldIsUnknownAndHidesNothing") {
  const auto read = [](const std::string& fields, const std::string& more, std::uint64_t size) {
    return Read("{\"a\":{" + fields + "}" + more + "}", size);
  };
  const std::string good = R"("dtype":"U8","shape":[4],"data_offsets":[0,4])";
  const std::string overlapping = R"(,"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  const auto unknown = read(R"("dtype":"Q4","shape":[9],"data_offsets":[0,4])", "", 4);
  MUST_FAIL(unknown, Errc::Invalid);
  CHECK(unknown.error().message() == "safetensors header: unknown dtype 'Q4'");
  for (const std::uint64_t size : {3u, 5u}) {
    MUST_FAIL(read(R"("dtype":"Q4","shape":[9],"data_offsets":[0,4])", "", size), Errc::Corrupt);
  }
  MUST_FAIL(read(R"("dtype":"Q4","shape":[9],"data_offsets":[0,4])", overlapping, 4),
            Errc::Corrupt);
  for (const std::string extra : {"null", "true", "-1", "1.5", "3", "[1,[2,{}]]",
                                  R"({"shape":"x","dtype":[null],"y":{"z":-1}})"}) {
    INFO(extra);
    MUST_FAIL(read(good + ",\"new\":" + extra, "", 4), Errc::Invalid);
    MUST_FAIL(read("\"new\":" + extra + "," + good, overlapping, 4), Errc::Corrupt);
    const auto metadata = R"(,"__metadata__":{"k":"v","new":)" + extra + "}";
    MUST_FAIL(read(good, metadata, 4), Errc::Invalid);
    MUST_FAIL(read(good, metadata + overlapping, 4), Errc::Corrupt);
    if (extra[0] != '{') MUST_FAIL(read(good, ",\"__metadata__\":" + extra, 4), Errc::Invalid);
  }
  const auto nested = [&](std::size_t depth) {
    return read(good + ",\"new\":" + std::string(depth, '[') + std::string(depth, ']'), "", 4);
  };
  MUST_FAIL(nested(16), Errc::Invalid);
  MUST_FAIL(nested(17), Errc::Corrupt);
  MUST_FAIL(nested(100'000), Errc::Corrupt);
}

TEST_CASE("SafetensorsMetadataIsBounded") {
  const auto header = MUST(
      Read("{\"__metadata__\":{\"a\":\"b\",\"long\":\"" + std::string(100'000, 'x') + "\"}}", 0));
  REQUIRE(header.metadata.size() == 1);
  REQUIRE_FALSE(header.metadata_complete);
  const auto with_keys = [](int count) {
    std::string keys;
    for (int i = 0; i < count; ++i) {
      keys += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
    }
    return Read("{\"__metadata__\":{" + keys + "}}", 0);
  };
  REQUIRE_FALSE(MUST(with_keys(65'536)).metadata_complete);
  MUST_FAIL(with_keys(65'537), Errc::Corrupt);
}

TEST_CASE("ReadersErrorIsPassedOn") {
  const FileRange file{
      1000, [](std::uint64_t, std::uint64_t) -> Result<Bytes> { return Error(Errc::Io, "disk"); }};
  MUST_FAIL(ReadSafetensorsHeader(file), Errc::Io);
}

TEST_CASE("SafetensorsIndexNamesItsFiles") {
  const auto index = MUST(ParseSafetensorsIndex(
      R"({"metadata":{"total_size":123,"x":{"total_size":9}},"weight_map":{"a":"m-1.safetensors",
          "b":"m-2.safetensors","c":"m-1.safetensors"},"other":[{"a":[1,null,true,-1,1.5]}]})"));
  REQUIRE(index.total_size_bytes == 123);
  REQUIRE(index.tensor_count == 3);
  REQUIRE(index.files == std::set<std::string>{"m-1.safetensors", "m-2.safetensors"});
}

TEST_CASE("BadSafetensorsIndexIsRefused") {
  for (const std::string json :
       {"", "[]", "1", "{}", "{\"weight_map\":[]}", "{\"weight_map\":{\"a\":1}}",
        "{\"weight_map\":{\"a\":null}}", "{\"weight_map\":{\"a\":[\"x\"]}}",
        "{\"weight_map\":{\"a\":{\"b\":\"x\"}}}", "{\"weight_map\":{\"a\":\"../x\"}}",
        "{\"weight_map\":{\"a\":\"/x\"}}", "{\"weight_map\":{\"a\":\"d/x\"}}",
        "{\"weight_map\":{\"a\":\"\"}}", "{\"weight_map\":{},\"weight_map\":{}}",
        "{\"weight_map\":{},\"weight_map\":[\"x\"]}", "{\"weight_map\":{\"a\":\"x\"}"}) {
    INFO(json);
    MUST_FAIL(ParseSafetensorsIndex(json), Errc::Corrupt);
  }
  std::string many = "{\"weight_map\":{";
  for (int i = 0; i <= 10'000; ++i) {
    many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"f" + std::to_string(i) + "\"";
  }
  MUST_FAIL(ParseSafetensorsIndex(many + "}}"), Errc::Corrupt);
}
