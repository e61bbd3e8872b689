#include "tests/node/test_node.h"

#include "node/data_directory.h"
#include "storage/base/random.h"
#include "storage/catalog/tokens.h"

namespace banyan::node {

Json Reply::Parsed() const {
  INFO(status << " " << body);
  return MUST(ParseJson(body));
}

TestNode::TestNode(const std::function<void(Config&)>& change) {
  config_.data = directory_.Join("data");
  config_.listen = "127.0.0.1:0";
  config_.public_url = kPublicUrl;
  config_.storage_min_free = {0};
  config_.storage_scrub_rate = {0};  // it would read whenever a test moves the clock
  config_.log_access = false;
  if (change) change(config_);
  Start();
  if (!node_->data().is_new()) return;  // on data that `change` named
  const auto token = MUST(ReadFile(DiskFileSystem(), config_.data + "/admin.token", 100));
  operator_token_ = std::string(AsText(token));
  operator_token_.pop_back();
}

void TestNode::Start() {
  node_ = MUST(Node::Start({clock_, SystemRandom(), DiskFileSystem()}, config_));
}

void TestNode::Restart() {
  node_.reset();
  Start();
}

Reply TestNode::Send(const Ask& ask) const {
  RawClient client(node_->port(), false);
  std::string head = ask.method + " " + ask.target + " HTTP/1.1\r\nHost: hub.test\r\n";
  if (!ask.token.empty()) head += "Authorization: Bearer " + ask.token + "\r\n";
  for (const auto& [name, value] : ask.headers) head += name + ": " + value + "\r\n";
  if (!ask.body.empty() || ask.method == "POST" || ask.method == "PUT") {
    head += "Content-Length: " + std::to_string(ask.body.size()) + "\r\n";
  }
  client.Send(head + "\r\n" + ask.body);
  auto answer = client.Read(ask.method == "HEAD");
  return {answer.status, std::move(answer.headers), std::move(answer.body)};
}

Reply TestNode::Post(const std::string& target, const std::string& token, const Json& body) const {
  return Send({"POST", target, token, {{"Content-Type", "application/json"}}, DumpJson(body)});
}

Reply TestNode::Follow(const std::string& method, const std::string& link, std::string body) const {
  INFO(link);
  const std::string_view base = config_.public_url.empty() ? kHostUrl : kPublicUrl;
  REQUIRE(link.starts_with(base));
  return Send({method, link.substr(base.size()), "", {}, std::move(body)});
}

std::string TestNode::NewUser(const std::string& name, storage::Role role) {
  std::string text;
  MUST(node_->data().database().Write([&](storage::Connection& connection) -> Status {
    const auto user = TRY(storage::CreateUser(connection, {name, "", false}, 1));
    text = TRY(storage::CreateToken(connection, SystemRandom(), {user.row, "t", role, {}}, 1)).text;
    return Ok();
  }));
  return text;
}

void TestNode::Create(const std::string& token, const std::string& name, const Json& more) {
  Json body = {{"name", name}};
  if (more.is_object()) body.update(more);
  const auto reply = Post("/api/repos/create", token, body);
  INFO(reply.body);
  REQUIRE(reply.status == 200);
}

std::string CommitBody(const std::string& summary, const Json& operations) {
  std::string body =
      DumpJson({{"key", "header"}, {"value", {{"summary", summary}, {"description", ""}}}});
  for (const auto& operation : operations) body += "\n" + DumpJson(operation);
  return body;
}

std::string TestNode::Commit(const std::string& token, const std::string& id, const Json& files,
                             const std::string& summary) {
  Json operations = Json::array();
  for (const auto& [path, content] : files.items()) {
    operations.push_back({{"key", "file"},
                          {"value",
                           {{"path", path},
                            {"content", ToBase64(AsBytes(content.get<std::string>()))},
                            {"encoding", "base64"}}}});
  }
  const auto reply = Send(
      {"POST", "/api/models/" + id + "/commit/main", token, {}, CommitBody(summary, operations)});
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  return reply.Parsed()["commitOid"];
}

std::string TestNode::CommitLfs(const std::string& token, const std::string& id,
                                const std::string& path, const std::string& content) {
  const std::string oid = HashSha256(AsBytes(content)).ToString();
  const auto batch = Post("/" + id + ".git/info/lfs/objects/batch", token,
                          {{"operation", "upload"},
                           {"transfers", {"basic"}},
                           {"objects", {{{"oid", oid}, {"size", content.size()}}}}});
  INFO(batch.body);
  REQUIRE(batch.status == 200);
  const auto object = batch.Parsed()["objects"][0];
  if (object.contains("actions")) {
    const auto put = Follow("PUT", object["actions"]["upload"]["href"], content);
    INFO(put.body);
    REQUIRE(put.status == 200);
  }
  const Json operations = {
      {{"key", "lfsFile"}, {"value", {{"path", path}, {"algo", "sha256"}, {"oid", oid}}}}};
  const auto reply = Send({"POST",
                           "/api/models/" + id + "/commit/main",
                           token,
                           {},
                           CommitBody("add " + path, operations)});
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  return reply.Parsed()["commitOid"];
}

}  // namespace banyan::node
