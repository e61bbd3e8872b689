#include "federation/mirror/mirror_names.h"

#include "federation/card_meta.h"
#include "federation/mirror/alias.h"
#include "storage/catalog/accounts.h"
#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

struct Names : Follower {
  Names() {
    for (const auto& node : {one.node, two.node}) {
      MUST(database->Write([&](storage::Connection& c) {
        return c.Execute("INSERT INTO origin(node) VALUES(?)", node.genesis());
      }));
    }
  }

  static MirrorIdentity Identity(std::int64_t row, char key) {
    const std::string bytes(32, key);
    return {row, NodeId(HashLeaf(AsBytes(bytes))), RepositoryKey::FromRaw(AsBytes(bytes))};
  }
  Result<storage::Repository> Place(const MirrorIdentity& identity, const std::string& path) {
    MirrorName name;
    name.at_origin = TRY(storage::ParseRepositoryId(storage::RepositoryKind::Model, path));
    name.branch = "main";
    std::optional<storage::Repository> placed;
    TRY(database->Write([&](storage::Connection& c) -> Status {
      placed = TRY(PlaceMirror(c, random, identity, name, 1));
      return Ok();
    }));
    return *placed;
  }
  std::string PathOf(const MirrorIdentity& identity, const std::string& path) {
    return MUST(Place(identity, path)).id.Path();
  }

  MirrorIdentity one = Identity(1, 'a');
  MirrorIdentity two = Identity(2, 'b');
};

Bytes Meta(Json members) {
  FakeRandom random{1};
  return MUST(SealMeta(std::move(members), random));
}

}  // namespace

TEST_CASE("TheFirstOriginOfANamespaceHasItAttack22") {
  Names f;
  CHECK(f.PathOf(f.one, "Lab/x") == "Lab/x");
  CHECK(f.PathOf(f.two, "lab/x") == f.two.node.ToString().substr(0, 16) + "_lab/x");
  auto sibling = f.one;
  sibling.key = RepositoryKey::FromRaw(AsBytes(std::string(32, 'c')));
  CHECK(f.PathOf(sibling, "LAB/y") == "Lab/y");  // into the same
  CHECK(f.PathOf(f.one, "Lab/x") == "Lab/x");    // as it was
  MUST_FAIL(f.database->Write([](storage::Connection& c) -> Status {
    TRY(storage::CreateUser(c, {"lab", "", false}, 1));
    return Ok();
  }),
            Errc::Conflict);
}

TEST_CASE("AMirrorWithoutContentIsPrivate") {
  Names f;
  const auto placed = MUST(f.Place(f.one, "Lab/x"));
  CHECK(placed.is_private);
  CHECK(placed.origin == 1);
  CHECK(placed.uid.bytes()[0] == 'a');
}

TEST_CASE("TwoRepositoriesOfAnOriginDoNotShareAName") {
  Names f;
  MUST(f.Place(f.one, "Lab/x"));
  auto sibling = f.one;
  sibling.key = RepositoryKey::FromRaw(AsBytes(std::string(32, 'c')));
  const auto placed = f.Place(sibling, "Lab/X");
  MUST_FAIL(placed, Errc::Invalid);
  CHECK(placed.error().message().find("Lab/X") != std::string::npos);
  CHECK(f.PathOf(sibling, "Lab/y") == "Lab/y");
  MUST_FAIL(f.Place(sibling, "Lab/x"), Errc::Invalid);  // nor by a rename
  CHECK(f.PathOf(f.one, "Other/z") == "Other/z");
  CHECK(f.PathOf(sibling, "Lab/x") == "Lab/x");  // it is free then
}

TEST_CASE("NoOriginTakesAnIdOfAnotherAttack22") {
  Names f;
  MUST(f.Place(f.one, "Lab/x"));
  auto thief = f.two;
  thief.key = f.one.key;
  MUST_FAIL(f.Place(thief, "Thief/x"), Errc::Invalid);
}

TEST_CASE("NamesThatCannotBeHereAreRefused") {
  const Json good = {{"kind", "model"}, {"namespace", "Lab"}, {"name", "x"}, {"branch", "main"}};
  CHECK(MUST(ReadMirrorName(Meta(good))).at_origin.Path() == "Lab/x");
  const std::vector<std::pair<const char*, const char*>> bad = {
      {"kind", "space"},    {"kind", ""},   {"namespace", ""},  {"namespace", ".."},
      {"namespace", "a/b"}, {"name", ""},   {"name", "x.git"},  {"name", "a b"},
      {"branch", "refs/x"}, {"branch", ""}, {"branch", "a..b"}, {"branch", "-x"}};
  for (const auto& [member, value] : bad) {
    Json members = good;
    members[member] = value;
    INFO(member << "=" << value);
    MUST_FAIL(ReadMirrorName(Meta(members)), Errc::Invalid);
  }
  Json without = good;
  without.erase("name");
  MUST_FAIL(ReadMirrorName(Meta(without)), Errc::Invalid);
}

TEST_CASE("AnAliasGivesANamespaceToWhomTheOperatorSays") {
  Names f;
  const auto alias = [&](const NodeId& node, const std::string& name) {
    return f.database->Write([&](storage::Connection& c) -> Status {
      TRY(AliasNamespace(c, node, name, 1));
      return Ok();
    });
  };
  const auto path = [&](const MirrorIdentity& identity) { return f.PathOf(identity, "Lab/x"); };
  const auto theirs = f.two.node.ToString().substr(0, 16) + "_lab/x";
  CHECK(path(f.one) == "Lab/x");
  CHECK(f.PathOf(f.two, "lab/x") == theirs);
  MUST(alias(f.two.node, "lab"));
  CHECK(f.PathOf(f.two, "lab/x") == "lab/x");
  CHECK(path(f.one) == f.one.node.ToString().substr(0, 16) + "_lab/x");
  MUST(alias(f.two.node, "LAB"));  // as it is
  CHECK(f.PathOf(f.two, "lab/x") == "lab/x");
  MUST(alias(f.two.node, "before-anything-came"));
  CHECK(f.PathOf(f.two, "before-anything-came/x") == "before-anything-came/x");
  MUST(f.database->Write([](storage::Connection& c) -> Status {
    TRY(storage::CreateUser(c, {"carol", "", false}, 1));
    return Ok();
  }));
  MUST_FAIL(alias(f.two.node, "carol"), Errc::Conflict);
  MUST_FAIL(alias(f.two.node, "api"), Errc::Invalid);
}
