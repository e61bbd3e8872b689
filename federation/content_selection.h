#pragma once
// Which files of a mirrored repository are wanted (PROTOCOL.md section 10). Its commits, trees and
// refs are always complete; a file that is not wanted is known by its manifest entry alone. A
// value; with pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan::federation {

// By default every file of the newest revision of every branch and tag.
struct ContentSelection {
  enum class History { Heads, All };
  enum class Others { Refused, OnDemand };

  std::vector<std::string>
      files;                      // globs over paths; none: all, or none when others come on demand
  std::vector<std::string> refs;  // globs over names of branches and tags; none: all
  History history = History::Heads;
  Others others = Others::Refused;  // files that are not wanted at once

  bool WantsFile(const std::string& path) const;
  // By its full name, "refs/heads/main".
  bool WantsRef(std::string_view ref) const;
  // Of each revision whose files are wanted at all, all are.
  bool WantsEveryFile() const { return files.empty() && others == Others::Refused; }

  // One text for one selection, empty for the default, and back. Invalid for any other text.
  std::string ToString() const;
  static Result<ContentSelection> Parse(std::string_view text);
  bool operator==(const ContentSelection&) const = default;
};

}  // namespace banyan::federation
