#include "tests/simulation/desk_exchange.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>
#include <thread>

#include "node/reverse_peer.h"
#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

using namespace federation;

class PartBody final : public node::BodySource {
 public:
  explicit PartBody(ByteView bytes) : bytes_(bytes) {}
  Result<std::size_t> Read(std::span<std::uint8_t> out) override {
    const auto count = std::min(out.size(), bytes_.size() - at_);
    if (count != 0) std::memcpy(out.data(), bytes_.data() + at_, count);
    at_ += count;
    return count;
  }
  std::optional<std::uint64_t> size_bytes() const override { return bytes_.size(); }

 private:
  const ByteView bytes_;
  std::size_t at_ = 0;
};

// In parts, as a node brings it. What the desk says of one is no matter: the asker has it, too.
void Bring(node::WantDesk& desk, const NodeId& caller, const Want& want, const Answer& told) {
  Bytes body = told.body;
  for (const auto& object : told.objects) {
    const auto bytes = EncodeObject(object ? std::optional<ByteView>(*object) : std::nullopt);
    body.insert(body.end(), bytes.begin(), bytes.end());
  }
  const auto take = [&](const node::AnswerPart& part, ByteView bytes) {
    PartBody source(bytes);
    node::Request request;
    request.body = &source;
    request.LimitBody(node::kMaxAnswerPartBytes);
    return desk.Take(caller, want.number, part, request).has_value();
  };
  if (told.error) {
    take({404, 0, 0}, {});
    return;
  }
  std::size_t sent = 0;
  do {
    const auto part = ByteView(body).subspan(
        sent, std::min<std::size_t>(node::kMaxAnswerPartBytes, body.size() - sent));
    if (!take({200, sent, body.size()}, part)) return;
    sent += part.size();
  } while (sent < body.size());
}

void AskPeer(PeerSource& peer, const Ask& ask, Answer& answer) {
  if (ask.path.empty()) {
    auto objects = peer.GetObjects(ask.objects);
    if (objects) answer.objects = *std::move(objects);
    if (!objects) answer.error = std::move(objects.error());
    return;
  }
  auto body = peer.Get(ask.path, ask.max_bytes);
  if (body) answer.body = *std::move(body);
  if (!body) answer.error = std::move(body.error());
}

}  // namespace

node::WantDeskOptions DeskOptions() {
  node::WantDeskOptions options;
  options.hold_ms = 0;
  return options;
}

Answer AskOverDesk(node::WantDesk& desk, Clock& clock, const NodeId& caller, const Ask& ask,
                   const Answer& told) {
  node::TransferRate unlimited(clock, 0);
  node::ReversePeer peer(caller, desk, unlimited);
  Answer answer{ask.id, {}, {}, {}};
  std::atomic<bool> has_answer{false};
  std::thread asker([&] {
    AskPeer(peer, ask, answer);
    has_answer = true;
  });
  Result<WantList> list = WantList();
  while (!has_answer) {
    list = WantList::Parse(desk.Call(caller).Render());
    if (!list) break;
    for (const auto& want : list->wants) Bring(desk, caller, want, told);
  }
  if (!list) desk.Stop();  // then the asker does not wait
  asker.join();
  MUST(std::move(list));
  return answer;
}

}  // namespace banyan::simulation
