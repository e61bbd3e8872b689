#include "storage/history/history_mark.h"

#include "storage/history/received_history.h"
#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

const std::string kTarget(40, 'a');
const std::string kRest = "tagger Ada <ada@example.org> 1700000000 +0000\n\nmessage\n";

std::string Tag(const std::string& target, const std::string& type = "commit") {
  return "object " + target + "\ntype " + type + "\ntag v1\n" + kRest;
}

// A ref to a tag object of these bytes, however malformed, over the branch.
void EnterTag(HistoryFixture& f, const std::string& text) {
  const auto commit = f.Resolve("main").commit;
  auto lease = MUST(f.database->Read());
  const auto objects = MUST(GitObjects::Open(*lease, *f.store));
  const auto tag = MUST(objects->Write(GitObjectType::Tag, AsBytes(text)));
  HistoryChange change;
  change.objects = objects->TakePending();
  change.refs = {{"refs/tags/v1", std::nullopt, tag, commit}};
  MUST(f.database->Write([&](Connection& c) -> Status {
    TRY(EnterChange(c, f.repository, change, f.Options()));
    return Ok();
  }));
}

Status Mark(HistoryFixture& f) {
  auto lease = MUST(f.database->Read());
  HistoryMark mark;
  return mark.AddAll(*lease);
}

// What a push of this tag object gives.
Result<HistoryChange> Push(HistoryFixture& f, const std::string& text) {
  auto lease = MUST(f.database->Read());
  const auto objects = MUST(GitObjects::Open(*lease, *f.store));
  const auto tag = MUST(objects->Write(GitObjectType::Tag, AsBytes(text)));
  return VerifyReceived(*objects, f.repository, {{"refs/tags/v1", std::nullopt, tag}});
}

}  // namespace

TEST_CASE("ATagObjectNamesACommitOrATag") {
  const auto parse = [](const std::string& text) { return ParseTagTarget(AsBytes(text)); };
  CHECK(MUST(parse(Tag(kTarget))).ToString() == kTarget);
  CHECK(MUST(parse(Tag(kTarget, "tag"))).ToString() == kTarget);
  for (const std::string& text :
       {std::string(), Tag(kTarget, "tree"), Tag(kTarget, "blob"), Tag(kTarget, "commit "),
        Tag(kTarget, ""), Tag(std::string(40, 'A')), Tag(kTarget + "a"), Tag(kTarget.substr(1)),
        " " + Tag(kTarget), "object " + kTarget, "object " + kTarget + "\ntype commit",
        "object " + kTarget + "\ntype commit\n", "object " + kTarget + "\ntype commit\ntag \n",
        "object " + kTarget + "\ntype commit\n\n" + kRest, "tree " + Tag(kTarget).substr(7)}) {
    INFO(text);
    MUST_FAIL(parse(text), Errc::Corrupt);
  }
}

TEST_CASE("NothingIsSweptWhileATagCannotBeRead") {
  for (const bool is_whole : {true, false}) {
    HistoryFixture f;
    const auto text = Tag(f.CommitText("a", "1").ToString());
    EnterTag(f, is_whole ? text : " " + text);
    if (is_whole) MUST(Mark(f));
    if (!is_whole) MUST_FAIL(Mark(f), Errc::Corrupt);
  }
}

TEST_CASE("APushedTagHasTheOneFormThatIsRead") {
  HistoryFixture f;
  auto commit = f.CommitText("a", "1").ToString();
  CHECK(MUST(Push(f, Tag(commit))).refs.at(0).commit.ToString() == commit);
  for (char& digit : commit) digit = digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
  REQUIRE(commit.find_first_of("ABCDEF") != std::string::npos);
  const auto refused = Push(f, Tag(commit));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == Errc::Invalid);
  CHECK(refused.error().message().find("make it anew with git tag") != std::string::npos);
}
