#pragma once
// What an operator may set: one struct, read once at start and never changed. Values come from
// the defaults below, then a TOML file, then flags. What each key means stands in
// node/config_keys.cc, from which the example file node/banyan.example.toml is made. No key holds
// a secret: they name files, and those must be private to the node's user.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/units.h"
#include "storage/base/file_system.h"
#include "storage/base/json_fwd.h"
#include "storage/base/logging.h"

namespace banyan::node {

struct Config {
  std::string data;
  std::string listen = "127.0.0.1:8440";
  std::string public_url;  // after LoadConfig without a slash at its end; empty: node/links.h

  std::string tls_certificate;
  std::string tls_key;

  std::vector<std::string> http_trusted_proxies;
  std::int64_t http_max_connections = 4000;
  Duration http_header_timeout{10'000};
  Duration http_idle_timeout{75'000};
  Duration http_transfer_window{60'000};
  ByteSize http_min_rate{2048};
  Duration http_stop_grace{30'000};
  ByteSize http_body_memory{160u << 20};

  bool access_anonymous = true;
  bool access_registration = false;

  Duration rate_window{300'000};
  std::int64_t rate_anonymous = 20'000;
  std::int64_t rate_user = 100'000;

  ByteSize storage_min_free{1u << 30};
  Duration storage_collect_every{24 * 3'600'000};
  ByteSize storage_scrub_rate{1u << 20};
  Duration storage_scrub_every{7 * 24 * 3'600'000};
  ByteSize quota_default{0};

  ByteSize upload_max_file{0};
  ByteSize upload_max_commit{256u << 20};
  ByteSize upload_multipart_from{5ull << 30};
  ByteSize upload_part{128u << 20};
  Duration upload_link_lifetime{6 * 3'600'000};
  ByteSize transfer_batch{16u << 20};

  bool xet_enabled = true;

  bool git_enabled = true;
  std::string git_program = "git";
  ByteSize git_cache{10ull << 30};
  ByteSize git_max_push{2ull << 30};
  ByteSize git_memory{2ull << 30};
  Duration git_time{3'600'000};
  std::int64_t git_processes = 16;

  std::string federation_fence;
  std::string federation_policy;
  bool federation_neighbours = false;

  std::vector<std::string> metrics_clients{"127.0.0.1", "::1"};
  std::string log_level = "info";
  bool log_access = true;

  bool operator==(const Config&) const = default;
  bool UsesTls() const { return !tls_certificate.empty(); }
};

// One key, for help texts: `name` as in the file ("tls.key"), `flag` as in "--tls-key VALUE".
struct ConfigKeyText {
  std::string name;
  std::string flag;
  std::string about;
  std::string default_value;  // in TOML
};
std::vector<ConfigKeyText> ListConfigKeys();

struct ConfigSources {
  std::string file;  // empty: none
  // Flags in order, as {"tls-key", "FILE"}; lists are comma separated. The last one wins.
  std::vector<std::pair<std::string, std::string>> flags;
};
// Invalid, naming the file and line or the flag, for a key that does not exist (with the nearest
// that does), a value of the wrong type or range, and values that contradict each other.
Result<Config> LoadConfig(FileSystem& fs, const ConfigSources& sources);

// For --print-config: a file that LoadConfig reads back to the same values.
std::string PrintConfig(const Config& config);
// The same for a program: {"data": "...", "http": {"header_timeout": "10s", ...}, ...}.
Json ConfigJson(const Config& config);
// The commented example: every key with its meaning and its default, commented out.
std::string ExampleConfig();

// Of a checked configuration.
log::Level LogLevel(const Config& config);

}  // namespace banyan::node
