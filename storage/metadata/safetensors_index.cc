#include <nlohmann/json.hpp>

#include "storage/base/json.h"
#include "storage/base/repository_name.h"
#include "storage/metadata/safetensors.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxIndexFiles = 10'000;

// Wants {"metadata": {"total_size": n, ...}, "weight_map": {tensor: file, ...}, ...}. Everything
// else is passed over, at any depth: indexes carry extra keys.
class IndexEvents : public nlohmann::json_sax<Json> {
 public:
  SafetensorsIndex index;
  bool has_map = false;
  std::string failure;

  bool key(std::string& name) override {
    if (depth_ == 1) section_ = std::move(name);
    if (depth_ == 2) field_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) override {
    ++depth_;
    if (depth_ == 2 && section_ == "weight_map") {
      if (has_map) return Fail("weight_map is given twice");
      has_map = true;
    }
    return depth_ <= 2 || NotInMap();
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ == 0) return Fail("not an object");
    ++depth_;
    return NotInMap();
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool string(std::string& value) override {
    if (depth_ != 2 || section_ != "weight_map") return Scalar();
    ++index.tensor_count;
    if (index.files.contains(value)) return true;
    if (index.files.size() == kMaxIndexFiles) return Fail("names more than 10,000 files");
    const bool own_folder = value.find('/') == std::string::npos && ValidatePath(value);
    if (!own_folder) return Fail("names a file outside its own folder");
    index.files.insert(std::move(value));
    return true;
  }
  bool number_unsigned(std::uint64_t value) override {
    const bool total = depth_ == 2 && section_ == "metadata" && field_ == "total_size";
    if (total) index.total_size_bytes = value;
    return Scalar();
  }
  bool null() override { return Scalar(); }
  bool boolean(bool) override { return Scalar(); }
  bool number_integer(std::int64_t) override { return Scalar(); }
  bool number_float(double, const std::string&) override { return Scalar(); }
  bool binary(Json::binary_t&) override { return Scalar(); }
  bool parse_error(std::size_t at, const std::string&, const Json::exception&) override {
    return Fail("not valid JSON at byte " + std::to_string(at));
  }

 private:
  bool Fail(std::string what) {
    if (failure.empty()) failure = std::move(what);
    return false;
  }
  bool NotInMap() { return section_ != "weight_map" || Fail("weight_map holds more than names"); }
  bool Scalar() {
    if (depth_ == 0) return Fail("not an object");
    return depth_ != 2 || NotInMap();
  }

  std::size_t depth_ = 0;
  std::string section_;
  std::string field_;
};

}  // namespace

Result<SafetensorsIndex> ParseSafetensorsIndex(std::string_view json) {
  if (json.size() > kMaxSafetensorsHeaderBytes) {
    return Error(Errc::TooLarge, "safetensors index: longer than 25 MiB");
  }
  IndexEvents events;
  const bool parsed = Json::sax_parse(json, &events);
  if (parsed && !events.has_map) events.failure = "has no weight_map";
  if (!events.failure.empty()) {
    return Error(Errc::Corrupt, "safetensors index: " + events.failure);
  }
  return std::move(events.index);
}

}  // namespace banyan::storage
