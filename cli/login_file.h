#pragma once
// The tokens that `banyan login` keeps, one per node, in <config>/banyan/login.json: only its
// owner may read the file, and nobody else's file is used.
//
//   {"version": 1, "default": "http://...", "nodes": {"http://...": {"user": "...", "token":
//   "...", "ca_file": "..."}}}   the last only where one was given

#include <map>
#include <optional>
#include <string>

#include "cli/environment.h"
#include "cli/node_url.h"

namespace banyan::cli {

struct Login {
  NodeUrl node = NodeUrl::Default();
  std::string user;
  std::string token;
  std::string ca_file = {};  // of the node's certificate; empty: the system's
};

class LoginFile {
 public:
  // An absent file is empty. Denied when others may read it, Corrupt when it is none of ours.
  static Result<LoginFile> Load(Environment& environment);
  // $XDG_CONFIG_HOME/banyan/login.json, or below ~/.config; Invalid when there is no home.
  static Result<std::string> Path(const Environment& environment);

  const std::map<std::string, Login>& logins() const { return logins_; }
  std::optional<Login> Find(const NodeUrl& node) const;
  // The node logged in to last.
  std::optional<Login> Default() const;

  // Adds or replaces; the node becomes the default.
  void Put(Login login);
  // NotFound when there is no login for that node. Another one becomes the default.
  Status Remove(const NodeUrl& node);
  // Durable, and private to this user.
  Status Save(Environment& environment) const;

 private:
  std::map<std::string, Login> logins_;  // by address
  std::string default_;
};

// Which node to talk to, and as whom: --node, BANYAN_NODE, the default login, or this machine;
// --token, BANYAN_TOKEN (if the node is BANYAN_NODE, or that is unset), or the login for the node.
// A further node of one command is not what a token without a node was given for.
struct Credentials {
  NodeUrl node = NodeUrl::Default();
  std::string token;    // empty: anonymous
  std::string ca_file;  // that the login for the node named, whosever the token is
};
struct CredentialOptions {
  std::string node;
  std::string token;
  bool is_further = false;  // beside the node of the command; `node` is its address
};
Result<Credentials> FindCredentials(Environment& environment, const CredentialOptions& options);

// Without white space around it; Invalid when that is no token (which is never printed).
Result<std::string> CheckToken(std::string_view text);

}  // namespace banyan::cli
