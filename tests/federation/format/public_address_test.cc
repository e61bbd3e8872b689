#include "federation/format/public_address.h"

#include <string>

#include "tests/support/catch.h"

using namespace banyan::federation;

TEST_CASE("OnlyPublicUnicastIsPublicAttack14") {
  for (const char* text :
       {"1.1.1.1",      "8.8.8.8",         "9.255.255.255", "11.0.0.0",    "100.63.255.255",
        "100.128.0.0",  "126.255.255.255", "128.0.0.1",     "169.253.1.1", "172.15.255.255",
        "172.32.0.0",   "192.0.1.1",       "192.167.1.1",   "192.169.0.1", "198.17.1.1",
        "198.20.0.1",   "223.255.255.255", "2000::1",       "2001:200::1", "2001:4860:4860::8888",
        "2a00:1450::1", "2003::1",         "3ffe::1"}) {
    INFO(text);
    REQUIRE(ParseNumericAddress(text));
    CHECK(IsPublicUnicast(*ParseNumericAddress(text)));
  }
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.251",
                           "239.1.1.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "::8.8.8.8",
                           "64:ff9b::808:808",
                           "64:ff9b:1::a00:1",
                           "100::1",
                           "2001::1",
                           "2001:0:1::1",
                           "2001:2::1",
                           "2001:10::1",
                           "2001:20::1",
                           "2001:1ff::1",
                           "2001:db8::1",
                           "2002:7f00:1::1",
                           "2002:808:808::1",
                           "3fff::1",
                           "4000::1",
                           "5f00::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::fb"}) {
    INFO(text);
    REQUIRE(ParseNumericAddress(text));
    CHECK_FALSE(IsPublicUnicast(*ParseNumericAddress(text)));
  }
}

TEST_CASE("OtherWaysToWriteNumbersAreNoNumbersAttack14") {
  for (const char* text : {"2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.1", "1.2.3",
                           "1.2.3.4.5", "01.2.3.4", "fe80::1%eth0", "", "localhost", "1.2.3.4 "}) {
    INFO(text);
    CHECK_FALSE(ParseNumericAddress(text));
  }
}
