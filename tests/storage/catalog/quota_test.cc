#include "storage/catalog/quota.h"

#include "storage/catalog/accounts.h"
#include "tests/support/test_catalog.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::testing::TestCatalog;

namespace {
// A repository row with a charge, as HoldFile keeps it.
Status Charge(Connection& c, std::int64_t owner, const std::string& name, std::int64_t bytes) {
  TRY(
      c.Execute("INSERT OR IGNORE INTO repository(uid, kind, namespace, name, folded, created_ms, "
                "updated_ms) VALUES(?, 0, ?, ?, ?, 0, 0)",
                HashSha256(AsBytes(name)), owner, name, name));
  return c.Execute("UPDATE repository SET stored_bytes = ? WHERE name = ?", bytes, name);
}
}  // namespace

TEST_CASE("UsedBytesFollowTheRepositoriesWhateverChangesThem") {
  TestCatalog catalog;
  const auto make = [&](const char* name) {
    return MUST(catalog.Write([&](Connection& c) {
             return CreateUser(c, {name, "", false}, 1);
           }))
        .row;
  };
  const auto alice = make("alice");
  const auto bob = make("bob");
  const auto used = [&](std::int64_t row) {
    return MUST(catalog.Read([&](Connection& c) { return GetNamespace(c, row); })).used_bytes;
  };
  MUST(catalog.Write([&](Connection& c) -> Status {
    TRY(Charge(c, alice, "a", 70));
    return Charge(c, alice, "b", 20);
  }));
  REQUIRE(used(alice) == 90);
  MUST(catalog.Write([&](Connection& c) { return Charge(c, alice, "a", 50); }));
  REQUIRE(used(alice) == 70);
  MUST(catalog.Write([&](Connection& c) {
    return c.Execute("UPDATE repository SET namespace = ? WHERE name = 'a'", bob);
  }));
  REQUIRE(used(alice) == 20);
  REQUIRE(used(bob) == 50);
  MUST(catalog.Write([&](Connection& c) { return c.Execute("DELETE FROM repository"); }));
  REQUIRE(used(alice) == 0);
  REQUIRE(used(bob) == 0);
}

TEST_CASE("ACommitOverTheQuotaIsRolledBackWithTheFigures") {
  TestCatalog catalog;
  const auto alice = MUST(catalog.Write([](Connection& c) {
                       return CreateUser(c, {"alice", "", false}, 1);
                     })).row;
  const QuotaPolicy policy{100};
  const auto commit = [&](std::int64_t bytes) {
    return catalog.Write([&](Connection& c) -> Status {
      const auto before = TRY(ReadQuota(c, alice, policy));
      REQUIRE(before.limit_bytes == 100u);
      TRY(Charge(c, alice, "a", bytes));
      return RequireWithinQuota(c, alice, before.used_bytes, policy);
    });
  };
  MUST(commit(60));
  MUST(commit(100));
  const auto refused = commit(101);
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().code() == Errc::TooLarge);
  for (const char* figure : {"'alice'", "100 bytes used", "1 more wanted", "100 allowed"}) {
    REQUIRE(refused.error().message().find(figure) != std::string::npos);
  }
  REQUIRE(MUST(catalog.Read([&](Connection& c) {
            return ReadQuota(c, alice, policy);
          })).used_bytes == 100);
}

TEST_CASE("ANamespaceOverALoweredQuotaCanStillShrinkAndEdit") {
  TestCatalog catalog;
  const auto alice = MUST(catalog.Write([](Connection& c) {
                       return CreateUser(c, {"alice", "", false}, 1);
                     })).row;
  const auto change = [&](std::int64_t bytes) {
    return catalog.Write([&](Connection& c) -> Status {
      const auto before = TRY(ReadQuota(c, alice, {}));
      TRY(Charge(c, alice, "a", bytes));
      return RequireWithinQuota(c, alice, before.used_bytes, {});
    });
  };
  MUST(change(100));
  MUST(catalog.Write([&](Connection& c) { return SetQuota(c, alice, 50); }));
  MUST(change(100));
  MUST(change(90));
  MUST_FAIL(change(91), Errc::TooLarge);
}

TEST_CASE("RoomIsMeasuredAgainstTheNamespacesOwnQuotaFirst") {
  TestCatalog catalog;
  const auto alice = MUST(catalog.Write([](Connection& c) {
                       return CreateUser(c, {"alice", "", false}, 1);
                     })).row;
  MUST(catalog.Write([&](Connection& c) { return Charge(c, alice, "a", 100); }));
  const auto room = [&](std::uint64_t bytes, const QuotaPolicy& policy) {
    return catalog.Read([&](Connection& c) { return RequireRoom(c, alice, bytes, policy); });
  };
  MUST(room(0, {100}));
  MUST_FAIL(room(1, {100}), Errc::TooLarge);
  MUST_FAIL(room(UINT64_MAX, {100}), Errc::TooLarge);
  MUST(room(UINT64_MAX, {}));
  MUST(catalog.Write([&](Connection& c) { return SetQuota(c, alice, 150); }));
  MUST(room(50, {100}));
  MUST_FAIL(room(51, {1000}), Errc::TooLarge);
  MUST(catalog.Write([&](Connection& c) { return SetQuota(c, alice, 0); }));  // no limit
  MUST(room(UINT64_MAX, {100}));
  MUST(catalog.Write([&](Connection& c) { return SetQuota(c, alice, std::nullopt); }));
  MUST_FAIL(room(51, {100}), Errc::TooLarge);
  MUST_FAIL(catalog.Read([&](Connection& c) { return RequireRoom(c, 999, 0, {}); }),
            Errc::NotFound);
}
