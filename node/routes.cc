#include "node/routes.h"

namespace banyan::node {

Router MakeRoutes(Hub& hub) {
  using AddRoutes = void (*)(Router&, Hub&);
  constexpr AddRoutes kSubjects[] = {
      AddRepositoryRoutes, AddListRoutes,     AddTreeRoutes,      AddRefRoutes,
      AddCommitLogRoutes,  AddFileRoutes,     AddAccountRoutes,   AddCourtesyRoutes,
      AddInfoRoutes,       AddRegisterRoutes, AddGatedRoutes,     AddManageRoutes,
      AddStandingRoutes,   AddBranchRoutes,   AddPreuploadRoutes, AddLfsRoutes,
      AddLfsObjectRoutes,  AddCommitRoutes,   AddOciRoutes,       AddModelScopeRoutes,
      AddLfsFileRoutes,    AddXetTokenRoutes, AddSpaceRoutes,
  };
  Router router;
  for (const auto add : kSubjects) add(router, hub);
  return router;
}

}  // namespace banyan::node
