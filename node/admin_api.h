#pragma once
// The operations of node/admin.h over HTTP, for operators with an Admin token only.
//
//   POST   /api/banyan/v0/admin/{operation}   arguments as JSON; answers the result, or for what
//                                             takes long 202 and the task that was started
//   GET    /api/banyan/v0/admin/task          the last task (node/background_task.h)
//   DELETE /api/banyan/v0/admin/task          asks it to end early

#include "node/admin.h"
#include "node/background_task.h"
#include "node/http/router.h"

namespace banyan::node {

class AdminApi {
 public:
  struct Parts {
    Clock& clock;
    Random& random;
    FileSystem& fs;
    storage::LocalContentStore& content;
    std::string directory;  // the data directory
    Follower& follower;
    Bringer& bringer;
    WantDesk& desk;
    OwnLog& own_log;
    const Config& config;
    FileSystem* shared_fs = nullptr;  // as in AdminContext
  };
  explicit AdminApi(const Parts& parts)
      : task_(parts.clock), context_{parts.clock,     parts.random,    parts.fs,
                                     parts.content,   parts.directory, task_.cancelled(),
                                     &parts.follower, &parts.bringer,  &parts.desk,
                                     &parts.own_log,  &parts.config,   parts.shared_fs} {}

  // Ends the task, which uses the rest.
  ~AdminApi() { task_.Stop(); }
  AdminApi(const AdminApi&) = delete;
  AdminApi& operator=(const AdminApi&) = delete;

  // Lives as long as the router. Thread safe.
  void AddRoutes(Router& router);

 private:
  void Run(Request& request, Response& response);
  void StartTask(const AdminOperation& operation, const Json& arguments, const std::string& who,
                 Response& response);

  BackgroundTask task_;
  const AdminContext context_;
};

}  // namespace banyan::node
