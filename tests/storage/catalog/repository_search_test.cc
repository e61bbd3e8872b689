#include "storage/catalog/repository_search.h"

#include <algorithm>
#include <map>
#include <set>

#include "storage/catalog/repository_head.h"
#include "storage/metadata/search_text.h"
#include "tests/support/catalog_makers.h"
#include "tests/support/fake_random.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::testing;

namespace {
using Names = std::vector<std::string>;

RepositoryPage Search(TestCatalog& catalog, const RepositoryQuery& query,
                      const SearchLimits& limits = {}) {
  return MUST(
      catalog.Read([&](Connection& c) { return SearchRepositories(c, Caller(), query, limits); }));
}
Names NamesOf(const RepositoryPage& page) {
  Names names;
  for (const auto& item : page.items) names.push_back(item.repository.id.name);
  return names;
}
// All pages of a query.
Names Walk(TestCatalog& catalog, RepositoryQuery query, const SearchLimits& limits = {}) {
  Names names;
  for (int pages = 0; pages < 10'000; ++pages) {
    const auto page = Search(catalog, query, limits);
    REQUIRE(page.items.size() <= query.limit);
    const auto more = NamesOf(page);
    names.insert(names.end(), more.begin(), more.end());
    if (page.next_cursor.empty()) return names;
    query.cursor = page.next_cursor;
  }
  FAIL("a list without end");
  return names;
}

struct Described {
  RepositoryHead head;
  std::int64_t updated_ms = 1;
  std::int64_t downloads = 0;
};
Status Describe(Connection& c, std::int64_t row, const Described& what) {
  TRY(SetRepositoryHead(c, row, what.head, what.updated_ms));
  return c.Execute("UPDATE repository SET downloads = ?, likes = ? % 3 WHERE id = ?",
                   what.downloads, what.downloads, row);
}
}  // namespace

TEST_CASE("ListsAreSortedByEachKeyInBothDirections") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  const auto make = [&](const std::string& name, std::int64_t created_ms, const Described& what) {
    const auto made = MakeModel(catalog, "alice/" + name, false, created_ms);
    MUST(catalog.Write([&](Connection& c) { return Describe(c, made.row, what); }));
  };
  make("a", 10, {{}, 300, 5});
  make("b", 30, {{}, 100, 7});
  make("c", 20, {{}, 200, 6});
  const auto list = [&](SortKey sort, bool ascending) {
    RepositoryQuery query;
    query.sort = sort;
    query.ascending = ascending;
    query.limit = 2;
    return Walk(catalog, query);
  };
  REQUIRE(list(SortKey::LastModified, false) == Names{"a", "c", "b"});
  REQUIRE(list(SortKey::LastModified, true) == Names{"b", "c", "a"});
  REQUIRE(list(SortKey::CreatedAt, false) == Names{"b", "c", "a"});
  REQUIRE(list(SortKey::Downloads, false) == Names{"b", "c", "a"});
  REQUIRE(list(SortKey::Downloads, true) == Names{"a", "c", "b"});
  REQUIRE(list(SortKey::Likes, false) == Names{"a", "b", "c"});  // 2, 1, 0
}

TEST_CASE("FiltersHoldTogether") {
  TestCatalog catalog;
  for (const char* user : {"alice", "bob"}) MakeUser(catalog, user);
  Described chat;
  chat.head.task = "text-generation";
  chat.head.library = "transformers";
  chat.head.licence = "Apache-2.0";
  chat.head.parameters = 8'000'000'000;
  chat.head.tags = {"chat", "safetensors"};
  chat.head.languages = {"en", "zh"};
  chat.head.search_text = IndexText("A 对话模型 for conversation");
  Described vision = chat;
  vision.head.task = "image-to-text";
  vision.head.licence = "MIT";
  vision.head.parameters = 500'000'000;
  vision.head.tags = {"safetensors"};
  vision.head.languages = {"en"};
  vision.head.search_text = IndexText("sees images");
  const auto a = MakeModel(catalog, "alice/chat-model");
  const auto b = MakeModel(catalog, "bob/vision-model");
  const auto c = MakeModel(catalog, "bob/bare");
  MUST(catalog.Write([&](Connection& connection) -> Status {
    TRY(Describe(connection, a.row, chat));
    TRY(Describe(connection, b.row, vision));
    TRY(ChangeSettings(connection, b.row, {std::nullopt, Gating::Manual, std::nullopt}));
    return Ok();
  }));
  const auto found = [&](const std::function<void(RepositoryQuery&)>& set) {
    RepositoryQuery query;
    query.sort = SortKey::CreatedAt;
    query.ascending = true;
    set(query);
    return Walk(catalog, query);
  };
  const Names none;
  const Names only_chat = {"chat-model"};
  const Names only_vision = {"vision-model"};
  REQUIRE(found([](auto&) {}) == Names{"chat-model", "vision-model", "bare"});
  REQUIRE(found([](auto& q) { q.author = "BOB"; }) == Names{"vision-model", "bare"});
  REQUIRE(found([](auto& q) { q.author = "nobody"; }) == none);
  REQUIRE(found([](auto& q) { q.task = "text-generation"; }) == only_chat);
  REQUIRE(found([](auto& q) { q.tags = {"text-generation"}; }) == only_chat);
  REQUIRE(found([](auto& q) { q.licence = "MIT"; }) == only_vision);
  REQUIRE(found([](auto& q) { q.library = "transformers"; }) ==
          Names{"chat-model", "vision-model"});
  REQUIRE(found([](auto& q) { q.tags = {"safetensors", "chat"}; }) == only_chat);
  REQUIRE(found([](auto& q) { q.tags = {"safetensors", "nope"}; }) == none);
  REQUIRE(found([](auto& q) { q.languages = {"en", "zh"}; }) == only_chat);
  REQUIRE(found([](auto& q) { q.parameters.min = 1'000'000'000; }) == only_chat);
  REQUIRE(found([](auto& q) { q.parameters.max = 500'000'000; }) == only_vision);
  REQUIRE(found([](auto& q) { q.gated = true; }) == only_vision);
  REQUIRE(found([](auto& q) { q.gated = false; }) == Names{"chat-model", "bare"});
  REQUIRE(found([](auto& q) { q.search = "conv"; }) == only_chat);
  REQUIRE(found([](auto& q) { q.search = "模型"; }) == only_chat);
  REQUIRE(found([](auto& q) { q.search = "型模"; }) == none);
  REQUIRE(found([](auto& q) { q.search = "bob model"; }) == only_vision);
  REQUIRE(found([](auto& q) { q.search = "chatmodel"; }) == only_chat);
  REQUIRE(found([](auto& q) {
            q.search = "model";
            q.tags = {"safetensors"};
            q.author = "alice";
          }) == only_chat);
  REQUIRE(found([](auto& q) { q.kind = RepositoryKind::Dataset; }) == none);
  RepositoryQuery by_name;
  by_name.search = "vision";
  const auto page = Search(catalog, by_name);
  REQUIRE(page.items.at(0).tags ==
          Names{"image-to-text", "language:en", "safetensors", "transformers"});
  REQUIRE(page.items.at(0).repository.licence == "MIT");
}

TEST_CASE("MetadataComesOnlyWhenAskedFor") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  MakeModel(catalog, "alice/a");
  RepositoryQuery query;
  REQUIRE(Search(catalog, query).items.at(0).metadata.empty());
  query.with_metadata = true;
  REQUIRE(Search(catalog, query).items.at(0).metadata == "{}");
}

TEST_CASE("WhatAQueryCannotBeIsInvalid") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  MakeModel(catalog, "alice/a");
  const auto run = [&](const RepositoryQuery& query) {
    return catalog.Read([&](Connection& c) { return SearchRepositories(c, Caller(), query); });
  };
  RepositoryQuery query;
  query.tags = Names(kMaxQueryTags, "x");
  MUST(run(query));
  query.languages = {"en"};
  MUST_FAIL(run(query), Errc::Invalid);
  query = {};
  query.cursor = "00";
  MUST_FAIL(run(query), Errc::Invalid);
  query = {};
  query.search = std::string(kMaxQueryBytes + 1, 'x');
  MUST_FAIL(run(query), Errc::Invalid);
  for (const char* text :
       {"a\" OR \"b", "NEAR(a b)", "search_text:a", "a*", "(a", "^a", "- a", "a AND"}) {
    query.search = text;
    MUST(run(query));  // never a syntax error
  }
  for (const char* text : {"\"", "(", "* -", " "}) {
    query.search = text;
    MUST_FAIL(run(query), Errc::Invalid);
  }
  query = {};
  query.limit = 0;
  REQUIRE(MUST(run(query)).items.size() == 1);
}

// Against a plain model, with more hits than the candidate limit so that both ways of working
// are taken, and pages that end inside ties.
TEST_CASE("EveryWayOfWorkingGivesTheSameExactPages") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  constexpr int kCount = 400;
  const SearchLimits limits{200, 60};
  struct Row {
    std::string name;
    std::int64_t downloads = 0;
    bool is_private = false;
    std::set<std::string> tags;
  };
  FakeRandom random(11);
  std::vector<Row> rows;
  MUST(catalog.Write([&](Connection& c) -> Status {
    for (int i = 0; i < kCount; ++i) {
      const auto downloads = static_cast<std::int64_t>(random.Below(40));
      Row row{"m" + std::to_string(i), downloads, random.OneIn(9), {"all"}};
      if (!random.OneIn(8)) row.tags.insert("most");
      if (!random.OneIn(8)) row.tags.insert("many");
      if (random.OneIn(10)) row.tags.insert("few");
      NewRepository made;
      made.id = {RepositoryKind::Model, "alice", row.name};
      made.is_private = row.is_private;
      const auto id = TRY(CreateRepository(c, random, made, 1)).repository.row;
      Described what;
      what.downloads = row.downloads;
      what.head.tags.assign(row.tags.begin(), row.tags.end());
      what.head.search_text = "common" + std::string(random.OneIn(12) ? " seldom" : "");
      if (what.head.search_text != "common") row.tags.insert("#seldom");
      TRY(Describe(c, id, what));
      rows.push_back(row);
    }
    return Ok();
  }));
  const auto expected = [&](const std::set<std::string>& tags) {
    std::vector<std::pair<std::int64_t, int>> keys;
    for (int i = 0; i < kCount; ++i) {
      const auto& row = rows[static_cast<std::size_t>(i)];
      const bool meets = std::includes(row.tags.begin(), row.tags.end(), tags.begin(), tags.end());
      if (meets && !row.is_private) keys.emplace_back(row.downloads, i);
    }
    std::sort(keys.rbegin(), keys.rend());
    Names names;
    for (const auto& key : keys) names.push_back(rows[static_cast<std::size_t>(key.second)].name);
    return names;
  };
  const auto list = [&](const std::set<std::string>& tags, const std::string& search,
                        std::size_t limit) {
    RepositoryQuery query;
    query.sort = SortKey::Downloads;
    query.limit = limit;
    query.search = search;
    for (const auto& tag : tags) {
      if (tag != "#seldom") query.tags.push_back(tag);
    }
    return Walk(catalog, query, limits);
  };
  for (const auto& tags : std::vector<std::set<std::string>>{{},
                                                             {"all"},
                                                             {"many", "most"},
                                                             {"few"},
                                                             {"few", "most"},
                                                             {"all", "few", "many", "most"}}) {
    REQUIRE(list(tags, "", 30) == expected(tags));
    REQUIRE(list(tags, "common", 400) == expected(tags));
  }
  REQUIRE(list({"few"}, "", 3) == expected({"few"}));
  REQUIRE(list({"#seldom"}, "seldom", 10) == expected({"#seldom"}));
  REQUIRE(list({"#seldom", "most"}, "seldom common", 7) == expected({"#seldom", "most"}));
}

TEST_CASE("AShortPageStillLeadsOn") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  // One match at each end of a walk longer than max_examined, with no index to lead to them.
  MUST(catalog.Write([&](Connection& c) -> Status {
    for (int i = 0; i < 15; ++i) {
      NewRepository made;
      made.id = {RepositoryKind::Model, "alice", "m" + std::to_string(i)};
      const auto id = TRY(CreateRepository(c, SystemRandom(), made, i)).repository.row;
      if (i == 0 || i == 14) {
        TRY(c.Execute("UPDATE repository SET parameters = 5 WHERE id = ?", id));
      }
    }
    return Ok();
  }));
  RepositoryQuery query;
  query.sort = SortKey::CreatedAt;
  query.parameters.min = 1;
  const SearchLimits limits{10, 10};
  const auto first = Search(catalog, query, limits);
  REQUIRE(NamesOf(first) == Names{"m14"});
  REQUIRE_FALSE(first.next_cursor.empty());
  query.cursor = first.next_cursor;
  const auto second = Search(catalog, query, limits);
  REQUIRE(NamesOf(second) == Names{"m0"});
  REQUIRE(second.next_cursor.empty());
}
