#include "storage/catalog/repository_head.h"

#include "storage/catalog/repository_text.h"
#include "tests/support/catalog_makers.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::testing;

namespace {
std::int64_t Hits(TestCatalog& catalog, const std::string& query) {
  return catalog.Read([&](Connection& c) {
    auto rows =
        c.Query("SELECT count(*) FROM repository_text WHERE repository_text MATCH ?", query);
    REQUIRE(rows.Next());
    return rows.Int(0);
  });
}
void IndexIsSound(TestCatalog& catalog) {
  MUST(catalog.Write([](Connection& c) {
    return c.Execute(
        "INSERT INTO repository_text(repository_text, rank) "
        "VALUES('integrity-check', 1)");
  }));
}
}  // namespace

TEST_CASE("AHeadIsReplacedAsAWhole") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  const auto made = MakeModel(catalog, "alice/m");
  RepositoryHead head;
  head.commit = GitOid::FromRaw(Bytes(20, 7));
  head.bytes = 1000;
  head.files = 3;
  head.licence = "Apache-2.0";
  head.task = "text-generation";
  head.library = "transformers";
  head.parameters = 8'000'000'000;
  head.tags = {"dataset:a/b", "license:apache-2.0", "text-generation", "", std::string(300, 'x')};
  head.languages = {"en", "zh"};
  head.metadata = R"({"title":"M"})";
  const auto set = [&](std::int64_t now_ms) {
    return catalog.Write(
        [&](Connection& c) { return SetRepositoryHead(c, made.row, head, now_ms); });
  };
  const auto get = [&] {
    return MUST(catalog.Read([&](Connection& c) { return GetRepository(c, made.row); }));
  };
  const auto metadata = [&] {
    return MUST(catalog.Read([&](Connection& c) { return GetMetadata(c, made.row); }));
  };
  const auto tags = [&] {
    return MUST(catalog.Read([&](Connection& c) { return ListTags(c, made.row); }));
  };
  MUST(set(50));
  const auto first = get();
  REQUIRE(first.head == head.commit);
  REQUIRE(first.described == head.commit);
  REQUIRE(first.head_bytes == 1000);
  REQUIRE(first.head_files == 3);
  REQUIRE(first.licence == "Apache-2.0");
  REQUIRE(first.parameters == head.parameters);
  REQUIRE(metadata() == head.metadata);
  REQUIRE(first.updated_ms == 50);
  REQUIRE(first.created_ms == 1);
  REQUIRE(tags() == std::vector<std::string>{"dataset:a/b", "language:en", "language:zh",
                                             "license:apache-2.0", "text-generation",
                                             "transformers"});
  head = {};
  head.licence = std::string(300, 'x');
  MUST(set(60));
  const auto second = get();
  REQUIRE_FALSE(second.head);
  REQUIRE_FALSE(second.described);
  REQUIRE(second.licence.empty());
  REQUIRE(second.task.empty());
  REQUIRE_FALSE(second.parameters);
  REQUIRE(metadata() == "{}");
  REQUIRE(tags().empty());
  for (int i = 0; i < 1000; ++i) head.tags.push_back("t" + std::to_string(i));
  MUST(set(70));
  REQUIRE(tags().size() == kMaxTags);
  MUST_FAIL(catalog.Write([&](Connection& c) { return SetRepositoryHead(c, 999, head, 1); }),
            Errc::NotFound);
  MUST_FAIL(catalog.Read([&](Connection& c) { return GetMetadata(c, 999); }), Errc::NotFound);
}

TEST_CASE("SearchTextFollowsHeadAndName") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  MakeUser(catalog, "bob");
  const auto made = MakeModel(catalog, "alice/Llama-3.1-Chat");
  REQUIRE(Hits(catalog, "alice AND llama AND chat") == 1);
  REQUIRE(Hits(catalog, "llama31*") == 1);
  RepositoryHead head;
  head.search_text = "一 个 模 型\nsecond line";
  const auto set = [&] {
    MUST(catalog.Write([&](Connection& c) { return SetRepositoryHead(c, made.row, head, 5); }));
  };
  set();
  REQUIRE(Hits(catalog, "\"模 型\" AND second AND alice") == 1);
  MUST(catalog.Write(
      [&](Connection& c) { return MoveRepository(c, made.row, ModelId("bob/Other"), {}); }));
  REQUIRE(Hits(catalog, "alice") == 0);
  REQUIRE(Hits(catalog, "bob AND other AND second") == 1);
  head.search_text = "third";
  set();
  REQUIRE(Hits(catalog, "second") == 0);
  REQUIRE(Hits(catalog, "bob AND third") == 1);
  IndexIsSound(catalog);
  MUST(catalog.Write([&](Connection& c) { return DeleteRepository(c, made.row); }));
  REQUIRE(Hits(catalog, "bob OR third") == 0);
  IndexIsSound(catalog);
}

TEST_CASE("LongSearchTextIsCutBetweenCharacters") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  const auto made = MakeModel(catalog, "alice/m");
  std::string text = "x";
  while (text.size() < kMaxSearchTextBytes + 100) text += "模";
  MUST(catalog.Write([&](Connection& c) { return SetSearchText(c, made.row, text); }));
  const auto kept = MUST(catalog.Read([&](Connection& c) { return GetSearchText(c, made.row); }));
  REQUIRE(kept.size() <= kMaxSearchTextBytes);
  REQUIRE(kept.size() > kMaxSearchTextBytes - 3);
  REQUIRE(kept == text.substr(0, kept.size()));
  REQUIRE((kept.size() - 1) % 3 == 0);
  MUST(catalog.Write([&](Connection& c) { return DeleteRepository(c, made.row); }));
  IndexIsSound(catalog);
}
