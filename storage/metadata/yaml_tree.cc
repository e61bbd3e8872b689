#include "storage/metadata/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "storage/base/utf8.h"

namespace banyan::storage {
namespace {

std::string AtLine(std::size_t line, std::string_view message) {
  return "line " + std::to_string(line) + ": " + std::string(message);
}

// yaml-cpp gives the escapes \N (next line) and \_ (no-break space) as single bytes of Latin-1, the
// only way for text to leave it that is not UTF-8.
std::string EscapesAsUtf8(std::string_view text) {
  if (IsUtf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const auto next = DecodeUtf8(text);
    AppendUtf8(out, next.valid ? next.value : static_cast<unsigned char>(text.front()));
    text.remove_prefix(next.size_bytes);
  }
  return out;
}

// Builds the tree from yaml-cpp's events, so that nothing is expanded before it is counted. A
// refusal leaves the parser the way the library's own errors do.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const YamlLimits& limits, std::size_t first_line)
      : limits_(limits), first_line_(first_line) {}

  YamlNode Take() { return std::move(root_); }
  // Why this builder stopped the parser; none when the parser stopped by itself.
  std::optional<Errc> refusal() const { return refusal_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) Refuse(mark, "a second document starts here: keep one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (ExpectsKey()) Refuse(mark, "a key is missing before ':'");
    Finish(Make(mark, YamlNode::Kind::Null), anchor, mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseTag(mark, tag);
    if (value.find('\0') != std::string::npos) Refuse(mark, "text contains a NUL character");
    std::string text = EscapesAsUtf8(value);
    if (ExpectsKey()) return TakeKey(mark, text, anchor);
    auto node = Make(mark, YamlNode::Kind::Text);
    node.plain = tag == "?";
    node.text = std::move(text);
    Spend(mark, 0, node.text.size());
    Finish(std::move(node), anchor, mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (ExpectsKey()) Refuse(mark, "an alias cannot be a key: write the text out");
    CountAlias(mark);
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end()) Refuse(mark, "an alias refers to the value it is part of");
    SpendTree(mark, it->second);
    Attach(it->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::List);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::Map);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

 private:
  struct Frame {
    YamlNode node;
    YAML::anchor_t anchor;
    YAML::Mark mark;
    bool has_key = false;
    std::set<std::string> keys;
  };

  [[noreturn]] void Refuse(const YAML::Mark& mark, const std::string& message,
                           Errc code = Errc::Invalid) {
    refusal_ = code;
    throw YAML::ParserException(mark, message);
  }
  [[noreturn]] void RefuseSize(const YAML::Mark& mark, const std::string& message) {
    Refuse(mark, message, Errc::TooLarge);
  }
  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    Refuse(mark, "tags such as '!!str' are not allowed here: remove the tag");
  }
  void CountAlias(const YAML::Mark& mark) {
    if (++aliases_ > limits_.max_aliases) {
      RefuseSize(mark, "more than " + std::to_string(limits_.max_aliases) +
                           " anchors and aliases: write the values out");
    }
  }
  void Spend(const YAML::Mark& mark, std::size_t nodes, std::size_t bytes) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > limits_.max_nodes || bytes_ > limits_.max_expanded_bytes) {
      RefuseSize(mark, "too many values, or too much text once aliases are expanded");
    }
  }
  void SpendTree(const YAML::Mark& mark, const YamlNode& node) {
    Spend(mark, 1, node.text.size());
    for (const auto& item : node.items) SpendTree(mark, item);
    for (const auto& [key, value] : node.members) {
      Spend(mark, 0, key.size());
      SpendTree(mark, value);
    }
  }
  bool ExpectsKey() const {
    return !stack_.empty() && stack_.back().node.kind == YamlNode::Kind::Map &&
           !stack_.back().has_key;
  }
  void TakeKey(const YAML::Mark& mark, const std::string& key, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) Refuse(mark, "a key cannot have an anchor: remove it");
    auto& frame = stack_.back();
    if (!frame.keys.insert(key).second) {
      Refuse(mark, "the key '" + key.substr(0, 64) + "' is written twice: keep one");
    }
    Spend(mark, 0, key.size());
    frame.node.members.push_back({key, YamlNode{}});
    frame.has_key = true;
  }
  YamlNode Make(const YAML::Mark& mark, YamlNode::Kind kind) {
    Spend(mark, 1, 0);
    YamlNode node;
    node.kind = kind;
    node.line = first_line_ + static_cast<std::size_t>(std::max(mark.line, 0));
    return node;
  }
  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    RefuseTag(mark, tag);
    if (ExpectsKey()) Refuse(mark, "a key must be a text, not a list or a map");
    if (stack_.size() >= limits_.max_depth) {
      RefuseSize(mark, "nested more than " + std::to_string(limits_.max_depth) + " levels deep");
    }
    stack_.push_back({Make(mark, kind), anchor, mark, false, {}});
  }
  void Close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    Finish(std::move(frame.node), frame.anchor, frame.mark);
  }
  void Finish(YamlNode node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (anchor != YAML::NullAnchor) {
      CountAlias(mark);
      anchors_[anchor] = node;
    }
    Attach(std::move(node));
  }
  void Attach(YamlNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& frame = stack_.back();
    if (frame.node.kind == YamlNode::Kind::List) {
      frame.node.items.push_back(std::move(node));
    } else {
      frame.node.members.back().value = std::move(node);
      frame.has_key = false;
    }
  }

  const YamlLimits& limits_;
  const std::size_t first_line_;
  YamlNode root_;
  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t documents_ = 0;
  std::size_t aliases_ = 0;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
  std::optional<Errc> refusal_;
};

// What usually causes the library's own complaints, in words a card's author can act on.
std::string_view Advice(std::string_view message) {
  static constexpr std::pair<std::string_view, std::string_view> kAdvice[] = {
      {"illegal map value", "put a value that contains ': ' in quotes"},
      {"illegal tab", "indent with spaces"},
      {"indicator in scalar", "a quote is opened before this line and never closed"},
      {"end of sequence flow", "close the '['"},
      {"end of map flow", "close the '{'"},
      {"unknown token", "put a value that starts with '@', '`' or '%' in quotes"},
      {"unknown escape", "use single quotes, or write '\\\\' for a backslash"},
  };
  for (const auto& [cause, advice] : kAdvice) {
    if (message.find(cause) != std::string_view::npos) return advice;
  }
  return "check the indentation and the quotes near this line";
}

Status CheckCharacters(std::string_view text, std::size_t line) {
  while (!text.empty()) {
    const auto next = DecodeUtf8(text);
    if (!next.valid) {
      return Error(Errc::Invalid, AtLine(line, "not valid UTF-8: save the file as UTF-8"));
    }
    const bool space = next.value == '\n' || next.value == '\r' || next.value == '\t';
    if ((next.value < 0x20 && !space) || next.value == 0x7F) {
      return Error(Errc::Invalid, AtLine(line, "contains a control character: remove it"));
    }
    if (next.value == '\n') ++line;
    text.remove_prefix(next.size_bytes);
  }
  return Ok();
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

Result<YamlNode> ParseYaml(std::string_view text, const YamlLimits& limits,
                           std::size_t first_line) {
  if (text.size() > limits.max_bytes) {
    return Error(Errc::TooLarge,
                 AtLine(first_line, "longer than " + std::to_string(limits.max_bytes >> 10) +
                                        " KiB: shorten it"));
  }
  TRY(CheckCharacters(text, first_line));
  TreeBuilder builder(limits, first_line);
  try {
    // The end marker makes the library see a quote that is never closed; at a bare end of input
    // it would quietly close it.
    std::istringstream stream(std::string(text) + "\n...\n");
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& failure) {
    const auto last_line = std::count(text.begin(), text.end(), '\n');
    const auto line = first_line + static_cast<std::size_t>(
                                       std::clamp<std::ptrdiff_t>(failure.mark.line, 0, last_line));
    if (builder.refusal()) return Error(*builder.refusal(), AtLine(line, failure.msg));
    return Error(Errc::Invalid,
                 AtLine(line, failure.msg + ": " + std::string(Advice(failure.msg))));
  }
  return builder.Take();
}

}  // namespace banyan::storage
