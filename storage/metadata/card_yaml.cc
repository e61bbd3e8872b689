#include "storage/metadata/card_yaml.h"

#include <algorithm>

#include "storage/metadata/front_matter.h"

namespace banyan::storage {
namespace {

// Takes typed fields out of the tree and notes what does not fit.
class FieldReader {
 public:
  FieldReader(const YamlNode& root, std::vector<CardProblem>& problems)
      : root_(root), problems_(problems) {}

  std::string Text(std::string_view key) {
    const auto* node = root_.Find(key);
    if (node == nullptr || node->kind == YamlNode::Kind::Null) return {};
    if (node->kind == YamlNode::Kind::Text) return node->text;
    Note(*node, key, "must be one text");
    return {};
  }

  // A text or a list of texts; empty ones are skipped.
  std::vector<std::string> Texts(std::string_view key) {
    std::vector<std::string> out;
    const auto* node = root_.Find(key);
    if (node == nullptr) return out;
    if (node->kind == YamlNode::Kind::Map) {
      Note(*node, key, "must be a text or a list of texts");
    } else if (node->kind != YamlNode::Kind::List) {
      Append(*node, key, out);
    }
    for (const auto& item : node->items) Append(item, key, out);
    return out;
  }

 private:
  void Append(const YamlNode& node, std::string_view key, std::vector<std::string>& out) {
    if (node.kind == YamlNode::Kind::Text && !node.text.empty()) out.push_back(node.text);
    const bool nested = node.kind == YamlNode::Kind::List || node.kind == YamlNode::Kind::Map;
    if (nested) Note(node, key, "must hold only texts");
  }
  void Note(const YamlNode& node, std::string_view key, std::string_view rule) {
    static constexpr std::size_t kMaxProblems = 100;
    if (problems_.size() >= kMaxProblems) return;
    problems_.push_back({node.line, "'" + std::string(key) + "' " + std::string(rule)});
  }

  const YamlNode& root_;
  std::vector<CardProblem>& problems_;
};

void ReadFields(const YamlNode& root, Card& card) {
  FieldReader fields(root, card.problems);
  card.licences = fields.Texts("license");
  card.licence_name = fields.Text("license_name");
  card.licence_link = fields.Text("license_link");
  card.languages = fields.Texts("language");
  card.pipeline_tag = fields.Text("pipeline_tag");
  card.tasks = fields.Texts("task_categories");
  for (auto& task : fields.Texts("tasks")) card.tasks.push_back(std::move(task));
  card.library_name = fields.Text("library_name");
  if (card.library_name.empty()) {
    const auto frameworks = fields.Texts("frameworks");
    if (!frameworks.empty()) card.library_name = frameworks.front();
  }
  card.tags = fields.Texts("tags");
  card.base_models = fields.Texts("base_model");
  card.base_model_relation = fields.Text("base_model_relation");
  card.datasets = fields.Texts("datasets");
  card.metrics = fields.Texts("metrics");
  card.pretty_name = fields.Text("pretty_name");
  card.size_categories = fields.Texts("size_categories");
  OrderedJson::object_t gate;
  for (const auto& [key, value] : root.members) {
    if (key.starts_with("extra_gated_")) gate.emplace_back(key, ToOrderedJson(value));
  }
  card.gate = std::move(gate);
}

}  // namespace

std::string CardProblem::ToString() const {
  return line == 0 ? message : "line " + std::to_string(line) + ": " + message;
}

Result<Card> ParseCard(std::string_view readme) {
  Card card;
  const auto front = TRY(SplitFrontMatter(readme));
  if (!front.present) return card;
  const auto root = TRY(ParseYaml(front.yaml, {}, front.first_line));
  card.has_front_matter = true;
  if (root.kind == YamlNode::Kind::Null) return card;
  if (root.kind != YamlNode::Kind::Map) {
    return Error(Errc::Invalid,
                 "line " + std::to_string(root.line) + ": front matter must be 'key: value' lines");
  }
  card.data = ToOrderedJson(root);
  ReadFields(root, card);
  std::stable_sort(card.problems.begin(), card.problems.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  return card;
}

std::vector<Licence> CardLicences(const Card& card) {
  return NormaliseLicences(card.licences, card.licence_name);
}

}  // namespace banyan::storage
