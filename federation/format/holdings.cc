#include "federation/format/holdings.h"

#include "federation/format/entry_member.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

constexpr std::uint64_t kMaxSinceS = 253'402'300'799;  // the end of the year 9999

}  // namespace

Result<HoldingsPage> HoldingsPage::Parse(std::string_view text) {
  const Json json = TRY(ParseJson(text));
  HoldingsPage page;
  page.manifest = TRY(TakeHash<Sha256>(json, "manifest"));
  auto& holdings = page.holdings;
  holdings.files = TRY(TakeCount(json, "files"));
  holdings.bytes = TRY(TakeCount(json, "bytes"));
  holdings.held_files = TRY(TakeCount(json, "held_files"));
  holdings.held_bytes = TRY(TakeCount(json, "held_bytes"));
  if (holdings.held_files > holdings.files || holdings.held_bytes > holdings.bytes) {
    return Error(Errc::Invalid, "more is held than there is");
  }
  if (FindMember(json, "since") != nullptr) {
    const auto since_s = TRY(TakeCount(json, "since"));
    if (since_s > kMaxSinceS) return Error(Errc::Invalid, "since is after the year 9999");
    holdings.since_s = static_cast<std::int64_t>(since_s);
  }
  return page;
}

Json HoldingsPage::ToJson() const {
  Json json{{"manifest", HashText(manifest)},
            {"files", holdings.files},
            {"bytes", holdings.bytes},
            {"held_files", holdings.held_files},
            {"held_bytes", holdings.held_bytes}};
  if (holdings.since_s) json["since"] = *holdings.since_s;
  return json;
}

std::string HoldingsPath(const Sha256& manifest) { return "/fed/holdings/" + manifest.ToString(); }

}  // namespace banyan::federation
