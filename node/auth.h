#pragma once
// From the credentials of a request to a Caller. Tokens are looked at here and nowhere
// else; none is ever logged.

#include <optional>
#include <string>

#include "node/http/http_types.h"
#include "storage/base/sqlite.h"
#include "storage/catalog/caller.h"

namespace banyan::node {

// The token of "Bearer TOKEN", or of Basic with the token as password (or as user name, without a
// password, as in https://TOKEN@host). nullopt without the header; Denied for a header of another
// form.
Result<std::optional<std::string>> TokenOf(const HeaderList& headers);

// The cookie that POST /api/v1/login gives (node/api_modelscope.cc). It counts below this path
// only, where nothing is changed, so that no page of another site can act by it.
inline constexpr std::string_view kSessionCookie = "m_session_id";
inline constexpr std::string_view kCookiePath = "/api/v1/";

// Anonymous without a token; with
// another hub's token anonymous and `foreign_token` set. Denied for a token that is not valid here.
Result<storage::Caller> AuthenticateRequest(storage::Database& database, const Request& request,
                                            std::int64_t now_ms);

// 401 as clients understand it: they do not take it for a missing repository. Git is asked for
// credentials.
void RefuseCredentials(Response& response);

}  // namespace banyan::node
