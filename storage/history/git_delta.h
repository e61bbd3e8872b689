#pragma once
// Deltas as git packs have them: instructions that copy parts of one object, or insert new bytes,
// to make another. Only what two versions of a tree or of a text share piece by piece is found.
// Pure functions, safe for concurrent use.

#include <optional>
#include <vector>

#include "storage/base/bytes.h"

namespace banyan::storage {

// Pieces that lie one after another in one buffer: the entries of a tree object (all of it as one
// when it is malformed), or the lines of a text.
std::vector<ByteView> TreePieces(ByteView tree);
std::vector<ByteView> LinePieces(ByteView text);

// nullopt when it would not be less than half of the object.
std::optional<Bytes> MakeGitDelta(const std::vector<ByteView>& before,
                                  const std::vector<ByteView>& after);

}  // namespace banyan::storage
