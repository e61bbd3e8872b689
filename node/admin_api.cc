#include "node/admin_api.h"

#include <algorithm>

#include "node/auth.h"
#include "node/http/http_error.h"
#include "node/http/json_body.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

constexpr const char* kTaskPath = "/api/banyan/v0/admin/task";

// Makes the refusal, and says whether there is one.
bool Refused(const Request& request, Response& response) {
  if (request.caller.IsOperator()) return false;
  if (request.caller.IsAnonymous()) {
    RefuseCredentials(response);
  } else {
    Fail(response, 403, "This needs the token, with the role admin, of an operator of this node");
  }
  return true;
}

// Operators see what failed: it is their node.
void Answer(const Result<Json>& result, Response& response) {
  if (result) return response.SetJson(*result);
  Fail(response, HttpStatusOf(result.error().code()), result.error().message());
}

Result<Json> ReadArguments(Request& request) {
  const auto body = TRY(request.ReadAll(Request::kDefaultBodyLimitBytes));
  if (body.empty()) return Json(Json::object());
  auto arguments = TRY(ParseJsonBody(request, body));
  if (!arguments.is_object()) return Error(Errc::Invalid, "the arguments are no JSON object");
  return arguments;
}

}  // namespace

void AdminApi::AddRoutes(Router& router) {
  router.Add("POST", "/api/banyan/v0/admin/*operation",
             [this](Request& request, Response& response) { Run(request, response); });
  router.Add("GET", kTaskPath, [this](Request& request, Response& response) {
    if (!Refused(request, response)) Answer(task_.Look(), response);
  });
  router.Add("DELETE", kTaskPath, [this](Request& request, Response& response) {
    if (Refused(request, response)) return;
    task_.Cancel();
    Answer(task_.Look(), response);
  });
}

void AdminApi::Run(Request& request, Response& response) {
  if (Refused(request, response)) return;
  const auto& name = request.Param("operation");
  const auto arguments = ReadArguments(request);
  if (!arguments) return Fail(response, arguments.error());
  const auto operations = AdminOperations();
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const auto& operation) { return operation.name == name; });
  if (found != operations.end() && found->is_long) {
    return StartTask(*found, *arguments, request.caller.name, response);
  }
  Answer(Administer(context_, name, *arguments, request.caller.name), response);
}

void AdminApi::StartTask(const AdminOperation& operation, const Json& arguments,
                         const std::string& who, Response& response) {
  const std::string name(operation.name);
  const auto task = task_.Start(
      name, [this, name, arguments, who] { return Administer(context_, name, arguments, who); });
  if (task) response.status = 202;
  Answer(task, response);
}

}  // namespace banyan::node
