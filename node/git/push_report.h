#pragma once
// What git receive-pack answers to a push (gitprotocol-pack, "Report Status"), held back until the
// catalog has taken the push: a refusal of the catalog's turns its "ok" lines into "ng". Pure
// functions, safe for concurrent use.

#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan::node {

// The lines of a report: "unpack ok", "ok refs/heads/main", "ng refs/heads/main reason", ...
struct PushReport {
  std::vector<std::string> lines;  // without line ends; none: the client asked for no report
  std::string remarks;             // packets that carry words for the user, as they came
  bool has_bands = false;          // it came inside of side-band packets

  // Reads all that receive-pack wrote. Invalid when that is malformed.
  static Result<PushReport> Parse(std::string_view text);
  // In the form it came in.
  std::string ToString() const;

  // Words for the user, where the client shows some.
  void Tell(std::string_view text);
  // Every ref that was fine is refused, for a reason of one line.
  void RefuseAll(std::string_view reason);
  // The reason that git gives for a ref that is elsewhere than the client saw becomes the one that
  // tells what to do.
  void ExplainMoved();
};

}  // namespace banyan::node
