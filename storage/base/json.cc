#include "storage/base/json.h"

#include <optional>
#include <utility>
#include <vector>

namespace banyan {
namespace {

// Makes a value of what the parser finds. Texts are moved into it, and not copied: a large one is
// in memory three times at most, with the text that is parsed and what the parser keeps of it.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  Result<Json> Take(bool is_whole) {
    if (refused_) return *refused_;
    if (!is_whole) return Error(Errc::Invalid, "not valid JSON");
    if (has_duplicate_) return Error(Errc::Invalid, "JSON object has a key twice");
    return std::move(root_);
  }

  bool null() override { return Add(nullptr) != nullptr; }
  bool boolean(bool value) override { return Add(value) != nullptr; }
  bool number_integer(std::int64_t value) override { return Add(value) != nullptr; }
  bool number_unsigned(std::uint64_t value) override { return Add(value) != nullptr; }
  bool number_float(double value, const std::string&) override { return Add(value) != nullptr; }
  bool string(std::string& value) override { return Add(std::move(value)) != nullptr; }
  bool binary(Json::binary_t&) override { return false; }  // of other formats
  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_array() override { return Close(); }
  bool key(std::string& name) override {
    auto& members = open_.back()->get_ref<Json::object_t&>();
    const auto [at, is_new] = members.emplace(std::move(name), nullptr);
    if (!is_new) has_duplicate_ = true;
    member_ = &at->second;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return false;
  }

 private:
  // Where it is now; nullptr beyond a limit.
  Json* Add(Json value) {
    if (open_.size() > limits_.max_depth) return Refuse("JSON is nested too deeply");
    if (++values_ > limits_.max_values) return Refuse("JSON has too many values");
    Json* place = &root_;
    if (!open_.empty() && open_.back()->is_array()) {
      auto& items = open_.back()->get_ref<Json::array_t&>();
      place = &items.emplace_back();
    } else if (!open_.empty()) {
      place = member_;
    }
    *place = std::move(value);
    return place;
  }
  bool Open(Json value) {
    Json* const place = Add(std::move(value));
    if (place != nullptr) open_.push_back(place);  // it stays there until it is closed
    return place != nullptr;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }
  Json* Refuse(const char* why) {
    refused_ = Error(Errc::TooLarge, why);
    return nullptr;
  }

  const JsonLimits& limits_;
  Json root_;
  std::vector<Json*> open_;  // objects and arrays, the outermost first
  Json* member_ = nullptr;   // the one whose key came last
  std::size_t values_ = 0;
  bool has_duplicate_ = false;
  std::optional<Error> refused_;
};

}  // namespace

Result<Json> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) return Error(Errc::TooLarge, "JSON text is too long");
  Builder builder(limits);
  const bool is_whole = Json::sax_parse(text, &builder);
  return builder.Take(is_whole);
}

std::string DumpJson(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

const Json* FindMember(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::optional<std::string> FindString(const Json& object, std::string_view key) {
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

std::optional<std::int64_t> FindInt(const Json& object, std::string_view key) {
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_number_integer()) return std::nullopt;
  if (member->is_number_unsigned() &&
      member->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    return std::nullopt;
  }
  return member->get<std::int64_t>();
}

std::optional<bool> FindBool(const Json& object, std::string_view key) {
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_boolean()) return std::nullopt;
  return member->get<bool>();
}

}  // namespace banyan
