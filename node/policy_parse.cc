// Reads a policy file. Beside node/config_file.cc the only file that knows toml++, which is built
// without exceptions here.

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>

#include "federation/cosignatures.h"
#include "node/config_keys.h"
#include "node/policy_file.h"
#include "node/policy_words.h"
#include "node/units.h"

namespace banyan::node {
namespace {

using federation::AnswerRule;
using federation::Policy;

constexpr std::int64_t kMaxDays = 36'500;
constexpr std::int64_t kMaxLearnedPeers = 1000;

// "a, b or c".
std::string OneOf(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

class PolicyReader {
 public:
  explicit PolicyReader(std::string path) : path_(std::move(path)) {}

  Result<Policy> Read(const toml::table& table) {
    TRY(RequireKeys(table, {"accept_from", "answer", "brake", "cosignatures", "jurisdictions",
                            "mirror", "peers", "readers", "receipts", "select"}));
    TRY(TakeCountries(table, "jurisdictions", policy_.jurisdictions));
    if (const auto* node = table.get("accept_from")) policy_.accept_from = TRY(Nodes(*node));
    if (const auto* node = table.get("readers")) {
      const auto* word = node->as_string();
      if (word == nullptr || word->get() != "any") policy_.readers = TRY(Nodes(*node));
    }
    if (const auto* node = table.get("mirror")) TRY(ReadMirror(*node));
    if (const auto* node = table.get("peers")) TRY(ReadPeers(*node));
    if (const auto* node = table.get("select")) TRY(ReadSelections(*node));
    if (const auto* node = table.get("brake")) TRY(ReadBrake(*node));
    if (const auto* node = table.get("receipts")) TRY(ReadReceipts(*node));
    if (const auto* node = table.get("cosignatures")) TRY(ReadCosignatures(*node));
    if (const auto* node = table.get("answer")) TRY(ReadAnswers(*node));
    return std::move(policy_);
  }

  Error At(const toml::source_region& where, const std::string& what) const {
    return Error(Errc::Invalid, path_ + ": line " + std::to_string(where.begin.line) + ": " + what);
  }
  Error At(const toml::node& node, const std::string& what) const {
    return At(node.source(), what);
  }

 private:
  Status RequireKeys(const toml::table& table, const std::vector<std::string>& known) const {
    for (const auto& [name, node] : table) {
      if (std::find(known.begin(), known.end(), name.str()) != known.end()) continue;
      std::string message = "there is no key \"" + std::string(name.str()) + "\" here";
      const auto near = NearestName(name.str(), known);
      if (!near.empty()) message += "; did you mean \"" + std::string(near) + "\"?";
      return At(node, message + (near.empty() ? ": expected " : " Legal here are ") + OneOf(known));
    }
    return Ok();
  }

  Result<std::string> Text(const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    return At(node, "expected a text in quotes");
  }

  // One, or a list.
  Result<std::vector<std::string>> Texts(const toml::node& node) const {
    std::vector<std::string> texts;
    if (const auto* array = node.as_array()) {
      for (const auto& item : *array) texts.push_back(TRY(Text(item)));
      return texts;
    }
    texts.push_back(TRY(Text(node)));
    return texts;
  }

  Result<std::int64_t> Number(const toml::node& node, std::int64_t most) const {
    const auto* number = node.as_integer();
    if (number != nullptr && number->get() >= 0 && number->get() <= most) return number->get();
    return At(node, "expected a whole number from 0 to " + std::to_string(most));
  }

  Result<const toml::table*> Table(const toml::node& node) const {
    if (const auto* table = node.as_table()) return table;
    return At(node, "expected a table");
  }

  // Words, each read by `parse`.
  template <typename T>
  Result<std::set<T>> Words(const toml::node& node, Result<T> (*parse)(std::string_view)) const {
    std::set<T> words;
    for (const auto& text : TRY(Texts(node))) {
      const auto word = parse(text);
      if (!word) return At(node, word.error().message());
      words.insert(*word);
    }
    return words;
  }

  Result<std::set<federation::NodeId>> Nodes(const toml::node& node) const {
    std::set<federation::NodeId> nodes;
    for (const auto& text : TRY(Texts(node))) {
      const auto id = federation::NodeId::Parse(text);
      if (!id) return At(node, "\"" + text + "\" is no node id: " + id.error().message());
      nodes.insert(*id);
    }
    return nodes;
  }

  Status TakeSize(const toml::table& table, const char* key, std::uint64_t& size) const {
    const auto* node = table.get(key);
    if (node == nullptr) return Ok();
    const auto parsed = ParseByteSize(TRY(Text(*node)));
    if (!parsed) return At(*node, parsed.error().message());
    size = parsed->bytes;
    return Ok();
  }

  Status TakeTexts(const toml::table& table, const char* key,
                   std::vector<std::string>& texts) const {
    if (const auto* node = table.get(key)) texts = TRY(Texts(*node));
    return Ok();
  }

  Status TakeCountries(const toml::table& table, const char* key,
                       std::vector<std::string>& countries) const {
    TRY(TakeTexts(table, key, countries));
    const auto valid = storage::ValidateScope(countries);
    return valid ? Ok() : Status(At(*table.get(key), valid.error().message()));
  }

  // Globs, each looked at by `check`.
  Status TakeWords(const toml::table& table, const char* key, Status (*check)(const std::string&),
                   std::vector<std::string>& words) const {
    TRY(TakeTexts(table, key, words));
    for (const auto& word : words) {
      const auto checked = check(word);
      if (!checked) return At(*table.get(key), checked.error().message());
    }
    return Ok();
  }

  Status ReadMirror(const toml::node& node) {
    const auto* table = TRY(Table(node));
    TRY(RequireKeys(*table, {"window", "rate", "per_day", "per_month", "held", "held_per_origin"}));
    auto& limits = policy_.limits;
    if (const auto* value = table->get("window")) {
      for (const auto& text : TRY(Texts(*value))) {
        const auto window = federation::TimeWindow::Parse(text);
        if (!window) return At(*value, window.error().message());
        limits.windows.push_back(*window);
      }
    }
    TRY(TakeSize(*table, "rate", limits.bytes_per_s));
    TRY(TakeSize(*table, "per_day", limits.bytes_per_day));
    TRY(TakeSize(*table, "per_month", limits.bytes_per_month));
    TRY(TakeSize(*table, "held", limits.held_bytes));
    return TakeSize(*table, "held_per_origin", limits.held_origin_bytes);
  }

  Status ReadSelections(const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr) return At(node, "selections are written as [[select]]");
    for (const auto& item : *array) {
      const auto* table = TRY(Table(item));
      TRY(RequireKeys(*table, {"origin", "repository", "kind", "licence", "task", "language",
                               "max_size", "files", "refs", "history", "content"}));
      federation::Selection selection;
      if (const auto* value = table->get("origin")) selection.origins = TRY(Nodes(*value));
      TRY(TakeWords(*table, "repository", CheckRepositoryGlob, selection.repositories));
      TRY(TakeWords(*table, "kind", CheckKindGlob, selection.kinds));
      TRY(TakeWords(*table, "licence", CheckLicenceGlob, selection.licences));
      TRY(TakeWords(*table, "task", CheckTaskGlob, selection.tasks));
      TRY(TakeWords(*table, "language", CheckLanguageGlob, selection.languages));
      TRY(TakeSize(*table, "max_size", selection.max_bytes));
      TRY(ReadContent(*table, selection.content));
      policy_.selections.push_back(std::move(selection));
    }
    return Ok();
  }

  // One of two words; without the key `value` stays.
  template <typename T>
  struct Word {
    const char* text;
    T value;
  };
  template <typename T>
  Status TakeWord(const toml::table& table, const char* key, const Word<T>& one,
                  const Word<T>& other, T& value) const {
    const auto* node = table.get(key);
    if (node == nullptr) return Ok();
    const auto text = TRY(Text(*node));
    if (text != one.text && text != other.text) {
      return At(*node, "expected \"" + std::string(one.text) + "\" or \"" + other.text + "\"");
    }
    value = text == one.text ? one.value : other.value;
    return Ok();
  }

  Status ReadContent(const toml::table& table, federation::ContentSelection& content) const {
    using Selected = federation::ContentSelection;
    TRY(TakeTexts(table, "files", content.files));
    TRY(TakeTexts(table, "refs", content.refs));
    TRY(TakeWord<Selected::History>(table, "history", {"heads", Selected::History::Heads},
                                    {"all", Selected::History::All}, content.history));
    return TakeWord<Selected::Others>(table, "content", {"selected", Selected::Others::Refused},
                                      {"on demand", Selected::Others::OnDemand}, content.others);
  }

  Status ReadBrake(const toml::node& node) {
    const auto* table = TRY(Table(node));
    TRY(RequireKeys(*table, {"repositories", "percent"}));
    if (const auto* value = table->get("repositories")) {
      policy_.brake.repositories = static_cast<std::uint64_t>(TRY(Number(*value, INT64_MAX)));
    }
    if (const auto* value = table->get("percent")) {
      policy_.brake.percent = static_cast<std::uint64_t>(TRY(Number(*value, 100)));
    }
    return Ok();
  }

  Status TakeSwitch(const toml::table& table, const char* key, bool& on) const {
    const auto* node = table.get(key);
    if (node == nullptr) return Ok();
    if (!node->is_boolean()) return At(*node, "expected true or false");
    on = node->as_boolean()->get();
    return Ok();
  }

  Status ReadPeers(const toml::node& node) {
    const auto* table = TRY(Table(node));
    TRY(RequireKeys(*table, {"dial", "most", "refuse", "publish"}));
    if (const auto* value = table->get("dial")) {
      using Dial = federation::PeerRules::Dial;
      const auto word = TRY(Text(*value));
      if (word != "none" && word != "followed" && word != "any") {
        return At(*value, "expected \"none\", \"followed\" or \"any\"");
      }
      policy_.peers.dial = word == "none"       ? Dial::None
                           : word == "followed" ? Dial::Followed
                                                : Dial::Any;
    }
    if (const auto* value = table->get("most")) {
      policy_.peers.most = static_cast<std::size_t>(TRY(Number(*value, kMaxLearnedPeers)));
    }
    if (const auto* value = table->get("refuse")) {
      policy_.peers.refused = TRY(Words(*value, federation::NodeId::Parse));
    }
    return TakeSwitch(*table, "publish", policy_.peers.publishes);
  }

  Status ReadReceipts(const toml::node& node) {
    const auto* table = TRY(Table(node));
    TRY(RequireKeys(*table, {"publish", "except"}));
    TRY(TakeSwitch(*table, "publish", policy_.publishes_receipts));
    if (const auto* value = table->get("except")) {
      policy_.unpublished = TRY(Words(*value, storage::ParseStandingReason));
    }
    return Ok();
  }

  Status ReadCosignatures(const toml::node& node) {
    const auto* table = TRY(Table(node));
    TRY(RequireKeys(*table, {"make", "keep"}));
    if (const auto* value = table->get("keep")) {
      policy_.cosignatures.keeps =
          static_cast<std::size_t>(TRY(Number(*value, federation::kMaxCosignatures)));
    }
    return TakeSwitch(*table, "make", policy_.cosignatures.makes);
  }

  Status ReadAnswers(const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr) return At(node, "rules are written as [[answer]]");
    for (const auto& item : *array) {
      const auto* table = TRY(Table(item));
      policy_.answers.push_back(TRY(ReadAnswer(*table)));
    }
    return Ok();
  }

  Result<AnswerRule> ReadAnswer(const toml::table& table) const {
    TRY(RequireKeys(table, {"origin", "repository", "status", "reason", "jurisdiction", "action",
                            "after_days"}));
    AnswerRule rule;
    if (const auto* value = table.get("origin")) {
      const auto node = federation::NodeId::Parse(TRY(Text(*value)));
      if (!node) return At(*value, node.error().message());
      rule.origin = *node;
    }
    if (const auto* value = table.get("repository")) {
      rule.repository = TRY(Text(*value));
      const auto checked = CheckRepositoryGlob(rule.repository);
      if (!checked) return At(*value, checked.error().message());
    }
    if (const auto* value = table.get("status")) {
      rule.statuses = TRY(Words(*value, storage::ParseStandingStatus));
    }
    if (const auto* value = table.get("reason")) {
      rule.reasons = TRY(Words(*value, storage::ParseStandingReason));
    }
    TRY(TakeCountries(table, "jurisdiction", rule.jurisdictions));
    const auto* action = table.get("action");
    if (action == nullptr) return At(table, "a rule needs an action");
    const auto parsed = federation::ParseAction(TRY(Text(*action)));
    if (!parsed) return At(*action, parsed.error().message());
    rule.decision.action = *parsed;
    if (const auto* value = table.get("after_days")) {
      rule.decision.after_days = TRY(Number(*value, kMaxDays));
    }
    return rule;
  }

  const std::string path_;
  Policy policy_;
};

}  // namespace

Result<Policy> ParsePolicy(const std::string& path, std::string_view text) {
  PolicyReader reader(path);
  const auto parsed = toml::parse(text, path);
  if (!parsed) {
    return reader.At(parsed.error().source(), std::string(parsed.error().description()));
  }
  return reader.Read(parsed.table());
}

}  // namespace banyan::node
