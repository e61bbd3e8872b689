#pragma once
// From the Authorization header of a request to a Caller. Tokens are looked at here and nowhere
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

// Anonymous without a token; with another hub's token anonymous and `foreign_token` set. Denied
// for a token that is not valid here.
Result<storage::Caller> AuthenticateRequest(storage::Database& database, const HeaderList& headers,
                                            std::int64_t now_ms);

// 401 as clients understand it: they do not take it for a missing repository. Git is asked for
// credentials.
void RefuseCredentials(Response& response);

}  // namespace banyan::node
