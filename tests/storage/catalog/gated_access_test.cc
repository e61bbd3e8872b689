#include "storage/catalog/gated_access.h"

#include "storage/catalog/authorisation.h"
#include "tests/support/catalog_makers.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::testing;

namespace {
struct Fixture {
  TestCatalog catalog;
  std::int64_t alice = MakeUser(catalog, "alice");
  std::int64_t bob = MakeUser(catalog, "bob");

  Repository Make(const std::string& path, Gating gating) {
    const auto made = MakeModel(catalog, path);
    return MUST(catalog.Write([&](Connection& c) {
      return ChangeSettings(c, made.row, {std::nullopt, gating, std::nullopt});
    }));
  }
  AccessStatus Ask(const Repository& repository, std::int64_t user) {
    return MUST(
        catalog.Write([&](Connection& c) { return RequestAccess(c, repository, user, 10); }));
  }
  Status Decide(const Repository& repository, std::int64_t user, AccessStatus status) {
    return catalog.Write(
        [&](Connection& c) { return DecideAccess(c, repository.row, user, status, 20); });
  }
  Status Files(const Repository& repository, std::int64_t user) {
    return catalog.Read([&](Connection& c) -> Status {
      const auto caller = user == 0 ? Caller() : TRY(CallerOf(c, user, Role::Read));
      TRY(FindRepositoryFor(c, caller, Access::Metadata, repository.id));
      TRY(FindRepositoryFor(c, caller, Access::Files, repository.id));
      return Ok();
    });
  }
};
}  // namespace

TEST_CASE("GatedFilesNeedConsentButMetadataDoesNot") {
  Fixture f;
  const auto open = f.Make("alice/open", Gating::No);
  const auto automatic = f.Make("alice/auto", Gating::Auto);
  const auto manual = f.Make("alice/manual", Gating::Manual);
  MUST(f.Files(open, 0));
  MUST(f.Files(manual, f.alice));
  for (const auto& gated : {automatic, manual}) {
    MUST_FAIL(f.Files(gated, 0), Errc::Denied);
    MUST_FAIL(f.Files(gated, f.bob), Errc::Denied);
  }
  REQUIRE(f.Ask(automatic, f.bob) == AccessStatus::Accepted);
  MUST(f.Files(automatic, f.bob));
  REQUIRE(f.Ask(manual, f.bob) == AccessStatus::Pending);
  MUST_FAIL(f.Files(manual, f.bob), Errc::Denied);
  MUST(f.Decide(manual, f.bob, AccessStatus::Accepted));
  MUST(f.Files(manual, f.bob));
  MUST(f.Decide(manual, f.bob, AccessStatus::Rejected));
  MUST_FAIL(f.Files(manual, f.bob), Errc::Denied);
  REQUIRE(f.Ask(manual, f.bob) == AccessStatus::Rejected);
}

TEST_CASE("RequestsAreListedByStatusAndGoWithTheirUser") {
  Fixture f;
  const auto manual = f.Make("alice/manual", Gating::Manual);
  f.Ask(manual, f.bob);
  const auto list = [&](AccessStatus status) {
    return MUST(f.catalog.Read([&](Connection& c) { return ListAccess(c, manual.row, status); }));
  };
  REQUIRE(list(AccessStatus::Accepted).empty());
  const auto pending = list(AccessStatus::Pending);
  REQUIRE(pending.size() == 1);
  REQUIRE(pending[0].user.name == "bob");
  REQUIRE(pending[0].changed_ms == 10);
  const auto acme = MakeOrganisation(f.catalog, "acme", f.alice);
  MUST_FAIL(f.Decide(manual, acme, AccessStatus::Accepted), Errc::Invalid);
  MUST_FAIL(f.Decide(manual, 999, AccessStatus::Accepted), Errc::NotFound);
  MUST(f.catalog.Write([&](Connection& c) { return DeleteNamespace(c, f.bob); }));
  REQUIRE(list(AccessStatus::Pending).empty());
}

TEST_CASE("AccessStatusesParseAndPrint") {
  for (const auto status :
       {AccessStatus::Pending, AccessStatus::Accepted, AccessStatus::Rejected}) {
    REQUIRE(MUST(ParseAccessStatus(ToString(status))) == status);
  }
  MUST_FAIL(ParseAccessStatus("granted"), Errc::Invalid);
}
