#include "node/git/pkt_line.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

std::vector<std::string> ReadAll(std::string_view text) {
  std::vector<std::string> found;
  PacketReader reader(text);
  for (auto packet = MUST(reader.Next()); packet; packet = MUST(reader.Next())) {
    switch (packet->kind) {
      case Packet::Kind::Flush: found.emplace_back("(flush)"); break;
      case Packet::Kind::Delimiter: found.emplace_back("(delimiter)"); break;
      case Packet::Kind::ResponseEnd: found.emplace_back("(end)"); break;
      case Packet::Kind::Data: found.emplace_back(packet->data); break;
    }
  }
  return found;
}

Errc Fault(std::string_view text) {
  PacketReader reader(text);
  for (;;) {
    const auto packet = reader.Next();
    if (!packet) return packet.error().code();
    REQUIRE(*packet);
  }
}

}  // namespace

TEST_CASE("PacketLinesCountThemselves") {
  CHECK(PacketLine("a\n") == "0006a\n");
  CHECK(PacketLine("") == "0004");
  CHECK(PacketLine(std::string(kMaxPacketBytes - 4, 'x')).substr(0, 4) == "fff0");
}

TEST_CASE("PacketsAreReadInOrder") {
  CHECK(ReadAll("").empty());
  CHECK(ReadAll("0006a\n0000"
                "0001"
                "0002"
                "0004"
                "0005b") ==
        std::vector<std::string>{"a\n", "(flush)", "(delimiter)", "(end)", "", "b"});
  CHECK(ReadAll("000Ax12345") == std::vector<std::string>{"x12345"});
}

TEST_CASE("MalformedPacketsAreRefused") {
  for (const auto text : {"0", "000", "zzzz", "0003", "0006a", "fff1", "-001", " 006a\n", "0x06a\n",
                          "0004000", "00 4"}) {
    INFO(text);
    CHECK(Fault(text) == Errc::Invalid);
  }
}
