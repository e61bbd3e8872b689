#pragma once
// A safe subset of YAML, read into a tree that remembers lines. The subset is what cards need and
// no more: one document; texts, lists and maps; no tags (`!!python/...`); a bounded number of
// anchors and aliases, whose expansion is bounded before it is built; text keys, none twice;
// bounded size and depth; valid UTF-8 without control characters.
//
// Nothing is retyped here: a plain `no` or `1.10` keeps its own spelling in YamlNode::text, and
// only ToOrderedJson reads plain texts as numbers and booleans. Pure functions, safe for
// concurrent use. yaml-cpp and its exceptions stay inside yaml_tree.cc.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/base/result.h"

namespace banyan::storage {

// JSON that keeps the order of keys. Assign one to a banyan::Json to have them sorted.
using OrderedJson = nlohmann::ordered_json;

struct YamlMember;

struct YamlNode {
  enum class Kind { Null, Text, List, Map };
  Kind kind = Kind::Null;
  bool plain = false;               // Text without quotes: may mean a number or a boolean
  std::string text;                 // Text: as written, escapes resolved
  std::size_t line = 1;             // where it starts, 1-based
  std::vector<YamlNode> items;      // List
  std::vector<YamlMember> members;  // Map, in the order written

  // The member of a Map, or nullptr.
  const YamlNode* Find(std::string_view key) const;
};

struct YamlMember {
  std::string key;
  YamlNode value;
};

struct YamlLimits {
  std::size_t max_bytes = 256u << 10;
  std::size_t max_depth = 32;                    // lists and maps inside each other
  std::size_t max_nodes = 65536;                 // after aliases are expanded
  std::size_t max_expanded_bytes = 1024u << 10;  // of text, after aliases are expanded
  std::size_t max_aliases = 16;                  // anchors and aliases together
};

// Empty text gives Null. `first_line` is the number of the text's first line in the file, for
// messages. Fails with Invalid, or TooLarge past a limit; the message starts with "line N: " and
// says what to do about it.
Result<YamlNode> ParseYaml(std::string_view text, const YamlLimits& limits = {},
                           std::size_t first_line = 1);

// Plain texts become true/false, integers that fit 64 bits or finite decimal numbers; everything
// else stays a string, so also `yes`, `no`, `on`, `off`, dates, `007`, `.inf` and integers that do
// not fit. (`null`, `~` and nothing are Null already.)
OrderedJson ToOrderedJson(const YamlNode& node);

}  // namespace banyan::storage
