#pragma once
// Cards: the front matter of a repository's README.md, as public hubs write it. Strict about
// form (storage/metadata/yaml_tree.h), lenient about content: unknown keys are kept, a field of the
// wrong type is left empty and noted, so that one bad line never hides a licence.
//
// No front matter, or no README at all, is an empty card whose licence is "none declared"
// (storage/metadata/licence.h), which is not the same as an unknown one. Pure functions, safe for
// concurrent use.

#include <string>
#include <string_view>
#include <vector>

#include "storage/metadata/licence.h"
#include "storage/metadata/yaml_tree.h"

namespace banyan::storage {

struct CardProblem {
  std::size_t line = 0;  // in the README, 1-based; 0 when it is about the card as a whole
  std::string message;   // what is wrong and what to write instead
  // "line 4: ..." or just the message.
  std::string ToString() const;
};

// Typed fields hold texts as written: `language: no` is "no", `pretty_name: 1.10` is "1.10".
// Every list takes a single text as well. A text is empty when the card does not say.
struct Card {
  bool has_front_matter = false;
  OrderedJson data = OrderedJson::object();  // everything, keys in the order written (cardData)

  std::vector<std::string> licences;   // `license`
  std::string licence_name;            // `license_name`, used with `license: other`
  std::string licence_link;            // `license_link`: a file of the repository or a URL
  std::vector<std::string> languages;  // `language`
  std::string pipeline_tag;
  std::vector<std::string> tasks;  // `task_categories` of datasets, `tasks` of ModelScope
  std::string library_name;        // or the first of ModelScope's `frameworks`
  std::vector<std::string> tags;
  std::vector<std::string> base_models;  // `base_model`; more than one means a merge
  std::string base_model_relation;       // finetune, adapter, quantized, merge
  std::vector<std::string> datasets;
  std::vector<std::string> metrics;
  std::string pretty_name;
  std::vector<std::string> size_categories;
  OrderedJson gate = OrderedJson::object();  // all `extra_gated_*` keys, raw

  std::vector<CardProblem> problems;  // fields that were left empty because of their type
};

// `readme` may be the whole file; the front matter must be at most 256 KiB. Fails with Invalid or
// TooLarge and a message for the author: "line N: ...".
Result<Card> ParseCard(std::string_view readme);

// What the card's licence means; never empty.
std::vector<Licence> CardLicences(const Card& card);

}  // namespace banyan::storage
