#include "federation/format/card.h"

#include <algorithm>
#include <array>
#include <span>

#include "federation/format/canonical_json.h"

namespace banyan::federation {

namespace {

constexpr std::array<std::string_view, 4> kStatuses = {"live", "yanked", "withdrawn", "removed"};
constexpr std::array<std::string_view, 2> kAccess = {"open", "attest"};
constexpr std::array<std::string_view, 9> kReasons = {
    "author", "quality", "security", "licence", "copyright", "privacy", "court", "safety", "other"};
constexpr std::size_t kMaxListed = 16;

Error Malformed(std::string_view what) {
  return Error(Errc::Invalid, "card: " + std::string(what));
}

template <typename Enum>
Result<Enum> ParseWord(std::span<const std::string_view> words, std::string_view text) {
  const auto word = std::find(words.begin(), words.end(), text);
  if (word == words.end()) return Malformed("unknown word \"" + std::string(text) + "\"");
  return static_cast<Enum>(word - words.begin());
}

template <typename Enum, std::size_t N>
std::string_view Word(const std::array<std::string_view, N>& words, Enum value) {
  return words[static_cast<std::size_t>(value)];
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

bool HasContent(CardStatus status) {
  return status == CardStatus::Live || status == CardStatus::Yanked;
}

Status RequireConsistent(const Card& card) {
  if (card.number == 0 || (card.number == 1) != !card.repository ||
      card.repository.has_value() != card.previous.has_value()) {
    return Malformed("repo, n and prev contradict each other");
  }
  if ((card.status == CardStatus::Live) != !card.reason) {
    return Malformed("a reason belongs to every status but live");
  }
  if (HasContent(card.status) != card.content.has_value()) {
    return Malformed("content and status contradict each other");
  }
  return Ok();
}

}  // namespace

std::string_view ToString(CardStatus status) { return Word(kStatuses, status); }
std::string_view ToString(CardReason reason) { return Word(kReasons, reason); }
Result<CardStatus> ParseCardStatus(std::string_view text) {
  return ParseWord<CardStatus>(kStatuses, text);
}
Result<CardReason> ParseCardReason(std::string_view text) {
  return ParseWord<CardReason>(kReasons, text);
}

Result<Card> Card::Parse(const Json& entry) {
  TRY(RequireNothingCritical(entry));
  Card card;
  card.repository = TRY(TakeOptionalHash<RepositoryKey>(entry, "repo"));
  card.number = TRY(TakeCount(entry, "n"));
  card.previous = TRY(TakeOptionalHash<LogHash>(entry, "prev"));
  card.meta = TRY(TakeOptionalHash<Sha256>(entry, "meta"));
  card.status = TRY(ParseCardStatus(FindString(entry, "status").value_or("")));
  if (FindMember(entry, "manifest") != nullptr) card.content = TRY(ParseContent(entry));
  card.access = TRY(ParseWord<CardAccess>(kAccess, FindString(entry, "access").value_or("")));
  if (const auto reason = FindString(entry, "reason")) card.reason = TRY(ParseCardReason(*reason));
  card.scope = TRY(TakeList(entry, "scope"));
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
                {"access", Word(kAccess, access)},
                {"status", ToString(status)},
                {"time", time_s}};
  if (repository) entry["repo"] = HashText(*repository);
  if (previous) entry["prev"] = HashText(*previous);
  if (meta) entry["meta"] = HashText(*meta);
  if (content) AddContent(*content, entry);
  if (reason) entry["reason"] = ToString(*reason);
  if (!scope.empty()) entry["scope"] = scope;
  if (!parents.empty()) entry["parents"] = parents;
  if (upstream) {
    entry["upstream"] = {
        {"hub", upstream->hub}, {"id", upstream->id}, {"commit", HashText(upstream->commit)}};
  }
  return RenderCanonical(entry);
}

}  // namespace banyan::federation
