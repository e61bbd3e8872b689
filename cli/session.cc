#include "cli/session.h"

#include "cli/login_file.h"

namespace banyan::cli {

Result<ApiClient*> Session::Node() {
  if (client_ == nullptr) {
    const auto credentials =
        TRY(FindCredentials(environment_, {options().Node(), options().token}));
    client_ = Connect(credentials);
  }
  return client_.get();
}

std::unique_ptr<ApiClient> Session::Connect(const Credentials& who,
                                            std::uint64_t rate_limit_bytes_per_s) {
  ApiOptions api;
  api.node = who.node;
  api.http.token = who.token;
  api.http.ca_file = options().ca_file.empty() ? who.ca_file : options().ca_file;
  api.http.bypass_proxy = who.node.IsLoopback();
  api.rate_limit_bytes_per_s = rate_limit_bytes_per_s;
  api.on_retry = [this](const std::string& remark) { output_.Note(remark); };
  return std::make_unique<ApiClient>(environment_, std::move(api));
}

}  // namespace banyan::cli
