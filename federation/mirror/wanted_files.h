#pragma once
// Which files of what a card states are wanted, by the operator's selection.

#include "federation/content_selection.h"
#include "federation/mirror/git_rebuild.h"

namespace banyan::federation {

// The manifests whose files are wanted: of refs, or of all revisions under them, which `objects`
// must have when only some refs are. Corrupt when a commit or tag cannot be read.
Result<std::set<Sha256>> SelectManifests(storage::GitObjects& objects, const StatedHistory& stated,
                                         const ContentSelection& selection);

// The blobs of these manifests that are wanted, each once; also the card of the default branch
// (README.md) and the licence's text, without which nobody could say what is here. None when the
// files are not for everybody. `known` are blobs that were stated before. Errors: AddBlob's.
Result<GitRebuild::Blobs> ListWanted(storage::NodeStore& nodes, const Card& card,
                                     const std::set<Sha256>& manifests,
                                     const ContentSelection& selection,
                                     const GitRebuild::Blobs& known);

}  // namespace banyan::federation
