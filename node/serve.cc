#include "node/serve.h"

#include <sys/stat.h>
#include <csignal>

#include "node/node.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

// Threads that start while this lives do not take the signals, so that the one that waits does.
class BlockedSignals {
 public:
  BlockedSignals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  int Wait() const {
    int signal = 0;
    while (::sigwait(&set_, &signal) != 0) {
    }
    return signal;
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

void Announce(const Node& node, const Config& config) {
  log::Info("node", "event=serving url={} listen={} port={} data={}", config.public_url,
            config.listen, node.port(), config.data);
}

}  // namespace

Status Serve(const Config& config) {
  log::SetLevel(LogLevel(config));
  std::signal(SIGPIPE, SIG_IGN);
  ::umask(0077);  // the catalog is written by SQLite, which asks for more than we want to give
  std::unique_ptr<Node> node;
  {
    const BlockedSignals signals;
    node = TRY(Node::Start({SystemClock(), SystemRandom(), DiskFileSystem()}, config));
    if (node->data().is_new()) {
      log::Info("node", "event=first_start user={} token_file={}", kFirstOperator,
                node->data().TokenFile());
    }
    Announce(*node, config);
    log::Info("node", "event=stopping signal={}", signals.Wait());
  }
  // From here a second signal does what it does to any process. What is committed is durable, so
  // nothing more than the work of running requests is lost.
  node->Stop(config.http_stop_grace.ms);
  node.reset();
  log::Info("node", "event=stopped");
  return Ok();
}

}  // namespace banyan::node
