// A card that is accepted must be valid JSON that reads back as the same value, and everything
// made from it must stay within its bounds; one that is refused must say on which line.
#include <cstdint>

#include "storage/base/check.h"
#include "storage/base/json.h"
#include "storage/base/utf8.h"
#include "storage/metadata/card_check.h"
#include "storage/metadata/markdown_text.h"

using namespace banyan;
using namespace banyan::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view readme(reinterpret_cast<const char*>(data), size);
  const auto summary = SummariseMarkdown(readme);
  ENSURE(IsUtf8(summary.title) && IsUtf8(summary.description));
  ENSURE(summary.title.size() <= 256 && summary.description.size() <= 2048);

  const auto card = ParseCard(readme);
  if (!card) {
    ENSURE(card.error().message().starts_with("line "));
    return 0;
  }
  const auto again = ParseJson(card->data.dump());
  ENSURE(again.has_value() && *again == Json(card->data));
  ENSURE(!CardLicences(*card).empty());
  for (const auto kind : {RepositoryKind::Model, RepositoryKind::Dataset}) {
    ENSURE(CheckCard(*card, kind).size() <= 200);
  }
  return 0;
}
