#include "storage/history/weight_check.h"

#include <map>

#include "storage/history/received_history.h"
#include "tests/support/gguf_bytes.h"
#include "tests/support/history_fixture.h"
#include "tests/support/safetensors_bytes.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

const std::string kMain = "refs/heads/main";

Bytes Gguf(std::uint64_t offset) {
  GgufBytes gguf;
  auto bytes = gguf.Counts(1, 0).Tensor("t", {8}, 0, offset).bytes();
  bytes.resize((bytes.size() + 31) / 32 * 32 + 32);
  return bytes;
}
Bytes GgufStart(std::uint64_t tensors, std::uint64_t keys) {
  return GgufBytes().Counts(tensors, keys).bytes();
}

Bytes Tensors(const std::string& first, const std::string& second, std::size_t data_bytes) {
  return SafetensorsBytes("{\"a\":{" + first + "},\"b\":{" + second + "}}", Bytes(data_bytes));
}

// Every attack on a loader that a header can carry, and what is said of it.
struct Attack {
  const char* path;
  Bytes bytes;
  const char* said;
};
std::vector<Attack> Attacks() {
  const std::string half = R"("dtype":"U8","shape":[4],"data_offsets":[0,4])";
  const auto second = [&](const std::string& fields) { return Tensors(half, fields, 8); };
  ByteWriter endless;
  endless.Le<std::uint64_t>(~std::uint64_t{0});
  const std::string deep = "{\"__metadata__\":" + std::string(100'000, '[');
  return {
      {"a.safetensors", {}, "shorter than its length field"},
      {"a.safetensors", Bytes{1, 0, 0}, "shorter than its length field"},
      {"a.safetensors", endless.Take(), "is not possible"},
      {"a.safetensors", SafetensorsBytes("not json"), "does not begin with '{'"},
      {"a.safetensors", SafetensorsBytes("{\"a\":"), "not valid JSON"},
      {"a.safetensors", SafetensorsBytes(deep), "nested deeper"},
      {"a.safetensors", second(R"("dtype":"U8","shape":[4],"data_offsets":[0,4])"), "overlap"},
      {"a.safetensors", second(R"("dtype":"U8","shape":[4],"data_offsets":[5,9])"), "outside"},
      {"a.safetensors", second(R"("dtype":"F32","shape":[4],"data_offsets":[4,8])"), "disagree"},
      {"a.safetensors", second(R"("dtype":"U8","shape":[-4],"data_offsets":[4,8])"), "negative"},
      {"a.safetensors", second(R"("dtype":"X","shape":[4],"data_offsets":[0,4])"), "overlap"},
      {"A.SafeTensors", Tensors(half, half, 4), "overlap"},
      {"x/y.gguf", {}, "past the end"},
      {"x/y.gguf", Text("GGUX0000000000000000"), "does not begin with 'GGUF'"},
      {"x/y.gguf", GgufStart(~std::uint64_t{0}, 0), "than the file can hold"},
      {"x/y.gguf", GgufStart(0, ~std::uint64_t{0}), "than the file can hold"},
      {"x/y.gguf", GgufBytes().Counts(0, 1).Number(std::uint64_t{1} << 60).Number(~0ull).bytes(),
       "too long"},
      {"x/y.gguf", Gguf(64), "past the end"},
      {"x/Y.GGUF", Gguf(1), "not aligned"},
  };
}

// Brings one file into main as a mirror does, whatever it holds.
void Mirror(HistoryFixture& f, const std::string& path, const Bytes& bytes) {
  auto lease = MUST(f.database->Read());
  const auto objects = MUST(GitObjects::Open(*lease, *f.store));
  const auto blob = MUST(objects->Write(GitObjectType::Blob, bytes));
  ByteWriter tree;
  tree.Raw(AsBytes("100644 " + path));
  tree.U8(0);
  tree.Raw(blob.bytes());
  const auto tree_oid = MUST(objects->Write(GitObjectType::Tree, tree.bytes()));
  const CommitText text{tree_oid, {}, {"Ada", "ada@example.org"}, f.now_ms, "mirrored"};
  const auto commit = MUST(objects->Write(GitObjectType::Commit, MUST(EncodeCommit(text))));
  ReceiveOptions options;
  options.mirrored = true;
  auto change =
      MUST(VerifyReceived(*objects, f.repository, {{kMain, std::nullopt, commit}}, options));
  MUST(f.store->Sync());
  MUST(f.database->Write([&](Connection& c) -> Status {
    TRY(EnterChange(c, f.repository, change, f.Options()));
    return Ok();
  }));
}

// A commit of these files over main, or a merge of `other` into it, as a push brings it.
Status Push(HistoryFixture& f, const std::map<std::string, Bytes>& files,
            const std::optional<GitOid>& other = std::nullopt) {
  auto lease = MUST(f.database->Read());
  const auto objects = MUST(GitObjects::Open(*lease, *f.store));
  ByteWriter tree;
  for (const auto& [path, bytes] : files) {
    tree.Raw(AsBytes("100644 " + path));
    tree.U8(0);
    tree.Raw(MUST(objects->Write(GitObjectType::Blob, bytes)).bytes());
  }
  const auto tree_oid = MUST(objects->Write(GitObjectType::Tree, tree.bytes()));
  const auto main = f.Resolve("main").commit;
  CommitText text{tree_oid, {main}, {"Ada", "ada@example.org"}, f.now_ms, "pushed"};
  if (other) text.parents.push_back(*other);
  const auto commit = MUST(objects->Write(GitObjectType::Commit, MUST(EncodeCommit(text))));
  auto change = TRY(VerifyReceived(*objects, f.repository, {{kMain, main, commit}}));
  MUST(f.store->Sync());
  return f.database->Write([&](Connection& c) -> Status {
    TRY(EnterChange(c, f.repository, change, f.Options()));
    return Ok();
  });
}

std::int64_t Objects(HistoryFixture& f) {
  auto lease = MUST(f.database->Read());
  auto rows = lease->Query("SELECT (SELECT count(*) FROM git_object) + count(*) FROM git_blob");
  REQUIRE(rows.Next());
  return rows.Int(0);
}

}  // namespace

TEST_CASE("AWeightFileIsKnownByItsName") {
  CHECK(WeightFormatOf("a/model.safetensors") == WeightFormat::Safetensors);
  CHECK(WeightFormatOf("MODEL.GGUF") == WeightFormat::Gguf);
  for (const char* path : {"safetensors", "gguf", "model.safetensors.index.json", "a.gguf.part1",
                           "a.gguf/b", "modelgguf", ""}) {
    CHECK_FALSE(WeightFormatOf(path).has_value());
  }
}

TEST_CASE("NothingOfAChangeWithABrokenWeightFileIsKept") {
  HistoryFixture f;
  const auto head = f.CommitText("a", "1");
  const auto objects = Objects(f);
  for (const auto& attack : Attacks()) {
    INFO(attack.path << ": " << attack.said);
    const auto check = [&](const Status& refused) {
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code() == Errc::Invalid);
      const auto& message = refused.error().message();
      INFO(message);
      CHECK(message.starts_with(std::string(attack.path) + ": "));
      CHECK(message.find(attack.said) != message.npos);
      CHECK(message.find(": nothing was committed; write or download") != message.npos);
      CHECK(f.Resolve("main").commit == head);
      CHECK(Objects(f) == objects);
    };
    const auto commit = [&](CommitOperation operation) -> Status {
      TRY(f.TryCommit({AddInline{"beside", Text("2")}, std::move(operation)}));
      return Ok();
    };
    const auto file = f.Upload(attack.bytes, f.repository);
    check(commit(AddInline{attack.path, attack.bytes}));
    check(commit(AddUploaded{attack.path, file, true}));
    check(commit(AddUploaded{attack.path, file, false}));
    if (!attack.bytes.empty()) {
      const auto pointer = PointerText({file.sha256, file.size_bytes});
      check(commit(AddInline{attack.path, Text(pointer)}));
    }
    const std::string name(attack.path);
    const bool is_plain = name.find('/') == name.npos;
    if (is_plain) check(Push(f, {{"a", Text("1")}, {name, attack.bytes}}));
  }
}

TEST_CASE("WhatIsSoundOrMerelyUnknownIsTaken") {
  HistoryFixture f;
  const auto unknown = R"({"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}})";
  const std::string index = R"({"weight_map":{"w":"model-00009-of-00009.safetensors"}})";
  f.Commit({AddInline{"model.safetensors", SafetensorsOf(Noise(10'000, 1))},
            AddInline{"unknown.safetensors", SafetensorsBytes(unknown, Bytes(4))},
            AddInline{"model.safetensors.index.json", Text(index)}, AddInline{"a.gguf", Gguf(0)},
            AddInline{"newer.gguf", GgufBytes(4).Counts(0, 0).bytes()},
            AddInline{"config.json", Text("{")}, AddInline{"fine.bin", Text("not weights")},
            AddInline{"gone.gguf", Text("broken")}, DeleteFile{"gone.gguf"}});
  CHECK(f.Resolve("main").files == 8);  // with .gitattributes
  const auto renamed = f.TryCommit({CopyFile{"x.gguf", "fine.bin", ""}});
  MUST_FAIL(renamed, Errc::Invalid);
}

TEST_CASE("ARepositoryWithOlderBrokenWeightsStaysUsable") {
  HistoryFixture f;
  const Bytes broken = Gguf(64);
  Mirror(f, "a.gguf", broken);
  f.CommitText("b", "1");
  f.Commit({CopyFile{"renamed.gguf", "a.gguf", ""}, DeleteFile{"a.gguf"}});
  f.Commit({AddInline{"again.gguf", broken}, AddInline{"other.gguf", broken}});
  f.Commit({AddInline{"again.gguf", broken}, AddInline{"b", Text("2")}});
  MUST_FAIL(f.TryCommit({AddInline{"a.safetensors", broken}}), Errc::Invalid);
  MUST_FAIL(f.TryCommit({AddInline{"again.gguf", Gguf(128)}}), Errc::Invalid);
  f.Commit({DeleteFile{"again.gguf"}, DeleteFile{"other.gguf"}, DeleteFile{"renamed.gguf"}});
  MUST_FAIL(f.TryCommit({AddInline{"a.gguf", broken}}), Errc::Invalid);  // it was mended
}

TEST_CASE("APushIsJudgedAgainstAllItsParents") {
  HistoryFixture f;
  const Bytes broken = Gguf(64);
  Mirror(f, "a.gguf", broken);
  MUST(Push(f, {{"a.gguf", broken}, {"b", Text("1")}}));
  MUST(Push(f, {{"b", Text("1")}, {"renamed.gguf", broken}}));
  const auto side = f.Resolve("main").commit;
  MUST(Push(f, {{"b", Text("1")}}));
  MUST_FAIL(Push(f, {{"b", Text("2")}, {"back.gguf", broken}}), Errc::Invalid);
  MUST(Push(f, {{"b", Text("2")}, {"back.gguf", broken}}, side));
  CHECK(f.Files() == "b back.gguf");
}

TEST_CASE("AFileThatCannotBeReadIsNoBrokenWeightFile") {
  HistoryFixture f;
  auto file = f.Upload(SafetensorsOf(Noise(10'000, 1)), f.repository);
  file.recipe.terms.at(0).pack += 1000;
  MemoryNodes nodes;
  WeightCheck check(*f.store, nodes, {});
  const auto status = check.Check("a.safetensors", file);
  MUST_FAIL(status, Errc::Corrupt);
  CHECK(status.error().message().find("nothing was committed") == std::string::npos);
}
