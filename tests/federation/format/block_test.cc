#include "federation/format/block.h"

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

RepositoryKey Key(char byte) {
  return RepositoryKey::FromRaw(AsBytes(std::string(RepositoryKey::kSize, byte)));
}

Block Sample() {
  Block block;
  block.what = BlockSubject(Key('k'));
  block.card = HashLeaf(AsBytes(std::string_view("card")));
  block.reason = storage::StandingReason::Court;
  block.action = Action::Stop;
  block.time_s = 1'800'000'000;
  return block;
}

}  // namespace

TEST_CASE("ABlockNamesItsSubjectByALabelledHash") {
  // printf 'banyan block v1\0kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk' | sha256sum
  CHECK(BlockSubject(Key('k')).ToString() ==
        "10839b2bc4771db2341afb1fd052e251b5232d93c8c6c1e5877fb38e9e1ca2b1");
  CHECK(BlockSubject(Key('k')) != BlockSubject(Key('l')));
}

TEST_CASE("ABlockReadsBackToItself") {
  for (const auto action :
       {Action::Keep, Action::Hide, Action::Stop, Action::Archive, Action::Delete}) {
    auto block = Sample();
    block.action = action;
    CHECK(MUST(Block::Parse(MUST(ParseCanonical(block.Render())))) == block);
  }
}

TEST_CASE("ABlockOfAnotherFormIsRefused") {
  const Json entry = MUST(ParseCanonical(Sample().Render()));
  for (const auto* key : {"what", "card", "reason", "action", "time"}) {
    Json broken = entry;
    broken.erase(key);
    MUST_FAIL(Block::Parse(broken), Errc::Invalid);
  }
  Json broken = entry;
  broken["action"] = "burn";
  MUST_FAIL(Block::Parse(broken), Errc::Invalid);
  broken = entry;
  broken["time"] = -1;
  MUST_FAIL(Block::Parse(broken), Errc::Invalid);
}
