#include "federation/format/address_entry.h"

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

Json Read(std::string_view text) { return MUST(ParseCanonical(AsBytes(text))); }

}  // namespace

TEST_CASE("AddressesAreReadAsTheyWereWritten") {
  AddressEntry own{{}, {"https://node.example.org", "http://1.1.1.1:8440"}, 1'750'000'000};
  CHECK(AsText(own.Render()) ==
        R"({"addresses":["https://node.example.org","http://1.1.1.1:8440"],"t":"self",)"
        R"("time":1750000000,"v":1})");
  CHECK(MUST(AddressEntry::Parse(MUST(ParseCanonical(own.Render())))) == own);
  AddressEntry other{NodeId(LogHash()), {}, 7};
  CHECK(MUST(AddressEntry::Parse(MUST(ParseCanonical(other.Render())))) == other);
}

TEST_CASE("AddressEntriesHaveOneFormAttack16") {
  MUST_FAIL(AddressEntry::Parse(Read(R"({"t":"self","time":1,"v":1})")), Errc::Invalid);
  MUST_FAIL(AddressEntry::Parse(Read(R"({"addresses":"x","t":"self","time":1,"v":1})")),
            Errc::Invalid);
  MUST_FAIL(AddressEntry::Parse(Read(R"({"addresses":[1],"t":"self","time":1,"v":1})")),
            Errc::Invalid);
  MUST_FAIL(AddressEntry::Parse(Read(R"({"addresses":[],"t":"self","v":1})")), Errc::Invalid);
  MUST_FAIL(AddressEntry::Parse(Read(R"({"addresses":[],"node":"x","t":"peer","time":1,"v":1})")),
            Errc::Invalid);
  MUST_FAIL(AddressEntry::Parse(Read(R"({"addresses":["1","2","3","4","5","6","7","8","9"],)"
                                     R"("t":"self","time":1,"v":1})")),
            Errc::Invalid);
}

TEST_CASE("OnlyPlainAddressesAreDialledAttack14") {
  for (const char* text : {"http://a", "https://node.example.org", "https://node.example.org:443",
                           "http://1.1.1.1:80", "http://1.1.1.1:8440", "http://[2a00::1]:65535",
                           "https://[2a00::1]", "http://0177.0.0.1"}) {
    INFO(text);
    CHECK(IsDialable(text));
  }
  for (const char* text : {"",
                           "http://",
                           "ftp://a",
                           "file:///etc/passwd",
                           "/mnt/disk",
                           "http://a/",
                           "http://a/x",
                           "http://a?x",
                           "http://a#x",
                           "http://u@a",
                           "http://u:p@a",
                           "http://a:22",
                           "http://a:25",
                           "http://a:0",
                           "http://a:",
                           "http://a:65536",
                           "http://a:8x",
                           "http://a:-1",
                           "http://a:+80",
                           "http://a b",
                           "http://a%2e",
                           "http://a_b",
                           "http://[::1",
                           "http://[]",
                           "http://[fe80::1%25lo]",
                           "HTTP://a",
                           "http://a:80:80",
                           "http://[2a00::1]x"}) {
    INFO(text);
    CHECK_FALSE(IsDialable(text));
  }
  CHECK_FALSE(IsDialable("http://" + std::string(250, 'a')));
}

TEST_CASE("OthersAreToldOfPublicAddressesOnly") {
  CHECK(IsAnnounceable("https://node.example.org"));
  CHECK(IsAnnounceable("http://1.1.1.1:8440"));
  CHECK(IsAnnounceable("http://[2a00::1]:8440"));
  for (const char* text :
       {"http://localhost:8440", "http://host", "http://box.local", "http://box.lan:8440",
        "http://x.internal", "http://10.0.0.7:8440", "http://127.0.0.1:8440", "http://[::1]:8440",
        "http://[::ffff:1.1.1.1]", "http://0177.0.0.1", "http://127.1", "http://2130706433",
        "http://0x7f.0.0.1", "http://a.", "http://1.1.1.1:25"}) {
    INFO(text);
    CHECK_FALSE(IsAnnounceable(text));
  }
}
