#include "node/serve.h"

#include <malloc.h>
#include <sys/stat.h>

#include "node/data_directory.h"
#include "node/http/host_port.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr const char* kAddressName = "/address";
// Larger blocks go back to the system when they are freed. Left to itself the limit grows with the
// blocks that were freed before, and each of many threads keeps tens of megabytes for later.
constexpr int kGivenBackBytes = 1 << 20;

}  // namespace

std::string LocalUrl(const Config& config, std::uint16_t port) {
  if (config.UsesTls() && !config.public_url.empty()) return config.public_url;
  const auto listen = ParseHostPort(config.listen);
  ENSURE(listen.has_value());
  auto host = listen->host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return (config.UsesTls() ? "https://" : "http://") + host + ":" + std::to_string(port);
}

Status Serve(const Node::Seams& seams, const Config& config, const ServeHooks& hooks) {
  log::SetLevel(LogLevel(config));
  ::mallopt(M_MMAP_THRESHOLD, kGivenBackBytes);
  ::umask(0077);  // the catalog is written by SQLite, which asks for more than we want to give
  auto node = TRY(Node::Start(seams, config));
  const auto local_url = LocalUrl(config, node->port());
  TRY(WriteFileDurably(seams.fs, config.data + kAddressName, AsBytes(local_url + "\n")));
  if (seams.fs.Stat(node->data().TokenFile())) {  // the operator has not put it elsewhere yet
    log::Info("node", "event=operator_token user={} token_file={}", kFirstOperator,
              node->data().TokenFile());
  }
  log::Info("node", "event=serving url={} listen={} port={} data={}",
            config.public_url.empty() ? local_url : config.public_url, config.listen, node->port(),
            config.data);
  hooks.started(*node, local_url);
  hooks.wait_for_stop();
  log::Info("node", "event=stopping");
  node->Stop(config.http_stop_grace.ms);
  const auto removed = seams.fs.Remove(config.data + kAddressName);
  if (!removed) log::Warning("node", "event=address_left error=\"{}\"", removed.error().message());
  node.reset();
  log::Info("node", "event=stopped");
  return Ok();
}

}  // namespace banyan::node
