// Which branch is meant when none is named, and how another one takes its place.
#include "tests/cli/served_node.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

struct Fixture {
  ServedNode node;
  ProgramRunner alice;
  std::string folder;

  Fixture() {
    node.Login(alice, node.NewUser("alice"));
    folder = ParentDirectory(alice.Write("src/a.txt", "one"));
    alice.Output({"push", folder, "alice/m", "--create"});
  }
  // "a.txt b.txt ...", as readers of no branch in particular get them.
  std::string Files() {
    std::string names;
    for (const auto& file : alice.OutputJson({"ls", "alice/m"})) {
      names += (names.empty() ? "" : " ") + FindString(file, "path").value_or("?");
    }
    return names;
  }
};

}  // namespace

TEST_CASE("TheDefaultBranchIsShownAndChosen") {
  Fixture f;
  CHECK(f.alice.Output({"branch", "default", "alice/m"}) == "main\n");
  const auto none = f.alice.Failure({"branch", "default", "alice/m", "trunk"}, 2);
  CHECK(none.find("there is no branch \"trunk\": make it") != none.npos);
  f.alice.Output({"branch", "create", "alice/m", "trunk"});
  CHECK(f.alice.Output({"branch", "default", "alice/m", "trunk"}) ==
        "The default branch of alice/m is now trunk\n");
  CHECK(f.alice.OutputJson({"branch", "default", "alice/m"}) ==
        Json{{"id", "alice/m"}, {"branch", "trunk"}});
  f.alice.Failure({"branch", "default", "alice/none"}, 3);
  f.alice.Failure({"branch", "default", "alice/m@trunk"}, 2);
  f.alice.variables["BANYAN_TOKEN"] = f.node.NewUser("bob");
  f.alice.Failure({"branch", "default", "alice/m", "main"}, 4);
}

TEST_CASE("TheDefaultBranchIsDeletedAfterAnotherWasChosen") {
  Fixture f;
  f.alice.Output({"branch", "create", "alice/m", "trunk"});
  const auto refused = f.alice.Failure({"branch", "delete", "alice/m", "main"}, 2);
  CHECK(refused.find("main is the default branch: choose another first, with `banyan branch "
                     "default`") != refused.npos);
  f.alice.Output({"branch", "default", "alice/m", "trunk"});
  f.alice.Output({"branch", "delete", "alice/m", "main"});
  CHECK(f.alice.Output({"branch", "list", "alice/m"}).starts_with("trunk\t"));
}

TEST_CASE("WhatNamesNoBranchGoesToTheDefaultOne") {
  Fixture f;
  f.alice.Output({"branch", "create", "alice/m", "trunk"});
  f.alice.Output({"branch", "default", "alice/m", "trunk"});
  f.alice.Write("src/b.txt", "two");
  CHECK(f.alice.OutputJson({"push", f.folder, "alice/m"})["branch"] == "trunk");
  CHECK(f.Files() == ".gitattributes a.txt b.txt");
  f.alice.Output({"rm", "alice/m", "a.txt"});
  CHECK(f.Files() == ".gitattributes b.txt");
  f.alice.Output({"branch", "delete", "alice/m", "main"});
  f.alice.Output({"push", f.folder, "alice/m"});
  f.alice.Failure({"push", f.folder, "alice/m", "--branch", ""}, 2);
}
