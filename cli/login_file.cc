#include "cli/login_file.h"

#include <algorithm>

#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kMaxBytes = 1u << 20;

Error NotOurs(const std::string& path) {
  return Error(Errc::Corrupt, path + " is no login file: move it away and run `banyan login`");
}

Status CheckPrivate(FileSystem& fs, const std::string& path) {
  const auto stat = TRY(fs.Stat(path));
  if (!stat.is_ours) {
    return Error(Errc::Denied, path + " belongs to another user: it is not used");
  }
  if (!stat.is_private) {
    return Error(Errc::Denied, "others may read your tokens in " + path + ": run chmod 600 " +
                                   path + ", and have the tokens replaced");
  }
  return Ok();
}

}  // namespace

Result<std::string> LoginFile::Path(const Environment& environment) {
  if (const auto config = environment.variable("XDG_CONFIG_HOME")) {
    return *config + "/banyan/login.json";
  }
  if (const auto home = environment.variable("HOME")) return *home + "/.config/banyan/login.json";
  return Error(Errc::Invalid, "there is no home for the login file: set HOME or XDG_CONFIG_HOME");
}

Result<LoginFile> LoginFile::Load(Environment& environment) {
  LoginFile file;
  const auto path = Path(environment);
  if (!path) return file;
  auto& fs = environment.file_system;
  const auto stat = fs.Stat(*path);
  if (!stat && stat.error().code() == Errc::NotFound) return file;
  TRY(CheckPrivate(fs, *path));
  const auto bytes = TRY(ReadFile(fs, *path, kMaxBytes));
  const auto json = ParseJson(AsText(bytes));
  if (!json || FindInt(*json, "version") != kVersion) return NotOurs(*path);
  const auto* nodes = FindMember(*json, "nodes");
  if (nodes == nullptr || !nodes->is_object()) return NotOurs(*path);
  for (const auto& [address, entry] : nodes->items()) {
    const auto node = NodeUrl::Parse(address);
    const auto token = CheckToken(FindString(entry, "token").value_or(""));
    if (!node || !token) return NotOurs(*path);
    file.logins_[node->ToString()] = {*node, FindString(entry, "user").value_or(""), *token,
                                      FindString(entry, "ca_file").value_or("")};
  }
  file.default_ = FindString(*json, "default").value_or("");
  return file;
}

std::optional<Login> LoginFile::Find(const NodeUrl& node) const {
  const auto found = logins_.find(node.ToString());
  if (found == logins_.end()) return std::nullopt;
  return found->second;
}

std::optional<Login> LoginFile::Default() const {
  const auto found = logins_.find(default_);
  if (found == logins_.end()) return std::nullopt;
  return found->second;
}

void LoginFile::Put(Login login) {
  default_ = login.node.ToString();
  logins_[default_] = std::move(login);
}

Status LoginFile::Remove(const NodeUrl& node) {
  if (logins_.erase(node.ToString()) == 0) {
    return Error(Errc::NotFound, "you are not logged in to " + node.ToString());
  }
  if (default_ == node.ToString()) default_ = logins_.empty() ? "" : logins_.begin()->first;
  return Ok();
}

Status LoginFile::Save(Environment& environment) const {
  Json nodes = Json::object();
  for (const auto& [address, login] : logins_) {
    nodes[address] = {{"user", login.user}, {"token", login.token}};
    if (!login.ca_file.empty()) nodes[address]["ca_file"] = login.ca_file;
  }
  const Json json{{"version", kVersion}, {"default", default_}, {"nodes", std::move(nodes)}};
  const auto path = TRY(Path(environment));
  auto& fs = environment.file_system;  // makes files with mode 0600
  TRY(fs.CreateDirectories(ParentDirectory(path)));
  return WriteFileDurably(fs, path, AsBytes(DumpJson(json, 2) + "\n"));
}

Result<std::string> CheckToken(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  const auto last = text.find_last_not_of(kSpace);
  if (first != text.npos) text = text.substr(first, last - first + 1);
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (first == text.npos || !plain || text.size() > 512) {
    return Error(Errc::Invalid, "this is no access token: copy it whole, without spaces");
  }
  return std::string(text);
}

Result<Credentials> FindCredentials(Environment& environment, const CredentialOptions& options) {
  const auto logins = TRY(LoginFile::Load(environment));
  const auto variable_node = environment.variable("BANYAN_NODE");
  Credentials credentials;
  if (!options.node.empty() || options.is_further) {
    credentials.node = TRY(NodeUrl::Parse(options.node));
  } else if (variable_node) {
    credentials.node = TRY(NodeUrl::Parse(*variable_node).Context("BANYAN_NODE"));
  } else if (const auto last = logins.Default()) {
    credentials.node = last->node;
  }
  const auto login = logins.Find(credentials.node);
  if (login) credentials.ca_file = login->ca_file;
  if (!options.token.empty()) {
    credentials.token = TRY(CheckToken(options.token));
    return credentials;
  }
  const auto variable_token = environment.variable("BANYAN_TOKEN");
  if (variable_token) {
    // A token named together with a node is for no other node, one without for the first.
    const auto its_node = variable_node ? NodeUrl::Parse(*variable_node) : credentials.node;
    const bool is_for_it = its_node && *its_node == credentials.node;
    if (is_for_it && (variable_node || !options.is_further)) {
      credentials.token = TRY(CheckToken(*variable_token).Context("BANYAN_TOKEN"));
      return credentials;
    }
  }
  if (login) credentials.token = login->token;
  return credentials;
}

}  // namespace banyan::cli
