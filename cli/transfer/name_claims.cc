#include "cli/transfer/name_claims.h"

#include <algorithm>
#include <utility>

#include "storage/base/repository_name.h"

namespace banyan::cli {
namespace {

// The first components in which two paths differ.
std::pair<std::string, std::string> FirstDifference(const std::string& a, const std::string& b) {
  const auto at = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
  const auto begin = a.substr(0, static_cast<std::size_t>(at)).rfind('/') + 1;
  const auto component = [&](const std::string& path) {
    return path.substr(begin, path.find('/', begin) - begin);
  };
  return {component(a), component(b)};
}

Status RemoveIfThere(FileSystem& fs, const std::string& path) {
  const Status removed = fs.Remove(path);
  return removed || removed.error().code() == Errc::NotFound ? Ok() : removed;
}

}  // namespace

Status NameClaims::Claim(const std::string& path) {
  MutexLock lock(mutex_);
  auto& alike = claimed_[storage::FoldPath(path)];
  if (std::find(alike.begin(), alike.end(), path) != alike.end()) return Ok();
  if (alike.size() == kAlikeMax) {
    return Error(Errc::Invalid, "\"" + path + "\" and " + std::to_string(kAlikeMax) +
                                    " other files, such as \"" + alike.front() +
                                    "\", differ only in case or form, more than a pull keeps "
                                    "apart: leave some out with --exclude");
  }
  for (const std::string& other : alike) TRY(RequireDistinct(path, other));
  alike.push_back(path);
  return Ok();
}

// Makes one name and looks for the other.
Status NameClaims::RequireDistinct(const std::string& path, const std::string& other) const {
  const auto [mine, theirs] = FirstDifference(path, other);
  TRY(fs_.CreateDirectories(own_folder_));
  TRY(RemoveIfThere(fs_, own_folder_ + "/" + mine));  // a killed pull may have left it
  TRY(fs_.Open(own_folder_ + "/" + theirs, OpenMode::Create));
  const auto found = fs_.Stat(own_folder_ + "/" + mine);
  TRY(RemoveIfThere(fs_, own_folder_ + "/" + theirs));
  if (!found) return found.error().code() == Errc::NotFound ? Ok() : Status(found.error());
  return Error(Errc::Invalid, "\"" + path + "\" and \"" + other +
                                  "\" differ only in case or form, and are one file here: leave "
                                  "one out with --exclude");
}

}  // namespace banyan::cli
