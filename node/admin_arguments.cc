// How operations read their arguments.
#include <filesystem>

#include "node/admin_functions.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

// The argument when it is there and not null.
const Json* Given(const Json& arguments, std::string_view name) {
  const Json* value = FindMember(arguments, name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

template <typename T>
Result<std::optional<T>> Checked(const Json& arguments, std::string_view name,
                                 std::optional<T> value, const char* kind) {
  if (value || Given(arguments, name) == nullptr) return value;
  return Error(Errc::Invalid, "the argument \"" + std::string(name) + "\" must be " + kind);
}

}  // namespace

Result<std::optional<std::string>> ReadText(const Json& arguments, std::string_view name) {
  return Checked(arguments, name, FindString(arguments, name), "text");
}

Result<std::optional<std::int64_t>> ReadNumber(const Json& arguments, std::string_view name) {
  auto number = FindInt(arguments, name);
  if (number && *number < 0) number.reset();
  return Checked(arguments, name, number, "a whole number and not negative");
}

Result<std::optional<bool>> ReadAnswer(const Json& arguments, std::string_view name) {
  return Checked(arguments, name, FindBool(arguments, name), "true or false");
}

Result<std::string> NeedText(const Json& arguments, std::string_view name) {
  if (auto text = TRY(ReadText(arguments, name))) return *std::move(text);
  return Error(Errc::Invalid, "the argument \"" + std::string(name) + "\" is missing");
}

Status RequireTargetOutside(const std::string& target, const std::string& data) {
  namespace files = std::filesystem;
  if (!target.starts_with('/')) {
    return Error(Errc::Invalid,
                 "a target is a whole path on the node's machine, beginning with a slash");
  }
  std::error_code error;
  const auto place = files::weakly_canonical(target, error);
  const auto way = place.lexically_relative(files::weakly_canonical(data, error));
  if (way.empty() || *way.begin() == "..") return Ok();
  return Error(Errc::Invalid, target +
                                  " is in the data directory, and would be lost with it; name "
                                  "a directory elsewhere, best on another disk");
}

}  // namespace banyan::node
