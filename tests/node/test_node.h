#pragma once
// A whole node on a free port of the loopback, with its data in a temporary directory, and a
// client that asks it as hub clients do.

#include <functional>
#include <memory>
#include <string>

#include "node/node.h"
#include "storage/base/json.h"
#include "storage/catalog/accounts.h"
#include "tests/node/raw_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

namespace banyan::node {

struct Ask {
  std::string method = "GET";
  std::string target;
  std::string token;  // empty: none
  std::vector<HeaderList::Field> headers;
  std::string body;
};

struct Reply {
  int status = 0;
  HeaderList headers;
  std::string body;
  std::string Header(std::string_view name) const {
    return std::string(headers.Find(name).value_or("(none)"));
  }
  // The end of the test case when the body is not JSON.
  Json Parsed() const;
};

class TestNode {
 public:
  // Where its links point; also the base of every link it gives out.
  static constexpr std::string_view kPublicUrl = "http://hub.test/prefix";
  static constexpr std::string_view kHostUrl = "http://hub.test";  // as it is asked, without one

  explicit TestNode(const std::function<void(Config&)>& change = nullptr);

  Reply Send(const Ask& ask) const;
  Reply Get(const std::string& target, const std::string& token = "") const {
    return Send({"GET", target, token, {}, {}});
  }
  Reply Head(const std::string& target, const std::string& token = "") const {
    return Send({"HEAD", target, token, {}, {}});
  }
  Reply Post(const std::string& target, const std::string& token, const Json& body) const;
  // Sends to a link that the node gave out, without a token.
  Reply Follow(const std::string& method, const std::string& link, std::string body = "") const;

  // A user and its token.
  std::string NewUser(const std::string& name, storage::Role role = storage::Role::Write);
  const std::string& operator_token() const { return operator_token_; }
  Node& node() { return *node_; }
  const std::string& directory() const { return config_.data; }
  FakeClock& clock() { return clock_; }
  // Stops it and starts it again on the same data.
  void Restart();

  // Makes a model repository of the token's user, checks that it worked.
  void Create(const std::string& token, const std::string& name, const Json& more = {});
  // One commit of regular files {path: content} to main; its id.
  std::string Commit(const std::string& token, const std::string& id, const Json& files,
                     const std::string& summary = "change");
  // Uploads through LFS and commits; its id.
  std::string CommitLfs(const std::string& token, const std::string& id, const std::string& path,
                        const std::string& content);

 private:
  void Start();

  TempDirectory directory_;
  FakeClock clock_;
  Config config_;
  std::unique_ptr<Node> node_;
  std::string operator_token_;
};

// A commit body: the header and these operations {"key": ..., "value": ...}.
std::string CommitBody(const std::string& summary, const Json& operations);

}  // namespace banyan::node
