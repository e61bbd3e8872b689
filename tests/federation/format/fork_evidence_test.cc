// Evidence of a fork has one form.
#include "federation/format/fork_evidence.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

TEST_CASE("EvidenceOfAForkHasOneForm") {
  const ForkEvidence evidence{"a note\n", "another\n"};
  const auto text = evidence.ToString();
  CHECK(text == "note 7\na note\nnote 8\nanother\n");
  CHECK(MUST(ForkEvidence::Parse(text)) == evidence);
  CHECK(MUST(ForkEvidence::Parse("note 0\nnote 0\n")) == ForkEvidence());
  const ForkEvidence longest{std::string(kMaxNoteBytes, 'x'), std::string(kMaxNoteBytes, 'y')};
  CHECK(MUST(ForkEvidence::Parse(longest.ToString())) == longest);
}

TEST_CASE("Attack16MalformedEvidenceIsRefused") {
  for (const std::string bad :
       {"", "note", "note \n", "note 1\nx", "note 1\nxnote 2\ny", "note 01\nxnote 1\ny",
        "note 1\nxnote 1\nyz", "note 1\nxNote 1\ny", "note 1\nxnote +1\ny", "note 1\nxnote -1\ny",
        "note 1\nxnote 99999999999999999999\ny", "note 1\nxnote 1\nynote 1\nz"}) {
    INFO(bad);
    MUST_FAIL(ForkEvidence::Parse(bad), Errc::Invalid);
  }
  const ForkEvidence long_note{std::string(kMaxNoteBytes + 1, 'x'), ""};
  MUST_FAIL(ForkEvidence::Parse(long_note.ToString()), Errc::Invalid);
  MUST_FAIL(ForkEvidence::Parse(std::string(kMaxEvidenceBytes + 1, 'x')), Errc::TooLarge);
}
