#pragma once
// The Hub API's routes that change something: repositories, refs, commits and uploads. What they
// ask and answer is in node/API.md; who may is decided by storage/authorisation.h, and what a
// caller may not see is answered like what does not exist. `hub` outlives the router.
//
// How a file gets in
//   preupload   tells a client which files go which way
//   LFS batch   gives signed links for what the repository lacks ─▶ PUT: hashed while it arrives,
//               recorded only when size and SHA-256 are as announced
//   commit      small files inline, uploaded ones by SHA-256; one transaction

namespace banyan::node {

struct Hub;
class Router;

// POST /api/repos/{create,move}, DELETE /api/repos/delete, PUT /api/{t}/{id}/settings.
void AddManagementRoutes(Router& router, Hub& hub);
// POST and DELETE of branches and tags, POST super-squash.
void AddRefChangeRoutes(Router& router, Hub& hub);
// POST /api/validate-yaml, POST /api/{t}/{id}/preupload/{rev}.
void AddPreuploadRoutes(Router& router, Hub& hub);
// POST /api/{t}/{id}/commit/{rev}.
void AddCommitRoutes(Router& router, Hub& hub);
// {id}.git/info/lfs/...: batch, verify, locks.
void AddLfsRoutes(Router& router, Hub& hub);
// The signed links that a batch gives: PUT and GET of objects, parts, completion.
void AddLfsObjectRoutes(Router& router, Hub& hub);

}  // namespace banyan::node
