// The bytes and roots of storage/history/FORMAT.md.
#include <map>

#include "storage/history/manifest.h"
#include "storage/history/ref_list.h"
#include "tests/support/golden.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

using tests::Vectors;

ManifestEntry Entry(std::uint32_t mode, std::string_view text) {
  ManifestEntry entry;
  entry.mode = mode;
  entry.size_bytes = text.size();
  entry.sha256 = HashSha256(AsBytes(text));
  entry.hash = text.empty() ? FileHash() : FileHash::FromRaw(HashSha256(AsBytes("h")).bytes());
  entry.chunk_count = text.empty() ? 0 : 1;
  GitBlobHasher hasher(text.size());
  hasher.Update(AsBytes(text));
  entry.oid = hasher.Finish();
  return entry;
}

Sha256 Build(MemoryNodes& nodes, const std::map<std::string, std::string>& content) {
  const Sha256 empty = MUST(EmptyTree(nodes));
  std::vector<SearchChange> changes;
  for (const auto& [key, value] : content) changes.push_back({key, value});
  return MUST(UpdateTree(nodes, empty, changes));
}

// The root's id, and its bytes when they are few.
void AddTree(Vectors& vectors, const std::string& name,
             const std::map<std::string, std::string>& content) {
  MemoryNodes nodes;
  const Sha256 root = Build(nodes, content);
  vectors[name + ".root"] = root.ToString();
  const Bytes bytes = MUST(nodes.Load(root));
  if (bytes.size() <= 1024) vectors[name + ".bytes"] = ToHex(bytes);
}

std::map<std::string, std::string> Numbers(int from, int to) {
  std::map<std::string, std::string> content;
  for (int i = from; i < to; ++i) content["k" + std::to_string(i)] = std::to_string(i);
  return content;
}

Vectors Compute() {
  Vectors vectors;
  AddTree(vectors, "empty", {});
  auto pointer = Entry(kModeFile, "weights");
  pointer.oid = PointerOid({pointer.sha256, pointer.size_bytes});
  ManifestEntry submodule;
  submodule.mode = kModeSubmodule;
  submodule.oid = Entry(kModeFile, "m").oid;
  AddTree(vectors, "manifest",
          {{"README.md", EncodeManifestEntry(Entry(kModeFile, "# Hello\n"))},
           {"bin/run", EncodeManifestEntry(Entry(kModeExecutable, "#!/bin/sh\n"))},
           {"empty", EncodeManifestEntry(Entry(kModeFile, ""))},
           {"link", EncodeManifestEntry(Entry(kModeSymlink, "README.md"))},
           {"sub", EncodeManifestEntry(submodule)},
           {"w.bin", EncodeManifestEntry(pointer)},
           {"图像/数据.txt", EncodeManifestEntry(Entry(kModeFile, "x"))}});
  const RefListEntry ref{submodule.oid, pointer.oid, pointer.sha256};
  AddTree(
      vectors, "refs",
      {{"refs/heads/main", EncodeRefListEntry(ref)}, {"refs/tags/v1", EncodeRefListEntry(ref)}});
  AddTree(vectors, "thousand", Numbers(0, 1000));
  AddTree(vectors, "20000", Numbers(0, 20000));
  // Keys with 20 leading zero bits end a node of two levels at once.
  std::map<std::string, std::string> deep;
  for (int n : {656400, 816130, 2300365, 2373478, 5047730, 5303112}) {
    deep["k" + std::to_string(n)] = "deep";
    deep["k" + std::to_string(n) + "+"] = "plain";
  }
  AddTree(vectors, "deep", deep);
  // More than a node holds, with no key that ends one.
  std::map<std::string, std::string> capped;
  for (int i = 0; capped.size() < 5000; ++i) {
    const std::string key = "cap" + std::to_string(1000000 + i);
    if (!EndsNode(key, 0)) capped[key] = "v";
  }
  AddTree(vectors, "capped", capped);
  return vectors;
}

}  // namespace

TEST_CASE("ManifestBytesAndRootsAreGolden") {
  const auto computed = Compute();
  tests::RequireGolden("manifest.txt", computed);
  REQUIRE(computed.at("empty.bytes") == "010000");
}
