#include "node/git/push_report.h"

#include <algorithm>

#include "node/git/pkt_line.h"

namespace banyan::node {
namespace {

constexpr char kReportBand = 1;
constexpr char kTextBand = 2;
constexpr std::size_t kBandBytes = 900;  // of data in one packet: every client takes so much
constexpr std::size_t kMaxReasonBytes = 500;
constexpr std::size_t kMaxLineBytes = 4000;

bool IsBand(const Packet& packet) {
  return packet.kind == Packet::Kind::Data && !packet.data.empty() && packet.data[0] <= 3;
}

std::string BandPackets(char band, std::string_view data) {
  std::string out;
  for (std::size_t at = 0; at < data.size(); at += kBandBytes) {
    out += PacketLine(std::string(1, band) + std::string(data.substr(at, kBandBytes)));
  }
  return out;
}

Status AddLines(std::string_view text, std::vector<std::string>& lines) {
  PacketReader reader(text);
  for (auto packet = TRY(reader.Next()); packet; packet = TRY(reader.Next())) {
    if (packet->kind != Packet::Kind::Data) continue;
    auto line = packet->data;
    if (line.ends_with('\n')) line.remove_suffix(1);
    lines.emplace_back(line.substr(0, kMaxLineBytes));
  }
  return Ok();
}

std::string OneLine(std::string_view text) {
  std::string line(text.substr(0, kMaxReasonBytes));
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return line;
}

// "main" of "ok main" or "ng main reason".
std::string_view RefOf(std::string_view line) {
  line.remove_prefix(3);
  return line.substr(0, line.find(' '));
}

}  // namespace

Result<PushReport> PushReport::Parse(std::string_view text) {
  PushReport report;
  std::string banded;
  PacketReader reader(text);
  for (auto packet = TRY(reader.Next()); packet; packet = TRY(reader.Next())) {
    if (packet->kind != Packet::Kind::Data) continue;
    if (!IsBand(*packet)) {
      TRY(AddLines(PacketLine(packet->data), report.lines));
      continue;
    }
    report.has_bands = true;
    if (packet->data[0] == kReportBand) {
      banded += packet->data.substr(1);
    } else {
      report.remarks += PacketLine(packet->data);
    }
  }
  TRY(AddLines(banded, report.lines));
  return report;
}

std::string PushReport::ToString() const {
  std::string inner;
  for (const auto& line : lines) inner += PacketLine(line + "\n");
  if (!lines.empty()) inner += kFlushPacket;
  if (!has_bands) return inner;
  return remarks + BandPackets(kReportBand, inner) + std::string(kFlushPacket);
}

void PushReport::Tell(std::string_view text) {
  if (has_bands) remarks += BandPackets(kTextBand, std::string(text) + "\n");
}

void PushReport::RefuseAll(std::string_view reason) {
  std::vector<std::string> refused;
  bool was_fine = false;
  for (const auto& line : lines) {
    // What follows a ref that was fine and says more of it is void.
    if (was_fine && line.starts_with("option ")) continue;
    was_fine = line.starts_with("ok ");
    refused.push_back(was_fine ? "ng " + std::string(RefOf(line)) + " " + OneLine(reason) : line);
  }
  lines = std::move(refused);
}

void PushReport::ExplainMoved() {
  constexpr std::string_view kOfGit[] = {"failed to update ref", "incorrect old value provided",
                                         "reference already exists", "failed to lock"};
  for (auto& line : lines) {
    const bool moved =
        line.starts_with("ng ") && std::any_of(std::begin(kOfGit), std::end(kOfGit),
                                               [&](auto words) { return line.ends_with(words); });
    if (moved) line = "ng " + std::string(RefOf(line)) + " fetch first";
  }
}

}  // namespace banyan::node
