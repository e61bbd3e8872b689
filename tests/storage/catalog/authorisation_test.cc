#include "storage/catalog/authorisation.h"

#include <algorithm>
#include <map>

#include "storage/catalog/repository_search.h"
#include "tests/support/catalog_makers.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::testing;

namespace {
// A user and an organisation, each with a public and a private model, and callers of all kinds.
struct World {
  TestCatalog catalog;
  std::int64_t alice = MakeUser(catalog, "alice");
  std::int64_t acme = MakeOrganisation(catalog, "acme", MakeUser(catalog, "founder"));
  std::map<std::string, std::int64_t> users;

  World() {
    for (const char* name : {"reader", "writer", "boss", "stranger", "node-admin"}) {
      users[name] = MakeUser(catalog, name);
    }
    MUST(catalog.Write([&](Connection& c) -> Status {
      TRY(SetMember(c, acme, users["reader"], Role::Read));
      TRY(SetMember(c, acme, users["writer"], Role::Write));
      TRY(SetMember(c, acme, users["boss"], Role::Admin));
      return SetNodeAdmin(c, users["node-admin"], true);
    }));
    users["alice"] = alice;
    for (const char* path : {"alice/open", "acme/open"}) MakeModel(catalog, path);
    for (const char* path : {"alice/secret", "acme/secret"}) MakeModel(catalog, path, true);
  }

  Caller As(const std::string& name, Role token_role) {
    if (name == "anonymous") return {};
    return MUST(
        catalog.Read([&](Connection& c) { return CallerOf(c, users.at(name), token_role); }));
  }
  Namespace Place(const std::string& name) {
    return MUST(catalog.Read([&](Connection& c) { return FindNamespace(c, name); }));
  }
  // "allowed", "missing" or "denied".
  std::string Try(const Caller& caller, Access access, const std::string& path) {
    const auto found = catalog.Read(
        [&](Connection& c) { return FindRepositoryFor(c, caller, access, ModelId(path)); });
    if (found) return "allowed";
    return found.error().code() == Errc::NotFound ? "missing" : "denied";
  }
  bool Listed(const Caller& caller, const std::string& path, const std::string& search) {
    RepositoryQuery query;
    query.search = search;
    const auto page =
        MUST(catalog.Read([&](Connection& c) { return SearchRepositories(c, caller, query); }));
    return std::any_of(page.items.begin(), page.items.end(), [&](const ListedRepository& item) {
      return item.repository.id.Path() == path;
    });
  }
};

// What a caller may do at most with acme/secret and alice/secret: 0 nothing, 1 read, 2 write,
// 3 administer, given a token that allows all of it.
struct Expected {
  const char* name;
  int in_acme;
  int in_alice;
};
constexpr Expected kExpected[] = {{"anonymous", 0, 0}, {"stranger", 0, 0}, {"reader", 1, 0},
                                  {"writer", 2, 0},    {"boss", 3, 0},     {"alice", 0, 3}};
}  // namespace

TEST_CASE("VisibilityIsTheSameInFindListAndSearch") {
  World w;
  for (const auto& expected : kExpected) {
    for (const Role token : {Role::Read, Role::Write, Role::Admin}) {
      const auto caller = w.As(expected.name, token);
      for (const auto& [owner, level] :
           std::map<std::string, int>{{"acme", expected.in_acme}, {"alice", expected.in_alice}}) {
        INFO(expected.name << " with a token for " << ToString(token) << " in " << owner);
        const std::string secret = owner + "/secret";
        const bool sees = level >= 1;
        REQUIRE(w.Try(caller, Access::Metadata, secret) == (sees ? "allowed" : "missing"));
        REQUIRE(w.Try(caller, Access::Files, secret) == (sees ? "allowed" : "missing"));
        REQUIRE(w.Listed(caller, secret, "") == sees);
        REQUIRE(w.Listed(caller, secret, "secret") == sees);
        REQUIRE(w.Try(caller, Access::Metadata, owner + "/open") == "allowed");
        REQUIRE(w.Listed(caller, owner + "/open", ""));
        REQUIRE(w.Listed(caller, owner + "/open", "open"));
      }
    }
  }
}

TEST_CASE("ChangesNeedRoleAndToken") {
  World w;
  for (const auto& expected : kExpected) {
    for (const Role token : {Role::Read, Role::Write, Role::Admin}) {
      const auto caller = w.As(expected.name, token);
      for (const auto& [owner, level] :
           std::map<std::string, int>{{"acme", expected.in_acme}, {"alice", expected.in_alice}}) {
        INFO(expected.name << " with a token for " << ToString(token) << " in " << owner);
        const int may = token == Role::Read ? std::min(level, 1) : level;
        const std::string refused = level >= 1 ? "denied" : "missing";
        const std::string secret = owner + "/secret";
        REQUIRE(w.Try(caller, Access::Write, secret) == (may >= 2 ? "allowed" : refused));
        REQUIRE(w.Try(caller, Access::Admin, secret) == (may >= 3 ? "allowed" : refused));
        REQUIRE(w.Try(caller, Access::Write, owner + "/open") == (may >= 2 ? "allowed" : "denied"));
        REQUIRE(w.Try(caller, Access::Admin, owner + "/open") == (may >= 3 ? "allowed" : "denied"));
        const auto place = w.Place(owner);
        REQUIRE(CanCreateIn(caller, place) == (may >= 2));
        REQUIRE(CanManage(caller, place.row) == (may >= 3 && token == Role::Admin));
      }
    }
  }
}

TEST_CASE("ANodeAdminMayDoAllWithATokenThatSaysSo") {
  World w;
  for (const Role token : {Role::Read, Role::Write}) {
    const auto caller = w.As("node-admin", token);
    REQUIRE(w.Try(caller, Access::Metadata, "acme/secret") == "missing");
    REQUIRE_FALSE(w.Listed(caller, "acme/secret", ""));
    REQUIRE_FALSE(CanCreateIn(caller, w.Place("acme")));
  }
  for (const auto& caller : {w.As("node-admin", Role::Admin), Caller::Operator()}) {
    for (const auto access : {Access::Metadata, Access::Files, Access::Write, Access::Admin}) {
      REQUIRE(w.Try(caller, access, "acme/secret") == "allowed");
    }
    REQUIRE(w.Listed(caller, "acme/secret", ""));
    REQUIRE(w.Listed(caller, "acme/secret", "secret"));
    REQUIRE(CanCreateIn(caller, w.Place("acme")));
    REQUIRE(CanManage(caller, w.acme));
  }
}

TEST_CASE("Attack22NobodyCreatesInAMirrorNamespace") {
  World w;
  MUST(w.catalog.Write([&](Connection& c) -> Status {
    TRY(CreateMirrorNamespace(c, {"lab", "0123456789abcdef_lab"}, 0));
    return Ok();
  }));
  for (const auto& caller : {w.As("node-admin", Role::Admin), Caller::Operator()}) {
    REQUIRE_FALSE(CanCreateIn(caller, w.Place("lab")));
    REQUIRE(CanCreateIn(caller, w.Place("acme")));
  }
}

TEST_CASE("Attack21UnknownAndForbiddenAreTheSameAnswer") {
  World w;
  MUST(w.catalog.Write([&](Connection& c) -> Status {
    const auto found = TRY(FindRepository(c, ModelId("acme/secret")));
    TRY(MoveRepository(c, found.repository.row, ModelId("acme/hidden"), {}));
    return Ok();
  }));
  for (const auto& caller : {Caller(), w.As("stranger", Role::Admin)}) {
    for (const auto access : {Access::Metadata, Access::Files, Access::Write, Access::Admin}) {
      std::string answer;
      for (const char* path : {"acme/nothing", "acme/hidden", "acme/secret", "nobody/nothing"}) {
        const auto found = w.catalog.Read(
            [&](Connection& c) { return FindRepositoryFor(c, caller, access, ModelId(path)); });
        REQUIRE_FALSE(found.has_value());
        REQUIRE(found.error().code() == Errc::NotFound);
        if (answer.empty()) answer = found.error().message();
        REQUIRE(found.error().message() == answer);
      }
    }
  }
}

TEST_CASE("CursorsShowNothingOfWhatIsHidden") {
  World w;
  RepositoryQuery query;
  query.limit = 1;
  std::vector<std::int64_t> public_rows;
  w.catalog.Read([&](Connection& c) {
    auto rows = c.Query("SELECT id FROM repository WHERE private = 0");
    while (rows.Next()) public_rows.push_back(rows.Int(0));
    return 0;
  });
  for (int pages = 0; pages < 10; ++pages) {
    const auto page =
        MUST(w.catalog.Read([&](Connection& c) { return SearchRepositories(c, Caller(), query); }));
    if (page.next_cursor.empty()) return;
    const auto cursor = MUST(ParseCursor(page.next_cursor, query.sort, query.ascending));
    REQUIRE(std::count(public_rows.begin(), public_rows.end(), cursor.row) == 1);
    query.cursor = page.next_cursor;
  }
  FAIL("a list without end");
}
