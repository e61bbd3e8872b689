#include "federation/format/card.h"

#include <algorithm>
#include <array>

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"

namespace banyan::federation {

namespace {

constexpr std::array<std::string_view, 2> kAccess = {"open", "attest"};
constexpr std::size_t kMaxListed = 16;

Error Malformed(std::string_view what) {
  return Error(Errc::Invalid, "card: " + std::string(what));
}

Result<CardAccess> ParseAccess(std::string_view text) {
  const auto word = std::find(kAccess.begin(), kAccess.end(), text);
  if (word == kAccess.end()) return Malformed("unknown access \"" + std::string(text) + "\"");
  return static_cast<CardAccess>(word - kAccess.begin());
}

Result<std::vector<std::string>> TakeList(const Json& entry, std::string_view key) {
  const Json* list = FindMember(entry, key);
  std::vector<std::string> out;
  if (list == nullptr) return out;
  if (!list->is_array() || list->empty() || list->size() > kMaxListed) {
    return Malformed(std::string(key) + " is no list of 1 to 16 strings");
  }
  for (const auto& item : *list) {
    if (!item.is_string()) return Malformed(std::string(key) + " has something else than strings");
    out.push_back(item.get<std::string>());
  }
  return out;
}

Result<CardContent> ParseContent(const Json& entry) {
  CardContent out;
  out.head = TRY(TakeOptionalHash<GitOid>(entry, "head"));
  out.manifest = TRY(TakeHash<Sha256>(entry, "manifest"));
  out.refs = TRY(TakeHash<Sha256>(entry, "refs"));
  out.commits = TRY(TakeHash<Sha256>(entry, "git"));
  out.bytes = TRY(TakeCount(entry, "bytes"));
  out.files = TRY(TakeCount(entry, "files"));
  out.licence = FindString(entry, "licence").value_or("");
  if (out.licence.empty()) return Malformed("no licence; NONE says that there is none");
  out.licence_text = TRY(TakeOptionalHash<Sha256>(entry, "licence_text"));
  return out;
}

void AddContent(const CardContent& content, Json& entry) {
  if (content.head) entry["head"] = HashText(*content.head);
  entry["manifest"] = HashText(content.manifest);
  entry["refs"] = HashText(content.refs);
  entry["git"] = HashText(content.commits);
  entry["bytes"] = content.bytes;
  entry["files"] = content.files;
  entry["licence"] = content.licence;
  if (content.licence_text) entry["licence_text"] = HashText(*content.licence_text);
}

Result<std::optional<Upstream>> ParseUpstream(const Json& entry) {
  const Json* object = FindMember(entry, "upstream");
  if (object == nullptr) return std::optional<Upstream>();
  const auto commit = TRY(TakeHash<GitOid>(*object, "commit"));
  Upstream out{FindString(*object, "hub").value_or(""), FindString(*object, "id").value_or(""),
               commit};
  if (out.hub.empty() || out.id.empty()) return Malformed("upstream without hub or id");
  return std::optional(std::move(out));
}

// What a newer version of the protocol marks as needed to understand a card is not known here.
Status RequireNothingCritical(const Json& entry) {
  if (FindMember(entry, "crit") == nullptr) return Ok();
  return Malformed("it needs a newer program: " + DumpJson(*FindMember(entry, "crit")));
}

Result<storage::Standing> ParseStanding(const Json& entry) {
  storage::Standing standing;
  standing.status = TRY(storage::ParseStandingStatus(FindString(entry, "status").value_or("")));
  if (const auto reason = FindString(entry, "reason")) {
    standing.reason = TRY(storage::ParseStandingReason(*reason));
  }
  standing.scope = TRY(TakeList(entry, "scope"));
  TRY(storage::ValidateScope(standing.scope));
  return standing;
}

Status RequireConsistent(const Card& card) {
  if (card.number == 0 || (card.number == 1) != !card.repository ||
      card.repository.has_value() != card.previous.has_value()) {
    return Malformed("repo, n and prev contradict each other");
  }
  const auto& standing = card.standing;
  if ((standing.status == storage::StandingStatus::Live) != !standing.reason) {
    return Malformed("a reason belongs to every status but live");
  }
  if (!standing.reason && !standing.scope.empty()) return Malformed("live is everywhere");
  if (standing.HasContent() != card.content.has_value()) {
    return Malformed("content and status contradict each other");
  }
  return Ok();
}

}  // namespace

Result<Card> Card::Parse(const Json& entry) {
  TRY(RequireNothingCritical(entry));
  Card card;
  card.repository = TRY(TakeOptionalHash<RepositoryKey>(entry, "repo"));
  card.number = TRY(TakeCount(entry, "n"));
  card.previous = TRY(TakeOptionalHash<LogHash>(entry, "prev"));
  card.meta = TRY(TakeOptionalHash<Sha256>(entry, "meta"));
  card.standing = TRY(ParseStanding(entry));
  if (FindMember(entry, "manifest") != nullptr) card.content = TRY(ParseContent(entry));
  card.access = TRY(ParseAccess(FindString(entry, "access").value_or("")));
  card.parents = TRY(TakeList(entry, "parents"));
  card.upstream = TRY(ParseUpstream(entry));
  card.time_s = static_cast<std::int64_t>(TRY(TakeCount(entry, "time")));
  TRY(RequireConsistent(card));
  return card;
}

Result<Bytes> Card::Render() const {
  ENSURE(RequireConsistent(*this).has_value());
  Json entry = {{"t", "card"},
                {"v", 1},
                {"n", number},
                {"access", kAccess[static_cast<std::size_t>(access)]},
                {"status", storage::ToString(standing.status)},
                {"time", time_s}};
  if (repository) entry["repo"] = HashText(*repository);
  if (previous) entry["prev"] = HashText(*previous);
  if (meta) entry["meta"] = HashText(*meta);
  if (content) AddContent(*content, entry);
  if (standing.reason) entry["reason"] = storage::ToString(*standing.reason);
  if (!standing.scope.empty()) entry["scope"] = standing.scope;
  if (!parents.empty()) entry["parents"] = parents;
  if (upstream) {
    entry["upstream"] = {
        {"hub", upstream->hub}, {"id", upstream->id}, {"commit", HashText(upstream->commit)}};
  }
  return RenderCanonical(entry);
}

}  // namespace banyan::federation
