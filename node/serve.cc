#include "node/serve.h"

#include <sys/stat.h>

#include <csignal>

#include "node/node.h"
#include "storage/base/logging.h"

namespace banyan::node {

Status Serve(const Config& config, const std::function<void()>& wait) {
  log::SetLevel(LogLevel(config));
  std::signal(SIGPIPE, SIG_IGN);
  ::umask(0077);  // the catalog is written by SQLite, which asks for more than we want to give
  const auto node = TRY(Node::Start({SystemClock(), SystemRandom(), DiskFileSystem()}, config));
  if (node->data().is_new()) {
    log::Info("node", "event=first_start user={} token_file={}", kFirstOperator,
              node->data().TokenFile());
  }
  log::Info("node", "event=serving url={} listen={} port={} data={}", config.public_url,
            config.listen, node->port(), config.data);
  wait();
  log::Info("node", "event=stopping");
  node->Stop(config.http_stop_grace.ms);
  return Ok();
}

}  // namespace banyan::node
