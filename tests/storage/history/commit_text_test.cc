#include "storage/history/commit_text.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

std::string MessageOf(const std::string& message) {
  const Bytes tag = MUST(EncodeTag({GitOid(), "v1", {"A", "a@b"}, 1000, message}));
  return MessageOfTag(tag);
}

}  // namespace

TEST_CASE("TheMessageOfATagIsReadBack") {
  CHECK(MessageOf("First release") == "First release");
  CHECK(MessageOf("Title\n\nMore.\n\n") == "Title\n\nMore.");
  CHECK(MessageOfTag(AsBytes("object 1\ntype commit\ntag v1\n")).empty());
  CHECK(MessageOfTag({}).empty());
}

TEST_CASE("ASignatureIsNoPartOfAMessage") {
  for (const std::string form : {"PGP SIGNATURE", "SSH SIGNATURE", "SIGNED MESSAGE"}) {
    const auto signature = "-----BEGIN " + form + "-----\nabc\n-----END " + form + "-----\n";
    CHECK(MessageOf("Signed\n" + signature) == "Signed");
    CHECK(MessageOf(signature).empty());
    CHECK(MessageOf("about -----BEGIN " + form + "-----") == "about -----BEGIN " + form + "-----");
  }
}
