#pragma once
// The parts of an example that vary. `<name>` stands for a value: where an answer shows it first it
// is learnt, and from then on it stands for that. The word after the last "-" says what it looks
// like:
//   commit, oid                    40 hex digits
//   sha256, manifest, repository   64 hex digits
//   date                           2026-11-24T10:00:00.000Z, another one each time
//   number                         digits, another one each time
//   any other                      text without spaces, quotes and angle brackets
// `...` stands for anything.

#include <map>
#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace banyan::node {

class Placeholders {
 public:
  void Set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }
  // Every name replaced by its value; Invalid when one is not known yet.
  Result<std::string> Fill(std::string_view text) const;
  // Whether `text` has the form of `pattern`; learns new names when it does.
  bool Match(std::string_view pattern, std::string_view text);

 private:
  bool MatchFrom(std::string_view pattern, std::string_view text);

  std::map<std::string, std::string, std::less<>> values_;
};

// The name when `text` begins with `<name>`, else empty.
std::string_view PlaceholderAt(std::string_view text);

}  // namespace banyan::node
