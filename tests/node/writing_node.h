#pragma once
// A node with two users who write, and the parts of its catalog that tests of writing look at.

#include "node/data_directory.h"
#include "storage/catalog/repositories.h"
#include "storage/content/leftovers.h"
#include "tests/node/test_node.h"

namespace banyan::node {

struct WritingNode : TestNode {
  explicit WritingNode(const std::function<void(Config&)>& change = nullptr) : TestNode(change) {}

  const std::string alice = NewUser("alice");
  const std::string bob = NewUser("bob");

  Reply Call(const std::string& method, const std::string& target, const Json& body,
             const std::string& token) const {
    return Send({method, target, token, {{"Content-Type", "application/json"}}, DumpJson(body)});
  }
  // The body of a commit to main of a model, as it is.
  Reply SendCommit(const std::string& id, const std::string& lines, const std::string& token,
                   const std::string& branch = "main") const {
    return Send({"POST", "/api/models/" + id + "/commit/" + branch, token, {}, lines});
  }

  storage::Database& database() { return node().data().database(); }
  std::int64_t Number(std::string_view sql) {
    auto lease = MUST(database().Read());
    auto rows = lease->Query(sql);
    REQUIRE(rows.Next());
    return rows.Int(0);
  }
  // As an upload to this model leaves it.
  Sha256 Upload(const std::string& id, std::string_view content) {
    auto stored = MUST(node().data().content().PutBytes(AsBytes(content)));
    MUST(node().data().content().Sync());
    MUST(database().Write([&](storage::Connection& c) -> Status {
      const auto name = TRY(storage::ParseRepositoryId(storage::RepositoryKind::Model, id));
      const auto found = TRY(storage::FindRepository(c, name));
      stored.content.row = TRY(storage::RecordFile(c, stored.content, clock().NowMs()));
      return storage::HoldFile(c, found.repository.row, stored.content, storage::Holding::Uploaded,
                               clock().NowMs());
    }));
    return stored.content.sha256;
  }
  // As an upload to this model of its owner does.
  void BreakOff(const std::string& id, ByteView content) {
    const auto name = MUST(storage::ParseRepositoryId(storage::RepositoryKind::Model, id));
    const auto model = MUST(storage::FindRepository(*MUST(database().Read()), name)).repository;
    auto& store = node().data().content();
    storage::PinnedUpload upload(store.core(), {model.namespace_row, model.row});
    upload.recipe() = MUST(store.PutBytes(content, model.row)).content.recipe;
  }
};

// The lines of a commit's body.
inline std::string Line(const std::string& key, const Json& value) {
  return DumpJson({{"key", key}, {"value", value}}) + "\n";
}
inline std::string HeaderLine(const std::string& summary = "Change",
                              const std::string& parent = {}) {
  Json value = {{"summary", summary}, {"description", ""}};
  if (!parent.empty()) value["parentCommit"] = parent;
  return Line("header", value);
}
inline std::string FileLine(const std::string& path, std::string_view content) {
  return Line("file",
              {{"path", path}, {"content", ToBase64(AsBytes(content))}, {"encoding", "base64"}});
}
inline std::string StoredLine(const std::string& path, const Sha256& sha256, Json size = nullptr) {
  Json value = {{"path", path}, {"sha256", sha256.ToString()}};
  if (!size.is_null()) value["size"] = size;
  return Line("storedFile", value);
}
inline std::string LfsLine(const std::string& path, const Sha256& sha256) {
  return Line("lfsFile", {{"path", path}, {"algo", "sha256"}, {"oid", sha256.ToString()}});
}

}  // namespace banyan::node
