#include "node/config_keys.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace banyan::node {
namespace {

constexpr auto kKeys = std::to_array<ConfigKey>({
    {"data", &Config::data,
     "Directory that holds everything the node knows. Made at the first start. Required."},
    {"listen", &Config::listen, "Address and port to serve on, as host:port or [v6]:port."},
    {"public_url", &Config::public_url,
     "What clients call this node, such as https://hub.example.org. Every link that the node gives "
     "out begins with it. Empty: with the host that the client asked for. Set it behind a proxy."},

    {"tls.certificate", &Config::tls_certificate,
     "PEM file with the certificate chain. Together with tls.key makes the node speak TLS."},
    {"tls.key", &Config::tls_key,
     "PEM file with the private key. Must be readable by the node's user only."},

    {"http.trusted_proxies", &Config::http_trusted_proxies,
     "Addresses and networks (CIDR) of reverse proxies whose X-Forwarded-For and "
     "X-Forwarded-Proto are believed. Nobody else's are."},
    {"http.max_connections", &Config::http_max_connections,
     "Connections open at once; more are answered 503."},
    {"http.header_timeout", &Config::http_header_timeout,
     "Time from the first to the last byte of a request's head, and for a TLS handshake."},
    {"http.idle_timeout", &Config::http_idle_timeout,
     "How long a connection may wait between two requests."},
    {"http.transfer_window", &Config::http_transfer_window,
     "Over how long http.min_rate is measured."},
    {"http.min_rate", &Config::http_min_rate,
     "A body that moves fewer bytes a second than this, over a whole window, is cut off."},
    {"http.stop_grace", &Config::http_stop_grace,
     "How long running requests may go on when the node is told to stop."},
    {"http.body_memory", &Config::http_body_memory,
     "Memory that the bodies of requests may take together, such as commits and batches of chunks: "
     "one client's at most two fifths of it, those of strangers half. More wait, and after a while "
     "are answered 503; 0: no limit."},

    {"access.anonymous", &Config::access_anonymous,
     "Whether public repositories can be read without signing in."},
    {"access.registration", &Config::access_registration,
     "Whether anybody may make an account. If not, only the operator makes them."},

    {"rate.window", &Config::rate_window, "Over how long the rates below are counted."},
    {"rate.anonymous", &Config::rate_anonymous,
     "Requests in one window from one address that is not signed in; 0: any number."},
    {"rate.user", &Config::rate_user, "Requests in one window from one user; 0: any number."},

    {"storage.min_free", &Config::storage_min_free,
     "Uploads are refused when the disk has less than this free, and the node reports itself "
     "unhealthy."},
    {"storage.collect_every", &Config::storage_collect_every,
     "How often content that nothing refers to any more is collected, and unused uploads expire; "
     "0: never."},
    {"storage.scrub_rate", &Config::storage_scrub_rate,
     "How many bytes a second the node re-reads by itself of what it stores, to find damage while "
     "other nodes still have the content; 0: none."},
    {"storage.scrub_every", &Config::storage_scrub_every,
     "How long after the beginning of one such reading of everything the next one begins, once it "
     "is through; 0: never."},
    {"quota.default", &Config::quota_default,
     "How much a namespace without a quota of its own may hold; 0: no limit."},

    {"upload.max_file", &Config::upload_max_file, "The largest file that is taken; 0: no limit."},
    {"upload.max_commit", &Config::upload_max_commit,
     "The largest body of a commit; files inside it are a third smaller."},
    {"upload.multipart_from", &Config::upload_multipart_from,
     "Files from this size on are uploaded in parts, where the client can; 0: never."},
    {"upload.part", &Config::upload_part, "The size of one part."},
    {"upload.link_lifetime", &Config::upload_link_lifetime,
     "How long a signed link to upload or download a file is good for."},
    {"transfer.batch", &Config::transfer_batch,
     "How much a client may send in one batch of chunks."},

    {"xet.enabled", &Config::xet_enabled,
     "Whether clients of Xet (hf_xet and others) may move large files chunk by chunk. Without it "
     "they use plain HTTP and LFS; huggingface_hub from 1.20 on needs HF_HUB_DISABLE_XET=1 then."},

    {"git.enabled", &Config::git_enabled,
     "Whether git can clone, fetch and push. It needs the program git on this machine."},
    {"git.program", &Config::git_program, "That program: its path, or its name in PATH."},
    {"git.cache", &Config::git_cache,
     "How much the copies of repositories that git reads may take in the data directory; those "
     "not used for longest are removed, and made again when they are wanted."},
    {"git.max_push", &Config::git_max_push, "The most that one push may send; 0: no limit."},
    {"git.memory", &Config::git_memory,
     "Address space that each process of git may take; 0: no limit."},
    {"git.time", &Config::git_time,
     "How long a process of git may compute, or be silent, before it is ended; 0: no limit."},
    {"git.processes", &Config::git_processes,
     "Fetches and pushes that git works on at once, of one user or address at most as many as are "
     "left for others; more wait, and after a while are answered 503."},

    {"federation.fence", &Config::federation_fence,
     "A file outside the data directory, best on another disk, that keeps the last signed state of "
     "the node's log, so that a data directory that was put back signs no second history. Make it "
     "once, empty: where it is missing nothing is signed."},
    {"federation.policy", &Config::federation_policy,
     "File that says how this node answers takedowns; read again when it changes. Empty: "
     "policy.toml in the data directory. Without it the defaults hold."},
    {"federation.neighbours", &Config::federation_neighbours,
     "Whether nodes of the local network are told of this one, and it looks for them, by mDNS "
     "through this machine's avahi-daemon. Whom it asks is said by peers in the policy."},

    {"metrics.clients", &Config::metrics_clients,
     "Addresses and networks that may read /metrics without a token; an operator's token may "
     "always."},
    {"log.level", &Config::log_level, "What is logged: debug, info, warning or error."},
    {"log.access", &Config::log_access, "Whether every request gets a line in the log."},
});

// Levenshtein distance, for texts of a few dozen characters.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::span<const ConfigKey> ConfigKeys() { return kKeys; }

const ConfigKey* FindConfigKey(std::string_view name) {
  const auto found = std::find_if(kKeys.begin(), kKeys.end(),
                                  [&](const ConfigKey& key) { return key.name == name; });
  return found == kKeys.end() ? nullptr : &*found;
}

std::string FlagName(std::string_view key_name) {
  std::string flag(key_name);
  std::replace_if(
      flag.begin(), flag.end(), [](char c) { return c == '.' || c == '_'; }, '-');
  return flag;
}

std::string_view NearestName(std::string_view name, std::span<const std::string> candidates) {
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    // A right word in the wrong table is near, too.
    const auto dot = candidate.rfind('.');
    const bool same_word = dot != candidate.npos && candidate.substr(dot + 1) == name;
    const auto distance = same_word ? 1 : EditDistance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace banyan::node
