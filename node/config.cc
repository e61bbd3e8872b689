#include "node/config.h"

#include "node/config_keys.h"
#include "node/http/host_port.h"
#include "node/http/network.h"
#include "node/http/uri.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

constexpr std::uint64_t kMaxConfigBytes = 1u << 20;

Error Bad(std::string_view key, const std::string& what) {
  return Error(Errc::Invalid, std::string(key) + ": " + what);
}

// "https://host[:port][/prefix]": what may stand before every path that the node gives out.
Status CheckPublicUrl(const std::string& url) {
  if (url.empty()) return Ok();
  const bool known = url.starts_with("http://") || url.starts_with("https://");
  const auto authority = url.substr(std::min(url.size(), url.find("//") + 2));
  const bool plain = authority.find_first_of("?#@ \"<>\\") == authority.npos;
  if (known && plain && !authority.empty() && authority.front() != '/') return Ok();
  return Bad("public_url", "expected http://host or https://host, optionally with a path");
}

Status CheckNetworks(std::string_view key, const std::vector<std::string>& list) {
  const auto networks = ParseNetworks(list);
  return networks ? Ok() : Status(Bad(key, networks.error().message()));
}

Status CheckLogLevel(const std::string& level) {
  for (const char* known : {"debug", "info", "warning", "error"}) {
    if (level == known) return Ok();
  }
  return Bad("log.level", "expected debug, info, warning or error");
}

Status CheckLimits(const Config& config) {
  if (config.http_max_connections == 0) return Bad("http.max_connections", "must be above 0");
  if (config.git_processes == 0) return Bad("git.processes", "must be above 0");
  if (config.http_header_timeout.ms == 0) return Bad("http.header_timeout", "must be above 0");
  if (config.http_idle_timeout.ms == 0) return Bad("http.idle_timeout", "must be above 0");
  if (config.http_transfer_window.ms == 0) return Bad("http.transfer_window", "must be above 0");
  if (config.rate_window.ms < 1000) return Bad("rate.window", "must be at least 1s");
  if (config.upload_part.bytes < 5u << 20) return Bad("upload.part", "must be at least 5 MiB");
  if (config.upload_link_lifetime.ms < 60'000) {
    return Bad("upload.link_lifetime", "must be at least 1m");
  }
  if (config.transfer_batch.bytes < 1u << 20 || config.transfer_batch.bytes > 256u << 20) {
    return Bad("transfer.batch", "must be from 1 MiB to 256 MiB");
  }
  return Ok();
}

Status Check(Config& config) {
  if (config.data.empty()) {
    return Bad("data", "name the directory where the node keeps everything (--data DIR)");
  }
  const auto listen = ParseHostPort(config.listen);
  if (!listen) return Bad("listen", listen.error().message());
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    return Bad("tls", "tls.certificate and tls.key are set together or not at all");
  }
  while (config.public_url.ends_with('/')) config.public_url.pop_back();
  TRY(CheckPublicUrl(config.public_url));
  TRY(CheckNetworks("http.trusted_proxies", config.http_trusted_proxies));
  TRY(CheckNetworks("metrics.clients", config.metrics_clients));
  TRY(CheckLogLevel(config.log_level));
  return CheckLimits(config);
}

Status SetFlag(Config& config, const std::string& flag, const std::string& value) {
  std::vector<std::string> names;
  for (const auto& key : ConfigKeys()) {
    if (FlagName(key.name) == flag) {
      return SetConfigKey(config, key, {ConfigValue::Type::Any, {value}}).Context("--" + flag);
    }
    names.push_back(FlagName(key.name));
  }
  std::string message = "there is no flag --" + flag;
  if (const auto near = NearestName(flag, names); !near.empty()) {
    message += "; did you mean --" + std::string(near) + "?";
  }
  return Error(Errc::Invalid, message);
}

// Words of `text` in lines of at most 80 columns that begin with "# ".
std::string Commented(std::string_view text) {
  std::string out;
  std::string line = "#";
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (line.size() + 1 + word.size() > 80) {
      out += line + "\n";
      line = "#";
    }
    line += " ";
    line += word;
  }
  return out + line + "\n";
}

// Every key in order under its table's heading, each as `entry` writes it.
template <typename Entry>
std::string WriteKeys(const Entry& entry) {
  std::string out;
  std::string_view table;
  for (const auto& key : ConfigKeys()) {
    const auto dot = key.name.find('.');
    const auto in = dot == key.name.npos ? std::string_view() : key.name.substr(0, dot);
    if (in != table) {
      out += "\n[" + std::string(in) + "]\n";
      table = in;
    }
    const auto short_name = dot == key.name.npos ? key.name : key.name.substr(dot + 1);
    out += entry(key, std::string(short_name));
  }
  return out;
}

}  // namespace

std::vector<ConfigKeyText> ListConfigKeys() {
  std::vector<ConfigKeyText> list;
  for (const auto& key : ConfigKeys()) {
    list.push_back({std::string(key.name), FlagName(key.name), std::string(key.about),
                    PrintConfigValue(Config(), key)});
  }
  return list;
}

Result<Config> LoadConfig(FileSystem& fs, const ConfigSources& sources) {
  Config config;
  if (!sources.file.empty()) {
    const Bytes text = TRY(ReadFile(fs, sources.file, kMaxConfigBytes));
    TRY(ReadConfigFile(config, sources.file, AsText(text)));
  }
  for (const auto& [flag, value] : sources.flags) TRY(SetFlag(config, flag, value));
  TRY(Check(config));
  return config;
}

std::string PrintConfig(const Config& config) {
  return WriteKeys([&](const ConfigKey& key, const std::string& name) {
    return name + " = " + PrintConfigValue(config, key) + "\n";
  });
}

Json ConfigJson(const Config& config) {
  Json out = Json::object();
  for (const auto& key : ConfigKeys()) {
    const auto dot = key.name.find('.');
    auto& table = dot == key.name.npos ? out : out[std::string(key.name.substr(0, dot))];
    const auto name = dot == key.name.npos ? key.name : key.name.substr(dot + 1);
    table[std::string(name)] = ConfigValueJson(config, key);
  }
  return out;
}

std::string ExampleConfig() {
  const std::string head =
      "# Configuration of a Banyan node. Every key is here with its default, commented out. A "
      "flag\n"
      "# of `banyan serve` overrides a key: tls.key is --tls-key.\n\n";
  return head + WriteKeys([&](const ConfigKey& key, const std::string& name) {
           return Commented(key.about) + "#" + name + " = " + PrintConfigValue(Config(), key) +
                  "\n";
         });
}

log::Level LogLevel(const Config& config) {
  if (config.log_level == "debug") return log::Level::Debug;
  if (config.log_level == "warning") return log::Level::Warning;
  if (config.log_level == "error") return log::Level::Error;
  return log::Level::Info;
}

}  // namespace banyan::node
