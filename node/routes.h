#pragma once
// All routes of a node. Each file node/api_*.cc adds those of one subject; `hub` outlives the
// router. A new subject is declared here and named in the table of node/routes.cc.

#include "node/http/router.h"
#include "node/hub.h"

namespace banyan::node {

Router MakeRoutes(Hub& hub);

// Reading.
void AddRepositoryRoutes(Router& router, Hub& hub);  // api_repository.cc: info
void AddListRoutes(Router& router, Hub& hub);        // api_list.cc: lists and search
void AddTreeRoutes(Router& router, Hub& hub);        // api_tree.cc: tree, paths-info
void AddXetTokenRoutes(Router& router, Hub& hub);    // api_xet.cc: tokens for its chunk store
void AddLfsFileRoutes(Router& router, Hub& hub);     // api_lfs_files.cc: lists and copies them
void AddRefRoutes(Router& router, Hub& hub);         // api_refs.cc: refs
void AddCommitLogRoutes(Router& router, Hub& hub);   // api_commits.cc: commits
void AddFileRoutes(Router& router, Hub& hub);        // api_file.cc: resolve, raw
void AddOciRoutes(Router& router, Hub& hub);         // api_oci.cc: GGUF models as ollama pulls them
void AddModelScopeRoutes(Router& router, Hub& hub);  // api_modelscope.cc: reading, as its SDK does
void AddAccountRoutes(Router& router, Hub& hub);     // api_account.cc: whoami, auth-check
void AddCourtesyRoutes(Router& router, Hub& hub);    // api_courtesy.cc: what clients ask in passing
void AddSpaceRoutes(Router& router, Hub& hub);       // api_spaces.cc: there are none

void AddInfoRoutes(Router& router, Hub& hub);  // api_info.cc: about this node

// Writing.
void AddRegisterRoutes(Router& router, Hub& hub);   // api_register.cc: new accounts
void AddGatedRoutes(Router& router, Hub& hub);      // api_gated.cc: consent to read files
void AddManageRoutes(Router& router, Hub& hub);     // api_manage.cc: create, delete, move, settings
void AddStandingRoutes(Router& router, Hub& hub);   // api_standing.cc: takedown, receipts
void AddBranchRoutes(Router& router, Hub& hub);     // api_branches.cc: branch, tag, super-squash
void AddPreuploadRoutes(Router& router, Hub& hub);  // api_preupload.cc
void AddLfsRoutes(Router& router, Hub& hub);        // api_lfs.cc: batch, verify
void AddLfsObjectRoutes(Router& router, Hub& hub);  // api_lfs_objects.cc: what batches link to
void AddCommitRoutes(Router& router, Hub& hub);     // api_commit.cc

}  // namespace banyan::node
