#include "tests/simulation/log_peer.h"

#include "tests/simulation/node_answers.h"

namespace banyan::simulation {

Result<Bytes> LogPeer::Get(const std::string& path, std::size_t max_bytes) {
  if (answered_ == options_.answers) return Error(Errc::Unavailable, "no answer");
  ++answered_;
  auto body = AnswerFile(node_, path);
  Spoil(options_.conduct, path, body, random_);
  if (body && body->size() > max_bytes) return Error(Errc::TooLarge, path);
  return body;
}

Status LogPeer::Read(const std::string& path, std::uint64_t, std::uint64_t, const Sink&) {
  return Error(Errc::NotFound, path);
}

Result<std::vector<std::optional<Bytes>>> LogPeer::GetObjects(std::span<const Sha256> ids) {
  return std::vector<std::optional<Bytes>>(ids.size());
}

}  // namespace banyan::simulation
