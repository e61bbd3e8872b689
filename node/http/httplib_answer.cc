#include <algorithm>
#include <utility>

#include "node/http/answer_head.h"
#include "node/http/http_error.h"
#include "node/http/httplib_server.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

// The BodySink of a producer: checks the announced length and passes slices on uncopied.
class LibrarySink : public BodySink {
 public:
  LibrarySink(httplib::DataSink& sink, SocketStream& stream, std::optional<std::uint64_t> size)
      : sink_(sink), stream_(stream), left_(size) {}

  Status Write(ByteView data) override {
    if (data.empty()) return Ok();
    if (left_ && data.size() > *left_) {
      return Error(Errc::Invalid, "the body is longer than announced");
    }
    if (left_) *left_ -= data.size();
    if (sink_.write(reinterpret_cast<const char*>(data.data()), data.size())) return Ok();
    return Error(Errc::Cancelled, "the client is gone or too slow");
  }
  Status Flush() override { return stream_.Flush(); }
  bool complete() const { return left_.value_or(0) == 0; }

 private:
  httplib::DataSink& sink_;
  SocketStream& stream_;
  std::optional<std::uint64_t> left_;
};

}  // namespace

// What one call of Answer carries through the library.
struct HttplibServer::Answering {
  Exchange& exchange;
  Response response;
  httplib::Headers headers;
  bool produced = false;
};

thread_local HttplibServer::Answering* HttplibServer::current_ = nullptr;

// Shows the library a plain head and takes what it writes.
class HttplibServer::Stream : public httplib::Stream {
 public:
  Stream(SocketStream& stream, std::string_view head) : stream_(stream), head_(head) {}

  bool is_readable() const override { return !head_.empty(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* out, size_t size) override {
    const auto count = std::min(size, head_.size());
    head_.copy(out, count);
    head_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* data, size_t size) override {
    return stream_.Write(AsBytes({data, size})) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return stream_.fd(); }

 private:
  SocketStream& stream_;
  std::string_view head_;
};

void HttplibServer::SetHandlers() {
  set_pre_routing_handler([this](const httplib::Request&, httplib::Response& out) {
    Dispatch(*current_);
    Convert(*current_, out);
    return HandlerResponse::Handled;
  });
  set_post_routing_handler([](const httplib::Request&, httplib::Response& out) {
    out.headers = std::move(current_->headers);
  });
}

bool HttplibServer::Answer(Exchange& exchange) {
  Answering answering{exchange, {}, {}};
  Stream stream(exchange.stream, exchange.request.method == "HEAD" ? "HEAD / HTTP/1.1\r\n\r\n"
                                                                   : "GET / HTTP/1.1\r\n\r\n");
  bool closed = false;
  bool sent = false;
  current_ = &answering;
  try {
    sent = [&](auto& self) {  // generic, for the two signatures of 0.11 and 0.18
      if constexpr (requires { self.process_request(stream, false, closed, nullptr); }) {
        return self.process_request(stream, false, closed, nullptr);
      } else {
        return self.process_request(stream, "", 0, "", 0, false, closed, nullptr);
      }
    }(*this);
  } catch (const std::exception& e) {
    log::Error("node", "event=answer_failed error=\"{}\"", e.what());
  }
  current_ = nullptr;
  return sent && exchange.stream.Flush();
}

void HttplibServer::Dispatch(Answering& answering) const {
  auto& [exchange, response, headers, produced] = answering;
  if (exchange.refusal) {
    return Fail(response, exchange.refusal->status, exchange.refusal->message);
  }
  try {
    dispatcher_(exchange.request, response);
  } catch (const std::exception& e) {
    response = {};
    Fail(response, Error(Errc::Io, std::string("exception: ") + e.what()));
  }
}

// Gives the library the status and body, and keeps the headers for the post-routing handler.
void HttplibServer::Convert(Answering& answering, httplib::Response& out) {
  auto& [exchange, response, headers, produced] = answering;
  const AnswerContext context{exchange.request.method, exchange.request.id, exchange.is_http10,
                              exchange.must_close(), clock_.NowMs()};
  const auto head = MakeAnswerHead(response, context);
  for (const auto& [name, value] : head.headers.fields()) headers.emplace(name, value);
  out.status = response.status;
  const auto status_class = static_cast<std::size_t>(std::clamp(response.status / 100, 0, 5));
  answered_[status_class].fetch_add(1, std::memory_order_relaxed);
  if (head.framing == Framing::None) return;
  if (!response.producer) {
    out.body = std::move(response.body);
    return;
  }
  const auto produce = [&answering](auto&&... arguments) {
    return Produce(answering, std::get<sizeof...(arguments) - 1>(std::tie(arguments...)));
  };
  const auto size = response.producer->size_bytes();
  if (head.framing == Framing::Length && *size > 0) {
    out.set_content_provider(static_cast<std::size_t>(*size), "", produce);
  } else if (head.framing == Framing::Chunked) {
    out.set_chunked_content_provider("", produce);
  } else if (head.framing == Framing::UntilClose) {
    out.set_content_provider("", produce);
  }
}

// The library calls again until it has all bytes; a producer gets one call only.
bool HttplibServer::Produce(Answering& answering, httplib::DataSink& sink) {
  if (std::exchange(answering.produced, true)) return false;
  auto& producer = *answering.response.producer;
  LibrarySink body(sink, answering.exchange.stream, producer.size_bytes());
  const auto written = producer.Write(body);
  if (!written || !body.complete()) {
    log::Debug("node", "event=body_broken request={}", answering.exchange.request.id);
    return false;
  }
  if (sink.done) sink.done();
  return true;
}

}  // namespace banyan::node
