#include "storage/catalog/accounts.h"

#include <atomic>
#include <thread>

#include "tests/support/test_catalog.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::testing::TestCatalog;

namespace {
std::int64_t MakeUser(TestCatalog& catalog, const std::string& name) {
  return MUST(catalog.Write([&](Connection& c) {
           return CreateUser(c, {name, "", false}, 5);
         }))
      .row;
}
std::int64_t MakeOrganisation(TestCatalog& catalog, const std::string& name, std::int64_t founder) {
  return MUST(catalog.Write([&](Connection& c) {
           return CreateOrganisation(c, {name, "", founder}, 6);
         }))
      .row;
}
}  // namespace

TEST_CASE("AccountsAreFoundInAnyCaseAndShownAsCreated") {
  TestCatalog catalog;
  const auto made = MUST(catalog.Write([](Connection& c) {
    return CreateUser(c, {"Alice", "Alice Müller", true}, 1234);
  }));
  REQUIRE(made.name == "Alice");
  REQUIRE(made.fullname == "Alice Müller");
  REQUIRE(made.is_node_admin);
  REQUIRE(made.created_ms == 1234);
  REQUIRE_FALSE(made.quota_bytes);
  REQUIRE(MUST(catalog.Read([](Connection& c) { return FindNamespace(c, "aLICE"); })).row ==
          made.row);
  MUST_FAIL(catalog.Read([](Connection& c) { return FindNamespace(c, "bob"); }), Errc::NotFound);
  MUST_FAIL(catalog.Write([](Connection& c) {
    return CreateUser(c, {"ALICE", "", false}, 1);
  }),
            Errc::Conflict);
  MUST_FAIL(catalog.Write([](Connection& c) {
    return CreateUser(c, {"datasets", "", false}, 1);
  }),
            Errc::Invalid);
  MUST_FAIL(catalog.Write([](Connection& c) {
    return CreateUser(c, {"bob", "a\nb", false}, 1);
  }),
            Errc::Invalid);
}

TEST_CASE("NamespacesStayUniqueUnderConcurrentCreation") {
  TestCatalog catalog;
  std::atomic<int> created{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const std::string name = (t % 2 == 0 ? "Name" : "nAME") + std::to_string(i);
        const Status status = catalog.database().Write([&](Connection& c) -> Status {
          TRY(CreateUser(c, {name, "", false}, 1));
          return Ok();
        });
        if (status) {
          ++created;
        } else if (status.error().code() != Errc::Conflict) {
          created = 1000;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(created == 5);
}

TEST_CASE("AnOrganisationNeverLosesItsLastAdmin") {
  TestCatalog catalog;
  const auto alice = MakeUser(catalog, "alice");
  const auto bob = MakeUser(catalog, "bob");
  const auto acme = MakeOrganisation(catalog, "acme", alice);
  const auto set = [&](std::int64_t user, Role role) {
    return catalog.Write([&](Connection& c) { return SetMember(c, acme, user, role); });
  };
  const auto remove = [&](std::int64_t user) {
    return catalog.Write([&](Connection& c) { return RemoveMember(c, acme, user); });
  };
  MUST_FAIL(set(alice, Role::Write), Errc::Conflict);
  MUST_FAIL(remove(alice), Errc::Conflict);
  MUST_FAIL(remove(bob), Errc::NotFound);
  MUST(set(bob, Role::Read));
  MUST_FAIL(catalog.Write([&](Connection& c) { return DeleteNamespace(c, alice); }),
            Errc::Conflict);
  MUST(set(bob, Role::Admin));
  MUST(set(alice, Role::Read));
  const auto members = MUST(catalog.Read([&](Connection& c) { return ListMembers(c, acme); }));
  REQUIRE(members.size() == 2);
  REQUIRE(members[0].account.name == "alice");
  REQUIRE(members[0].role == Role::Read);
  REQUIRE(members[1].role == Role::Admin);
  MUST(catalog.Write([&](Connection& c) { return DeleteNamespace(c, alice); }));
  REQUIRE(MUST(catalog.Read([&](Connection& c) { return ListMembers(c, acme); })).size() == 1);
  const auto of_bob = MUST(catalog.Read([&](Connection& c) { return ListOrganisations(c, bob); }));
  REQUIRE(of_bob.size() == 1);
  REQUIRE(of_bob[0].account.name == "acme");
}

TEST_CASE("OnlyUsersAreMembersAndOnlyOfOrganisations") {
  TestCatalog catalog;
  const auto alice = MakeUser(catalog, "alice");
  const auto acme = MakeOrganisation(catalog, "acme", alice);
  const auto other = MakeOrganisation(catalog, "other", alice);
  const auto set = [&](std::int64_t organisation, std::int64_t user) {
    return catalog.Write(
        [&](Connection& c) { return SetMember(c, organisation, user, Role::Read); });
  };
  MUST_FAIL(set(acme, other), Errc::Invalid);
  MUST_FAIL(set(alice, alice), Errc::Invalid);
  MUST_FAIL(set(acme, 999), Errc::NotFound);
  MUST_FAIL(catalog.Write([&](Connection& c) { return SetNodeAdmin(c, acme, true); }),
            Errc::Invalid);
  MUST_FAIL(catalog.Write([&](Connection& c) {
    return CreateOrganisation(c, {"x", "", acme}, 1);
  }),
            Errc::Invalid);
}

TEST_CASE("AccountSettingsChangeAndListsPage") {
  TestCatalog catalog;
  const auto bob = MakeUser(catalog, "Bob");
  MakeUser(catalog, "alice");
  MakeUser(catalog, "carol");
  MakeOrganisation(catalog, "acme", bob);
  MUST(catalog.Write([&](Connection& c) -> Status {
    TRY(SetFullname(c, bob, "Robert"));
    TRY(SetNodeAdmin(c, bob, true));
    return SetQuota(c, bob, 10);
  }));
  const auto page = MUST(catalog.Read(
      [](Connection& c) { return ListNamespaces(c, NamespaceKind::User, "Alice", 1); }));
  REQUIRE(page.size() == 1);
  REQUIRE(page[0].fullname == "Robert");
  REQUIRE(page[0].is_node_admin);
  REQUIRE(page[0].quota_bytes == 10u);
  MUST(catalog.Write([&](Connection& c) { return SetQuota(c, bob, std::nullopt); }));
  REQUIRE_FALSE(
      MUST(catalog.Read([&](Connection& c) { return GetNamespace(c, bob); })).quota_bytes);
  MUST_FAIL(catalog.Write([](Connection& c) { return SetQuota(c, 999, 1); }), Errc::NotFound);
  MUST_FAIL(catalog.Write([](Connection& c) { return SetFullname(c, 999, "x"); }), Errc::NotFound);
}

TEST_CASE("RolesParseAndPrint") {
  for (const auto role : {Role::Read, Role::Write, Role::Admin}) {
    REQUIRE(MUST(ParseRole(ToString(role))) == role);
  }
  MUST_FAIL(ParseRole("Admin"), Errc::Invalid);
}
