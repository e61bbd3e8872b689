#include "storage/history/search_tree_node.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

Bytes Hex(std::string_view text) { return MUST(ParseHex(text)); }

}  // namespace

TEST_CASE("NodeBytesAreAsWrittenDown") {
  const SearchNode leaf{0, {{"a", "1"}, {"b", ""}}};
  REQUIRE(ToHex(EncodeNode(leaf)) ==
          "010002016101310162"
          "00");
  REQUIRE(MUST(ParseNode(EncodeNode(leaf))) == leaf);
  const SearchNode inner{1, {{"z", EncodeChildRef({HashSha256({}), 300})}}};
  REQUIRE(ToHex(EncodeNode(inner)) ==
          "010101017a22e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855ac02");
  REQUIRE(MUST(ParseNode(EncodeNode(inner))) == inner);
}

TEST_CASE("ParseNodeRefusesEveryOtherForm") {
  for (const char* bad : {
           "",          // nothing
           "01",        // no level
           "020000",    // version
           "010800",    // too deep
           "010100",    // inner node without children
           "01000000",  // trailing byte
           "010001",    // fewer items than said
           "01008100",  // count not in its shortest form
           "0100020162000161"
           "00",  // out of order
           "0100020161000161"
           "00",              // twice
           "01000101610201",  // value cut off
           "0101010161"
           "0131",                    // child reference too short
           "0100ffffffffffffffff7f",  // absurd count
           "010001ffffffff0f",        // absurd key size
       }) {
    INFO(bad);
    const auto parsed = ParseNode(Hex(bad));
    if (parsed) {
      REQUIRE(ToHex(EncodeNode(*parsed)) != bad);
      FAIL("accepted");
    }
    REQUIRE(parsed.error().code() == Errc::Corrupt);
  }
}

TEST_CASE("EveryTruncationOfANodeIsRefused") {
  SearchNode node;
  for (char c = 'a'; c < 'k'; ++c) node.items.push_back({std::string(3, c), std::string(5, c)});
  const Bytes bytes = EncodeNode(node);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    MUST_FAIL(ParseNode(ByteView(bytes).first(size)), Errc::Corrupt);
  }
}

TEST_CASE("NodeEndsFollowTheLeadingBitsOfTheKeyHash") {
  REQUIRE(EndsNode("k656400", 0));
  REQUIRE(EndsNode("k656400", 1));
  REQUIRE_FALSE(EndsNode("k656400", 2));
  REQUIRE_FALSE(EndsNode("k1", 0));
  int ends = 0;
  for (int i = 0; i < 100000; ++i) ends += EndsNode("n" + std::to_string(i), 0);
  REQUIRE(ends > 60);
  REQUIRE(ends < 140);
}

TEST_CASE("PiecesOfANodeJoinToItAndMostSurviveOneInsertion") {
  SearchNode node;
  for (int i = 10000; i < 11000; ++i) node.items.push_back({std::to_string(i), "value"});
  const Bytes before = EncodeNode(node);
  const auto old_pieces = CutNode(before);
  Bytes joined;
  for (auto piece : old_pieces) joined.insert(joined.end(), piece.begin(), piece.end());
  REQUIRE(joined == before);
  REQUIRE(old_pieces.size() > 30);
  node.items.insert(node.items.begin() + 500, {"104995", "value"});
  const Bytes after = EncodeNode(node);
  std::size_t fresh = 0;
  for (auto piece : CutNode(after)) {
    bool known = false;
    for (auto old : old_pieces) known = known || AsText(old) == AsText(piece);
    if (!known) fresh += 1;
  }
  REQUIRE(fresh <= 3);
  REQUIRE(CutNode(EncodeNode({})).size() == 1);
}
