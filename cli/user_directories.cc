#include "cli/user_directories.h"

#include <filesystem>

#include "cli/login_file.h"
#include "storage/base/digest.h"

namespace banyan::cli {
namespace {

Result<std::string> CacheHome(const Environment& environment) {
  if (const auto place = environment.variable("XDG_CACHE_HOME")) return *place;
  if (const auto home = environment.variable("HOME")) return *home + "/.cache";
  return Error(Errc::Invalid, "no home directory: set HOME or XDG_CACHE_HOME");
}

}  // namespace

Result<std::string> BanyanCache(const Environment& environment) {
  if (const auto place = environment.variable("BANYAN_CACHE")) return *place;
  return TRY(CacheHome(environment)) + "/banyan/hub";
}

Result<std::string> HuggingFaceCache(const Environment& environment) {
  if (const auto place = environment.variable("HF_HUB_CACHE")) return *place;
  if (const auto home = environment.variable("HF_HOME")) return *home + "/hub";
  return TRY(CacheHome(environment)) + "/huggingface/hub";
}

Result<std::string> KnownRepositoriesPath(const Environment& environment) {
  return ParentDirectory(TRY(LoginFile::Path(environment))) + "/known_repositories.json";
}

Result<std::string> PushStatePath(const Environment& environment, const std::string& folder,
                                  const std::string& target) {
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(folder, error).string();
  const Sha256 name = HashSha256(AsBytes(absolute + "\n" + target));
  return TRY(CacheHome(environment)) + "/banyan/push/" + name.ToString().substr(0, 32);
}

}  // namespace banyan::cli
