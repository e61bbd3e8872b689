#include "node/access_log.h"

#include "storage/base/logging.h"

namespace banyan::node {
namespace {

class LoggedSink : public BodySink {
 public:
  LoggedSink(BodySink& inner, std::uint64_t& sent_bytes) : inner_(inner), sent_bytes_(sent_bytes) {}
  Status Write(ByteView data) override {
    TRY(inner_.Write(data));
    sent_bytes_ += data.size();
    return Ok();
  }
  Status Flush() override { return inner_.Flush(); }

 private:
  BodySink& inner_;
  std::uint64_t& sent_bytes_;
};

// The line, but for what is known only at the end.
struct Entry {
  Clock& clock;
  std::int64_t started_ms;
  std::string text;

  void Write(std::uint64_t sent_bytes, bool complete) const {
    log::Info("node", "{} bytes={} ms={}{}", text, sent_bytes, clock.MonotonicMs() - started_ms,
              complete ? "" : " broken=true");
  }
};

class LoggedBody : public BodyProducer {
 public:
  LoggedBody(std::unique_ptr<BodyProducer> inner, Entry entry)
      : inner_(std::move(inner)), entry_(std::move(entry)) {}
  ~LoggedBody() override { entry_.Write(sent_bytes_, complete_); }

  std::optional<std::uint64_t> size_bytes() const override { return inner_->size_bytes(); }
  Status Write(BodySink& sink) override {
    LoggedSink counted(sink, sent_bytes_);
    auto written = inner_->Write(counted);
    complete_ = written.has_value();
    return written;
  }

 private:
  std::unique_ptr<BodyProducer> inner_;
  const Entry entry_;
  std::uint64_t sent_bytes_ = 0;
  bool complete_ = true;  // until Write fails: HEAD sends nothing and is complete
};

}  // namespace

std::string QuoteForLog(std::string_view text, std::size_t max_bytes) {
  std::string out = "\"";
  for (const char c : text.substr(0, max_bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(byte));
    } else {
      out += c;
    }
  }
  return out + '"';
}

void LogAccess(Clock& clock, std::int64_t started_ms, const Request& request, Response& response) {
  const auto& caller = request.caller;
  Entry entry{clock, started_ms,
              fmt::format("event=request id={} client={} user={} method={} path={} status={} "
                          "agent={}",
                          request.id, request.peer_address, caller.name.empty() ? "-" : caller.name,
                          request.method, QuoteForLog(request.path, 512), response.status,
                          QuoteForLog(request.headers.Find("User-Agent").value_or(""), 160))};
  if (!response.producer) return entry.Write(response.body.size(), true);
  response.producer = std::make_unique<LoggedBody>(std::move(response.producer), std::move(entry));
}

}  // namespace banyan::node
