#include "node/http/http_types.h"

#include <algorithm>

#include "storage/base/json.h"

namespace banyan::node {
namespace {

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// 1 MiB keeps the socket busy and lets a slow client be judged between slices.
constexpr std::size_t kSliceBytes = 1u << 20;

Error TooLarge() { return Error(Errc::TooLarge, "request body is over the limit of this route"); }

class Mapped : public BodyProducer {
 public:
  Mapped(ByteView bytes, std::shared_ptr<const void> owner)
      : bytes_(bytes), owner_(std::move(owner)) {}
  std::optional<std::uint64_t> size_bytes() const override { return bytes_.size(); }
  Status Write(BodySink& sink) override {
    for (auto rest = bytes_; !rest.empty();) {
      const auto slice = rest.first(std::min(kSliceBytes, rest.size()));
      TRY(sink.Write(slice));
      rest = rest.subspan(slice.size());
    }
    return Ok();
  }

 private:
  ByteView bytes_;
  std::shared_ptr<const void> owner_;
};

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerAscii(x) == LowerAscii(y); });
}

void HeaderList::Add(std::string_view name, std::string_view value) {
  fields_.emplace_back(name, value);
}

void HeaderList::Set(std::string_view name, std::string_view value) {
  Field field(name, value);  // before Remove: `value` may point into this list
  Remove(name);
  fields_.push_back(std::move(field));
}

void HeaderList::Remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return EqualsIgnoreCase(field.first, name); });
}

std::optional<std::string_view> HeaderList::Find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (EqualsIgnoreCase(key, name)) return value;
  }
  return std::nullopt;
}

std::string HeaderList::Joined(std::string_view name) const {
  std::string out;
  for (const auto& [key, value] : fields_) {
    if (!EqualsIgnoreCase(key, name)) continue;
    if (!out.empty()) out += ", ";
    out += value;
  }
  return out;
}

const std::string& Request::Param(std::string_view name) const {
  const auto found = std::find_if(params.begin(), params.end(),
                                  [&](const PathParam& param) { return param.name == name; });
  ENSURE(found != params.end());
  return found->value;
}

std::optional<std::string_view> Request::Query(std::string_view name) const {
  for (const auto& param : query) {
    if (param.name == name) return param.value;
  }
  return std::nullopt;
}

bool Request::QueryFlag(std::string_view name, bool fallback) const {
  const auto value = Query(name);
  if (!value) return fallback;
  if (*value == "1" || EqualsIgnoreCase(*value, "true")) return true;
  if (*value == "0" || value->empty() || EqualsIgnoreCase(*value, "false")) return false;
  return fallback;
}

std::optional<std::uint64_t> Request::body_size_bytes() const {
  return body == nullptr ? 0 : body->size_bytes();
}

Result<std::size_t> Request::ReadBody(std::span<std::uint8_t> out) {
  if (body == nullptr || out.empty()) return std::size_t{0};
  const auto announced = body->size_bytes();
  if (announced && *announced > body_limit_bytes_) return TooLarge();
  const std::size_t count = TRY(body->Read(out));
  body_read_bytes_ += count;
  if (body_read_bytes_ > body_limit_bytes_) return TooLarge();
  return count;
}

// Memory is touched as the bytes come, however many were announced.
Result<std::string> Request::ReadAll(std::uint64_t max_bytes, std::uint64_t times) {
  LimitBody(std::min(max_bytes, body_limit_bytes_));
  const auto announced = body_size_bytes();
  if (announced && *announced > body_limit_bytes_) return TooLarge();
  std::string all;
  if (announced) {
    TRY(HoldMemory(*announced * times));
    all.reserve(*announced + 1);  // the end is seen by asking for more
  }
  std::size_t filled = 0;
  for (;;) {
    if (filled == all.size()) {
      const std::size_t doubled = filled + std::max<std::size_t>(filled, 4096);
      if (!announced) TRY(HoldMemory(doubled * times));
      all.resize(std::min<std::uint64_t>(doubled, announced.value_or(doubled) + 1));
    }
    const auto room =
        std::span(reinterpret_cast<std::uint8_t*>(all.data()) + filled, all.size() - filled);
    const std::size_t count = TRY(ReadBody(room));
    if (count == 0) break;
    filled += count;
  }
  all.resize(filled);
  return all;
}

Status Request::RequireClient() const {
  if (body == nullptr || !body->ClientIsGone()) return Ok();
  return Error(Errc::Cancelled, "the client did not wait for the answer");
}

Status Request::HoldMemory(std::uint64_t bytes) {
  return memory == nullptr ? Ok() : memory->SetTo(bytes);
}

void Response::SetText(std::string_view content_type, std::string text) {
  headers.Set("Content-Type", content_type);
  body = std::move(text);
  producer.reset();
}

void Response::SetJson(const Json& value) {
  SetText("application/json; charset=utf-8", DumpJson(value));
}

std::unique_ptr<BodyProducer> MappedBody(ByteView bytes, std::shared_ptr<const void> owner) {
  return std::make_unique<Mapped>(bytes, std::move(owner));
}

}  // namespace banyan::node
