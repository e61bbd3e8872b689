#include "node/local_answer.h"

#include <algorithm>
#include <cstring>

#include "node/http/uri.h"

namespace banyan::node {
namespace {

// A body that is there already.
class TextBody final : public BodySource {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> Read(std::span<std::uint8_t> out) override {
    const auto count = std::min(out.size(), text_.size() - at_);
    if (count != 0) std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }
  std::optional<std::uint64_t> size_bytes() const override { return text_.size(); }

 private:
  const std::string text_;
  std::size_t at_ = 0;
};

// Cuts a body into parts. Of one whose size nobody knows beforehand all is collected first, up to
// `most`, after which it breaks off.
class PartSink final : public BodySink {
 public:
  PartSink(std::optional<std::uint64_t> size_bytes, std::uint64_t most,
           const LocalAnswer::Send& send)
      : size_bytes_(size_bytes), most_(most), send_(send) {}

  Status Write(ByteView data) override {
    if (!size_bytes_ && data.size() > most_ - part_.size()) {
      return Error(Errc::TooLarge, "the answer has more bytes than were asked for");
    }
    while (!data.empty()) {
      const auto room = size_bytes_ ? kMaxAnswerPartBytes - part_.size() : data.size();
      const auto taken = data.first(std::min<std::size_t>(data.size(), room));
      part_ += AsText(taken);
      data = data.subspan(taken.size());
      if (size_bytes_ && part_.size() == kMaxAnswerPartBytes) TRY(SendPart());
    }
    return Ok();
  }
  Status Flush() override { return Ok(); }

  Status Finish() {
    if (!size_bytes_) {
      const std::string all = std::exchange(part_, {});
      size_bytes_ = all.size();
      TRY(Write(AsBytes(all)));
    }
    return !part_.empty() || *size_bytes_ == 0 ? SendPart() : Ok();
  }

 private:
  Status SendPart() {
    const AnswerPart part{200, sent_bytes_, *size_bytes_};
    sent_bytes_ += part_.size();
    return send_(part, std::exchange(part_, {}));
  }

  std::optional<std::uint64_t> size_bytes_;
  const std::uint64_t most_;
  const LocalAnswer::Send& send_;
  std::string part_;
  std::uint64_t sent_bytes_ = 0;
};

// A request that asks for it, but for who asks.
Result<Request> RequestFor(const federation::Want& want) {
  Request request;
  request.method = want.path.empty() ? "POST" : "GET";
  request.target = want.path.empty() ? "/fed/o" : want.path;
  const auto mark = std::min(request.target.find('?'), request.target.size());
  request.path = request.target.substr(0, mark);
  TRY(CheckPath(request.path));
  if (mark < request.target.size()) {
    request.query = TRY(ParseQuery(std::string_view(request.target).substr(mark + 1)));
  }
  if (want.range && want.range->size_bytes > 0) {
    const auto first = want.range->offset;
    const auto last = first + want.range->size_bytes - 1;
    request.headers.Set("Range", "bytes=" + std::to_string(first) + "-" + std::to_string(last));
  }
  return request;
}

}  // namespace

void LocalAnswer::Ask(const Asker& asker, Request& request, Response& response) const {
  if (asker) gate_.Admit(*asker, request);
  const bool is_open = IsTreeOfFiles(request) && gate_.MayRead(request);
  if (!is_open) return Router::AnswerNotFound(response);
  router_.Dispatch(request, response);
}

Status LocalAnswer::Give(const Asker& asker, const federation::Want& want, const Send& send) const {
  auto request = RequestFor(want);
  if (!request) return send({400, 0, 0}, {});
  std::string ids;
  for (const auto& id : want.objects) ids += AsText(id.bytes());
  TextBody body(std::move(ids));
  request->body = &body;
  Response response;
  Ask(asker, *request, response);
  if (response.status != 200 && response.status != 206) return send({response.status, 0, 0}, {});
  if (!response.producer) {
    PartSink sink(response.body.size(), want.max_bytes, send);
    TRY(sink.Write(AsBytes(response.body)));
    return sink.Finish();
  }
  PartSink sink(response.producer->size_bytes(), want.max_bytes, send);
  const Status written = response.producer->Write(sink);
  return written ? sink.Finish() : send({503, 0, 0}, {});
}

}  // namespace banyan::node
