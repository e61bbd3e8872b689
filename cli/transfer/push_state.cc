#include "cli/transfer/push_state.h"

#include <algorithm>
#include <utility>

#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::uint64_t kMaxBytes = 16u << 20;
constexpr std::size_t kSessionsMax = 8;

std::optional<KeptSession> Parse(const Json& json) {
  KeptSession kept;
  kept.node = FindString(json, "node").value_or("");
  kept.session.name = FindString(json, "session").value_or("");
  const auto batch_bytes = FindInt(json, "batch_bytes").value_or(0);
  if (kept.session.name.empty() || batch_bytes <= 0) return std::nullopt;
  kept.session.batch_bytes = static_cast<std::uint64_t>(batch_bytes);
  const Json* offers = FindMember(json, "offers");
  if (offers == nullptr || !offers->is_object()) return kept;
  for (const auto& [digest, number] : offers->items()) {
    if (number.is_number_unsigned()) kept.offers[digest] = number.get<std::uint32_t>();
  }
  return kept;
}

}  // namespace

PushState PushState::Load(FileSystem& fs, const std::string& path) {
  PushState state(fs, path);
  if (path.empty()) return state;
  const auto content = ReadFile(fs, path, kMaxBytes);
  const auto json = content ? ParseJson(AsText(*content)) : Result<Json>(content.error());
  const Json* sessions = json ? FindMember(*json, "sessions") : nullptr;
  if (sessions == nullptr || !sessions->is_array()) return state;
  for (const Json& one : *sessions) {
    if (auto kept = Parse(one)) state.sessions_.push_back(*std::move(kept));
  }
  return state;
}

std::optional<KeptSession> PushState::Find(const std::string& node) const {
  for (const KeptSession& kept : sessions_) {
    if (kept.node == node) return kept;
  }
  if (sessions_.empty()) return std::nullopt;
  return sessions_.front();
}

void PushState::Forget(const std::string& node, const std::string& session) {
  std::erase_if(sessions_, [&](const KeptSession& kept) {
    return kept.node == node || kept.session.name == session;
  });
}

Status PushState::Put(KeptSession kept) {
  Forget(kept.node, kept.session.name);
  sessions_.insert(sessions_.begin(), std::move(kept));
  sessions_.resize(std::min(sessions_.size(), kSessionsMax));
  return Save();
}

Status PushState::Remove(const std::string& session) {
  Forget("", session);
  if (path_.empty() || !sessions_.empty()) return Save();
  const Status removed = fs_->Remove(path_);
  return removed || removed.error().code() == Errc::NotFound ? Ok() : removed;
}

Status PushState::Save() const {
  if (path_.empty()) return Ok();
  Json sessions = Json::array();
  for (const KeptSession& kept : sessions_) {
    sessions.push_back({{"node", kept.node},
                        {"session", kept.session.name},
                        {"batch_bytes", kept.session.batch_bytes},
                        {"offers", kept.offers}});
  }
  TRY(fs_->CreateDirectories(ParentDirectory(path_)));
  return WriteFileDurably(*fs_, path_, AsBytes(DumpJson(Json{{"sessions", std::move(sessions)}})));
}

}  // namespace banyan::cli
