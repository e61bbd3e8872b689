// What strangers in the local network say (federation/PROTOCOL.md section 13).
#include "node/announcement.h"

#include <arpa/inet.h>

#include "federation/format/log_hash.h"
#include "node/address_rules.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;
using federation::NodeId;

namespace {

const NodeId kA(federation::HashLeaf(AsBytes("a")));

Announcement Make(const std::string& address, int port = 8440) {
  Announcement made{{}, static_cast<std::uint16_t>(port), AnnouncedTexts(kA, false)};
  if (address.find(':') == address.npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(made.address);
    v4.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1);
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(made.address);
    v6.sin6_family = AF_INET6;
    REQUIRE(::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1);
  }
  return made;
}

// As if this machine were in the network of every address.
std::string Read(const Announcement& announcement) {
  const auto read = ReadAnnouncement(announcement, [](const sockaddr&) { return Ok(); });
  return read ? read->address : "";
}

std::string ReadTexts(std::vector<std::string> texts) {
  auto announcement = Make("192.168.1.7");
  announcement.texts = std::move(texts);
  return Read(announcement);
}

}  // namespace

TEST_CASE("AnAnnouncementIsANodeAndWhereItIs") {
  const auto read = ReadAnnouncement(Make("192.168.1.7"), [](const sockaddr&) { return Ok(); });
  REQUIRE(read);
  CHECK(read->node == kA);
  CHECK(read->address == "http://192.168.1.7:8440");
  CHECK(Read(Make("169.254.3.4")) == "http://169.254.3.4:8440");
  CHECK(Read(Make("fd00::7")) == "http://[fd00::7]:8440");
  auto encrypted = Make("192.168.1.7");
  encrypted.texts = AnnouncedTexts(kA, true);
  CHECK(Read(encrypted) == "https://192.168.1.7:8440");
}

TEST_CASE("AnAnnouncementOutsideOfTheOwnNetworksIsNoneAttack14") {
  const auto rule = AddressRuleFor(federation::Found::Nearby);
  for (const char* address : {"127.0.0.1", "127.8.8.8", "0.0.0.0", "1.1.1.1", "198.51.100.7", "::1",
                              "::", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2606:4700::1111"}) {
    INFO(address);
    CHECK_FALSE(ReadAnnouncement(Make(address), rule));
  }
  CHECK(Read(Make("fe80::1")).empty());  // of every network, so of none
  CHECK(Read(Make("febf::1")).empty());
  sockaddr_storage other{};
  other.ss_family = AF_UNIX;
  CHECK(Read({other, 8440, AnnouncedTexts(kA, false)}).empty());
}

TEST_CASE("AnAnnouncementLeadsToNoServiceOfTheSystemAttack14") {
  for (const int port : {0, 1, 22, 25, 79, 81, 442, 631, 1023}) {
    INFO(port);
    CHECK(Read(Make("192.168.1.7", port)).empty());
  }
  for (const int port : {80, 443, 1024, 65535}) {
    INFO(port);
    CHECK_FALSE(Read(Make("192.168.1.7", port)).empty());
  }
}

TEST_CASE("AnAnnouncementSaysNothingElseAttack14") {
  const auto id = kA.ToString();
  CHECK_FALSE(ReadTexts({"more=1", "node=" + id, "", "v=0", std::string(255, 'x')}).empty());
  CHECK(ReadTexts({}).empty());
  CHECK(ReadTexts({"v=0"}).empty());
  CHECK(ReadTexts({"node=" + id}).empty());
  CHECK(ReadTexts({"v=1", "node=" + id}).empty());
  for (const auto& bad : {std::string(), id + "a", id.substr(1), id + "\n", "\x1b[2J" + id,
                          std::string(52, 'A'), std::string(255, 'a'), id + std::string(1, '\0')}) {
    CHECK(ReadTexts({"v=0", "node=" + bad}).empty());
    CHECK(ReadTexts({"v=0", "node=" + bad, "node=" + id}).empty());  // the first counts
  }
}

TEST_CASE("WhoListensOnLoopbackIsReachedByNobody") {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) {
    CHECK(LookReachedOver(host) == ReachedOver::Nothing);
  }
  CHECK(LookReachedOver("0.0.0.0") == ReachedOver::V4);
  CHECK(LookReachedOver("192.168.1.7") == ReachedOver::V4);
  CHECK(LookReachedOver("::") == ReachedOver::Both);
  CHECK(LookReachedOver("fd00::7") == ReachedOver::V6);
  CHECK(LookReachedOver("hub.example.org") == ReachedOver::Both);
}
