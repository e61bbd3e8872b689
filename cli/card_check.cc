#include "cli/card_check.h"

#include "storage/base/json.h"

namespace banyan::cli {
namespace {

std::vector<std::string> Messages(const Json& answer, const char* member) {
  std::vector<std::string> texts;
  const Json* list = FindMember(answer, member);
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& one : *list) {
    if (auto text = FindString(one, "message")) texts.push_back(*std::move(text));
  }
  return texts;
}

// The node is there, but it does not do this.
bool DoesNotKnow(Errc code) {
  return code == Errc::NotFound || code == Errc::Invalid || code == Errc::Denied ||
         code == Errc::TooLarge;
}

}  // namespace

Result<CardOpinion> AskAboutCard(ApiClient& client, storage::RepositoryKind kind,
                                 const std::string& card) {
  auto request =
      JsonRequest("POST", "/api/validate-yaml",
                  Json{{"content", card}, {"repoType", std::string(storage::Singular(kind))}});
  request.repeatable = true;
  request.also_expected = 400;  // the answer about a card with errors
  const auto answer = client.Send(request);
  if (!answer && DoesNotKnow(answer.error().code())) return CardOpinion();
  if (!answer) return answer.error();
  const auto json = ParseJson(answer->body);
  if (!json) return CardOpinion();
  return CardOpinion{Messages(*json, "errors"), Messages(*json, "warnings")};
}

}  // namespace banyan::cli
