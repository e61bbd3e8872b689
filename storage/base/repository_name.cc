#include "storage/base/repository_name.h"

#include <algorithm>
#include <array>

#include "storage/base/ascii_case.h"

namespace banyan::storage {
namespace {

// First path segments that are, or may become, routes of a node or of a public hub whose clients
// we serve. In byte order.
constexpr std::array<std::string_view, 60> kReserved = {
    "about",    "account", "admin",      "api",        "assets",        "avatars",
    "blob",     "blog",    "buckets",    "cas",        "collections",   "dashboard",
    "datasets", "docs",    "enterprise", "explore",    "favicon.ico",   "fed",
    "graphql",  "healthz", "help",       "home",       "join",          "kernels",
    "lfs",      "login",   "logout",     "me",         "metrics",       "models",
    "new",      "none",    "null",       "oauth",      "organizations", "papers",
    "peers",    "posts",   "pricing",    "privacy",    "raw",           "readyz",
    "register", "repos",   "resolve",    "robots.txt", "search",        "security",
    "settings", "signup",  "spaces",     "static",     "tags",          "terms",
    "tree",     "v1",      "v2",         "webhooks",   "well-known",    "xet"};

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsReserved(std::string_view folded) {
  static_assert(std::is_sorted(kReserved.begin(), kReserved.end()));
  return std::binary_search(kReserved.begin(), kReserved.end(), folded);
}

constexpr std::size_t kQualifierLength = 16;

// "<16 characters of base32>_..." as mirrored origins are called.
bool IsQualified(std::string_view folded) {
  if (folded.size() <= kQualifierLength + 1 || folded[kQualifierLength] != '_') return false;
  const auto qualifier = folded.substr(0, kQualifierLength);
  return std::all_of(qualifier.begin(), qualifier.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

// The shape both halves of an id share.
Status ValidateShape(std::string_view what, std::string_view name, std::size_t max_length) {
  const auto invalid = [&](const std::string& rule) {
    return Error(Errc::Invalid, std::string(what) + " " + rule);
  };
  if (name.empty()) return invalid("is empty");
  if (name.size() > max_length) {
    return invalid("is longer than " + std::to_string(max_length) + " characters");
  }
  for (const char c : name) {
    if (!IsAlphanumeric(c) && c != '_' && c != '.' && c != '-') {
      return invalid("may only have letters, digits, '-', '_' and '.'");
    }
  }
  if (!IsAlphanumeric(name.front()) || !IsAlphanumeric(name.back())) {
    return invalid("must begin and end with a letter or digit");
  }
  if (name.find("--") != name.npos || name.find("..") != name.npos) {
    return invalid("may not contain '--' or '..'");
  }
  if (FoldName(name).ends_with(".git")) return invalid("may not end with '.git'");
  return Ok();
}

constexpr std::size_t kMaxNamespace = 64;
constexpr std::size_t kMaxName = 96;

}  // namespace

std::string_view Singular(RepositoryKind kind) {
  return kind == RepositoryKind::Model ? "model" : "dataset";
}
std::string_view Plural(RepositoryKind kind) {
  return kind == RepositoryKind::Model ? "models" : "datasets";
}

Result<RepositoryKind> ParseRepositoryKind(std::string_view text) {
  for (const auto kind : {RepositoryKind::Model, RepositoryKind::Dataset}) {
    if (text == Singular(kind) || text == Plural(kind)) return kind;
  }
  return Error(Errc::Invalid, "the repository type must be 'model' or 'dataset'");
}

std::string FoldName(std::string_view name) { return LowerAscii(name); }

Status ValidateNamespace(std::string_view name) {
  TRY(ValidateShape("the namespace", name, kMaxNamespace));
  const std::string folded = FoldName(name);
  if (IsReserved(folded)) {
    return Error(Errc::Invalid, "the namespace '" + folded + "' is reserved");
  }
  if (IsQualified(folded)) {
    return Error(Errc::Invalid,
                 "a namespace of 16 letters or digits 2-7 and '_' is reserved for mirrored nodes");
  }
  return Ok();
}

Status ValidateRepositoryName(std::string_view name) {
  return ValidateShape("the repository name", name, kMaxName);
}

Result<RepositoryId> ParseRepositoryId(RepositoryKind kind, std::string_view path) {
  const auto slash = path.find('/');
  if (slash == path.npos) {
    return Error(Errc::Invalid, "a repository id has the form 'namespace/name'");
  }
  const auto owner = path.substr(0, slash);
  const bool qualified = IsQualified(FoldName(owner.substr(0, kQualifierLength + 2)));
  TRY(ValidateShape("the namespace", owner,
                    kMaxNamespace + (qualified ? kQualifierLength + 1 : 0)));
  const auto name = path.substr(slash + 1);
  TRY(ValidateRepositoryName(name));
  return RepositoryId{kind, std::string(owner), std::string(name)};
}

}  // namespace banyan::storage
